"""One page of customers judged together: by columns who differs, and those then by the very code of live evaluation.

What a page finds unchanged is not written, but for one case: while live evaluations may be in flight that read the catalogue
before an edit, every judged customer's state moves to its next revision, so that such a one cannot write after us by the old
rule. With that, of bulk and live evaluation of a customer the one that judged by older facts or rules loses and repeats.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.customers import Facts
from regulars.kernel.logs import logger
from regulars.segments.asking import Question, reached, rules_of
from regulars.segments.catalogue import Catalogue
from regulars.segments.membership import advance
from regulars.segments.model import Because, State
from regulars.segments.rules import Compiled
from regulars.segments.rules.columns import Columns, matches_columns
from regulars.segments.rules.values import Document, Millis
from regulars.segments.state_store import (
    Moved,
)

# Steps of more changes than this are left to live evaluation, which writes them in portions.
MOST_CHANGES = 8
_log = logger("segments")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer to be judged, and for which segments."""

    facts: Facts
    state: State
    woken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be written, and who is to be judged by live evaluation: those for whom moments are due, which must be gone
    through one by one, and those with very many changes."""

    steps: list[Moved]
    live: list[Candidate]


def judge(
    catalogue: Catalogue,
    candidates: list[Candidate],
    now: Millis,
    because: Because,
    pool: Executor,
    *,
    touch: bool,
) -> Verdict:
    """Judge candidates at `now`. With `touch` there is a step for each of them."""
    late = {one.facts.customer_id for one in candidates if any(at <= now for at in one.state.next.values())}
    live = [one for one in candidates if one.facts.customer_id in late]
    timely = [one for one in candidates if one.facts.customer_id not in late]
    if not timely:
        return Verdict([], live)
    segments = reached(catalogue, frozenset().union(*(one.woken for one in timely)))
    documents = read_documents(catalogue, segments, timely, now, pool)
    differ = _differing(catalogue, segments, timely, documents, now)
    steps: list[Moved] = []
    for one, document, differs in zip(timely, documents, differ, strict=True):
        if not differs and not touch:
            continue
        step = _step(catalogue, one, document, because, now)
        if len(step.changes) > MOST_CHANGES:
            live.append(one)
        elif touch or not step.same:
            steps.append(step)
    return Verdict(steps, live)


def read_documents(
    catalogue: Catalogue, segments: Iterable[str], candidates: list[Candidate], now: Millis, pool: Executor
) -> list[Document]:
    """What the rules see of each candidate; histories are read side by side."""
    question = Question.of(rules_of(catalogue, segments), now)

    def read(one: Candidate) -> Document:
        return question.document(one.facts, set(one.state.members))

    if not question.reads.kinds:
        return [read(one) for one in candidates]
    # Threads do not inherit the context, and one copy cannot be entered twice.
    waiting = [pool.submit(copy_context().run, read, one) for one in candidates]
    return [one.result() for one in waiting]


def _differing(
    catalogue: Catalogue,
    segments: set[str],
    candidates: list[Candidate],
    documents: list[Document],
    now: Millis,
) -> Mask:
    """Who differs from their state in a membership, needs to be woken earlier than it says, or could not be judged last time."""
    rules = _in_order(catalogue, segments)
    try:
        return _by_columns(rules, candidates, documents, now)
    except Exception:  # noqa: BLE001  (one broken rule must not stop the others)
        # One by one it shows whom the broken rule cannot judge.
        _log.exception("a page could not be judged by columns")
        return np.ones(len(candidates), dtype=np.bool_)


def _in_order(catalogue: Catalogue, segments: Iterable[str]) -> dict[str, Compiled]:
    """The rules of segments, referred ones first."""
    ranked = sorted(segments, key=lambda one: catalogue.rank[one])
    rules = {one: catalogue.compiled(one) for one in ranked}
    return {one: rule for one, rule in rules.items() if rule is not None}


def _by_columns(
    rules: Mapping[str, Compiled], candidates: list[Candidate], documents: list[Document], now: Millis
) -> Mask:
    columns = Columns.of(documents, list(rules.values()))
    differ = np.zeros(len(candidates), dtype=np.bool_)
    for segment, rule in rules.items():
        present = np.fromiter((segment in one.state.members for one in candidates), np.bool_, len(candidates))
        values = matches_columns(rule, columns, now)
        columns.members[segment] = values
        differ |= values != present
        differ |= np.fromiter((segment in one.state.failed for one in candidates), np.bool_, len(candidates))
        if rule.reads.timed:
            _wake_earlier(differ, segment, rule.next_change, candidates, documents, now)
    return differ


def _wake_earlier(
    differ: Mask,
    segment: str,
    next_change: Callable[[Document, Millis], Millis | None],
    candidates: list[Candidate],
    documents: list[Document],
    now: Millis,
) -> None:
    """Mark whose state would wake them too late. One that wakes too early is left: that costs one judgement, not a write."""
    for place in np.flatnonzero(~differ):
        wanted = next_change(documents[place], now)
        armed = candidates[place].state.next.get(segment)
        differ[place] = wanted is not None and (armed is None or armed > wanted)


def _step(catalogue: Catalogue, one: Candidate, document: Document, because: Because, now: Millis) -> Moved:
    outcome = advance(catalogue, one.state, document, one.woken, because, now)
    for segment, error in outcome.errors:
        _log.error("a segment could not be evaluated", extra={"segment": segment}, exc_info=error)
    reasons = {segment: f"{type(error).__name__}: {error}"[:300] for segment, error in outcome.errors}
    return Moved(one.facts.customer_id, one.state, outcome.state, outcome.changes, reasons)
