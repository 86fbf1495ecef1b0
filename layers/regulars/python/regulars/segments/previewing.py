"""A rule tried out before it is saved: how many match, who, and why; who would enter and leave (SEG-7). Writes nothing.

Everybody is looked at while a tenant is small, else a fair sample. History is asked only of those whom the rest of the rule
leaves open, and of a part of these if they are many, so that an answer comes within a second.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.customers import Facts
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.platform import get_tenant
from regulars.segments.asking import Question
from regulars.segments.bounds import without_history
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.documents import document_of, read_history
from regulars.segments.estimating import effective, wilson_margin
from regulars.segments.lanes import in_lanes
from regulars.segments.references import check_references
from regulars.segments.rules import Compiled, Explanation, Rule, compile_rule, load_rule, parse_rule
from regulars.segments.rules.values import Document, Millis, millis
from regulars.segments.sampling import Pick, Picked, pick
from regulars.segments.store import Stored
from regulars.segments.thresholds import Threshold, value_of
from regulars.segments.vocabulary import vocabulary_of

MOST = 5000
# Seconds from the start until no more customers are asked for, of a rule without and with history; and no more histories.
_READING, _READING_FIRST, _ASKING = 0.55, 0.3, 0.8
_HISTORIES = 2000
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class PreviewCustomer:
    """A customer of a sample, and why the rule matches or does not."""

    id: str
    name: str | None
    facts: Facts
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Preview:
    """`estimate` of `total` customers match, give or take `margin` (95 %), as judged from `of` that were looked at; exact if
    that was everybody. `entering` and `leaving` are against the present members of the segment compared to, if one was named."""

    estimate: int
    exact: bool
    of: int
    total: int
    margin: int
    sample: list[PreviewCustomer]
    entering: int | None = None
    leaving: int | None = None
    entering_sample: Sequence[PreviewCustomer] = ()
    leaving_sample: Sequence[PreviewCustomer] = ()


def preview(
    tenant: Tenant, rule: dict[str, Any], *, now: datetime, compare_to: str | None = None, sample: int = 10
) -> Preview:
    """Who matches a rule that need not be anybody's yet. About 0.15 request units a customer looked at, 5,000 at the most, and
    one for each history. Raises InvalidError, pointing into `/rule`, and NotFoundError for the segment compared to."""
    began = time.monotonic()
    catalogue = catalogue_of(tenant) or _empty(tenant)
    if compare_to is not None and compare_to not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    vocabulary = vocabulary_of(tenant)
    parsed = parse_rule(rule, vocabulary)
    own = catalogue.segments[compare_to] if compare_to is not None else None
    check_references(parsed.dump(), catalogue.segments, own)
    reads = compile_rule(parsed, catalogue.zone).reads
    looked = pick(
        tenant,
        wanted=MOST,
        until=began + (_READING_FIRST if reads.kinds else _READING),
        states=own is not None or bool(reads.segments),
    )
    thresholds = _thresholds(catalogue, parsed, looked)
    trial = _Trial(parsed, lambda one: compile_rule(one, catalogue.zone, thresholds), looked, millis(now))
    found = trial.judged(began + _ASKING)

    def shown(customers: Sequence[Picked]) -> list[PreviewCustomer]:
        read = in_lanes(_asking(trial.question, one) for one in customers[:sample])
        return [
            PreviewCustomer(
                one.facts.customer_id,
                one.facts.name,
                one.facts,
                trial.rule.explain(document, trial.at, vocabulary),
            )
            for one, document in zip(customers[:sample], read, strict=True)
        ]

    return _told(found, looked, compare_to, shown)


def _empty(tenant: Tenant) -> Catalogue:
    return Catalogue(tenant, Stored(0, get_tenant(tenant).time_zone, (), {}))


def _thresholds(catalogue: Catalogue, rule: Rule, looked: Pick) -> dict[str, float]:
    """Those in force, and of the others estimates from the customers looked at."""
    known: dict[str, float] = dict(catalogue.thresholds)
    for key in compile_rule(rule, catalogue.zone).reads.thresholds - known.keys():
        wanted = Threshold.of(key)
        seen = [value_of(one.facts, wanted.field) for one in looked.customers]
        values = sorted((one for one in seen if one is not None), reverse=wanted.part == "top")
        if values:
            known[key] = values[wanted.rank(len(values)) - 1]
    return known


@dataclass(frozen=True, slots=True)
class _Found:
    """Who was judged and how: `open` are those left open without their history, `asked` the first so many of them whose
    history was read."""

    sure: list[Picked]
    matching: list[Picked]
    out: list[Picked]
    open: list[Picked]
    asked: int


class _Trial:
    """A rule on its way through a sample."""

    def __init__(self, rule: Rule, compiled: Callable[[Rule], Compiled], looked: Pick, at: Millis) -> None:
        self.rule, self.at, self._looked = compiled(rule), at, looked
        self.question = Question.of([self.rule], at)
        dumped = rule.dump()
        self._bounds = [self._bound(without_history(dumped, possible=one), compiled) for one in (True, False)]

    def _bound(
        self, rule: dict[str, Any] | bool, compiled: Callable[[Rule], Compiled]
    ) -> Callable[[Document], bool]:
        if isinstance(rule, bool):
            return lambda document: rule
        return compiled(load_rule(rule)).at(self.at)

    def judged(self, until: float) -> _Found:
        """Everybody by what the facts say, and those whom that leaves open by their history, until it is time."""
        may, surely = self._bounds
        sure: list[Picked] = []
        out: list[Picked] = []
        left: list[Picked] = []
        for one in self._looked.customers:
            document = document_of(one.facts, self.question.reads, segments=one.state.members.keys())
            (out if not may(document) else sure if surely(document) else left).append(one)
        matches, verdicts = self.rule.at(self.at), list[bool]()
        for start in range(0, min(len(left), _HISTORIES), _AT_ONCE):
            if start and time.monotonic() > until:
                break
            some = in_lanes(_asking(self.question, one) for one in left[start : start + _AT_ONCE])
            verdicts += map(matches, some)
        judged = list(zip(left, verdicts, strict=False))
        matching = [one for one, matched in judged if matched]
        out += [one for one, matched in judged if not matched]
        return _Found(sure, matching, out, left, len(judged))


def _asking(question: Question, one: Picked) -> Callable[[], Document]:
    """Reads what the rule asks of a customer; an estimate need not be consistent, at half the price."""
    facts, reads = one.facts, question.reads

    def ask() -> Document:
        history = None
        if reads.kinds:
            history = read_history(facts.tenant, facts, reads.kinds, question.since, consistent=False)
        return document_of(facts, reads, segments=one.state.members.keys(), history=history)

    return ask


def _told(
    found: _Found,
    looked: Pick,
    compare_to: str | None,
    shown: Callable[[Sequence[Picked]], list[PreviewCustomer]],
) -> Preview:
    # Of those left open a part was asked, which stands for all of them.
    asked = sum(one.weight for one in found.open[: found.asked])
    spread = sum(one.weight for one in found.open) / asked if asked else 1.0

    def sum_of(customers: Sequence[Picked], spread_ones: Sequence[Picked]) -> int:
        return round(sum(one.weight for one in customers) + spread * sum(one.weight for one in spread_ones))

    members = [*found.sure, *found.matching]
    exact = looked.whole and found.asked == len(found.open)
    estimate = sum_of(found.sure, found.matching)
    compared: dict[str, Any] = {}
    if compare_to is not None:
        enter = [one for one in members if compare_to not in one.state.members]
        leave = [one for one in found.out if compare_to in one.state.members]
        opened = {id(one) for one in found.open}
        compared = {
            "entering": _split(enter, opened, sum_of),
            "leaving": _split(leave, opened, sum_of),
            "entering_sample": shown(enter),
            "leaving_sample": shown(leave),
        }
    margin = 0 if exact else _margin(found, looked, estimate)
    return Preview(estimate, exact, len(looked.customers), looked.total, margin, shown(members), **compared)


def _split(
    customers: list[Picked], opened: set[int], sum_of: Callable[[Sequence[Picked], Sequence[Picked]], int]
) -> int:
    return sum_of(
        [one for one in customers if id(one) not in opened], [one for one in customers if id(one) in opened]
    )


def _margin(found: _Found, looked: Pick, estimate: int) -> int:
    """The margins of both samples together, that of customers and that of histories: never too small."""
    total, margin = looked.total, 0.0
    if not looked.whole and total:
        worth = effective(one.weight for one in looked.customers)
        margin += total * wilson_margin(min(1.0, estimate / total), worth)
    if found.asked < len(found.open):
        share = len(found.matching) / found.asked if found.asked else 0.5
        margin += sum(one.weight for one in found.open) * wilson_margin(share, found.asked)
    return round(margin)
