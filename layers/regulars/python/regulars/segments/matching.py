"""Who of some customers belongs to an audience that is no segment of its own: by a rule, or by segments that keep them out.

Judged by the rule as it is compiled for segments, with the thresholds in force; history is read for those whom the facts leave
open only where the rule asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.customers import Facts
from regulars.kernel.tenancy import Tenant
from regulars.platform import get_tenant
from regulars.segments.asking import Question
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.lanes import in_lanes
from regulars.segments.members_store import MEMBER, SHARDS, MemberItem, members_shard
from regulars.segments.references import check_references
from regulars.segments.rules import Compiled, compile_rule, parse_rule
from regulars.segments.rules.values import Millis, millis
from regulars.segments.state_store import read_states
from regulars.segments.store import Stored
from regulars.segments.vocabulary import vocabulary_of

MEMBER_SHARDS = SHARDS
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Matching:
    """A rule (None: everybody) less the members of some segments, as of a moment."""

    tenant: Tenant
    rule: Compiled | None
    exclude: frozenset[str]
    at: Millis

    @classmethod
    def of(
        cls, tenant: Tenant, rule: dict[str, Any] | None, exclude: Sequence[str], now: datetime
    ) -> "Matching":
        """Raises InvalidError for a rule that cannot be read."""
        catalogue = catalogue_of(tenant) or _empty(tenant)
        compiled = None
        if rule is not None:
            parsed = parse_rule(rule, vocabulary_of(tenant))
            compiled = compile_rule(parsed, catalogue.zone, catalogue.thresholds)
        return cls(tenant, compiled, frozenset(exclude), millis(now))

    @property
    def needs_facts(self) -> bool:
        return self.rule is not None

    def kept(self, customer_ids: Sequence[str]) -> list[str]:
        """Those who are in none of the segments that keep out. 0.5 request units each, nothing if there are none such."""
        if not self.exclude:
            return list(customer_ids)
        states = self._states(customer_ids)
        return [one for one in customer_ids if not self.exclude & states[one].keys()]

    def matching(self, customers: Sequence[Facts]) -> list[Facts]:
        """Those whom the rule matches and no segment keeps out."""
        rule = self.rule
        asks = rule is not None and bool(rule.reads.segments)
        if not self.exclude and not asks:
            states: dict[str, dict[str, Millis]] = {}
        else:
            states = self._states([one.customer_id for one in customers])
        left = [one for one in customers if not self.exclude & states.get(one.customer_id, {}).keys()]
        if rule is None:
            return left
        question, matches = Question.of([rule], self.at), rule.at(self.at)

        def judge(one: Facts) -> bool:
            return matches(question.document(one, set(states.get(one.customer_id, ()))))

        if not rule.reads.kinds:
            return [one for one in left if judge(one)]
        verdicts = in_lanes((lambda one=one: judge(one)) for one in left)  # type: ignore[misc]
        return [one for one, matched in zip(left, verdicts, strict=True) if matched]

    def _states(self, customer_ids: Sequence[str]) -> dict[str, dict[str, Millis]]:
        found: dict[str, dict[str, Millis]] = {one: {} for one in customer_ids}
        for start in range(0, len(customer_ids), _AT_ONCE):
            some = list(customer_ids[start : start + _AT_ONCE])
            states = read_states(self.tenant, some, consistent=False)
            found |= {one: dict(state.members) for one, state in states.items()}
        return found


def check_matching(tenant: Tenant, rule: dict[str, Any], *, at: str = "/rule") -> None:
    """Raises InvalidError, with pointers from `at` on, for a rule that cannot be accepted."""
    parsed = parse_rule(rule, vocabulary_of(tenant), at=at)
    catalogue = catalogue_of(tenant) or _empty(tenant)
    check_references(parsed.dump(), catalogue.segments, at=at)


def member_ids(
    tenant: Tenant, segment_id: str, shard: int, after: str, limit: int
) -> tuple[list[str], str | None]:
    """A page of one of a segment's partitions (0 to MEMBER_SHARDS - 1) in the order of ids after the id `after`, and the id after
    which the next begins (None at the end). 0.5 request units for every 40 or so."""
    pk = members_shard(tenant, segment_id, shard)
    within = MemberItem.sk.between(f"{MEMBER}{after}\x01", f"{MEMBER}~")
    found = MemberItem.raw_page(pk, within, limit=limit)
    ids = [raw["sk"]["S"].removeprefix(MEMBER) for raw in found.items]
    return ids, None if found.last is None else ids[-1]


def _empty(tenant: Tenant) -> Catalogue:
    return Catalogue(tenant, Stored(0, get_tenant(tenant).time_zone, (), {}))
