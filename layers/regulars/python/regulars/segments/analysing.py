"""What a segment is like: its size over time, what it shares with others, and its customers compared with everybody (SEG-8)."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from regulars.customers import Facts, choices, facts_of_many, favourite
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.lanes import in_lanes
from regulars.segments.members_store import SHARDS
from regulars.segments.sampling import pick, scattered
from regulars.segments.sampling_store import members_of_shard
from regulars.segments.state_store import read_states
from regulars.segments.sums import FlowDay, flow, sizes

# Beyond so many customers on either side their characteristics are those of a sample.
MOST = 2000
NONE = "none"
_TOP = 20
_ACTIVE = timedelta(days=30)
_BUDGET_SECONDS = 1.5
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many are in both segments (an estimate if sampled), and what share of this one that is, 0 to 1."""

    segment_id: str
    name: str
    both: int
    share: float


@dataclass(frozen=True, slots=True)
class Profile:
    """Customers in figures. Money in minor units of the tenant's currency; `average_order` is None without orders. `active_30d`
    and the shares are 0 to 1, of all customers looked at; `none` stands for those of whom it is not known."""

    customers: int
    spent_total: int
    average_spent: int | None
    average_orders: float
    average_order: int | None
    active_30d: float
    countries: Shares
    languages: Shares
    statuses: Shares
    tags: Shares
    categories: Shares
    payment: Shares


@dataclass(frozen=True, slots=True)
class Analytics:
    """`sampled` if the profiles or the overlap are of a part of the customers; sizes and flow are always exact."""

    size: int
    flow: list[FlowDay]
    overlap: list[Overlap]
    members: Profile
    everybody: Profile
    sampled: bool


def analytics(tenant: Tenant, segment_id: str, *, since: date, until: date, now: datetime) -> Analytics:
    """A segment's past, from `since` to `until`, and its customers. At the most about 3,500 request units, whatever its size.
    Raises NotFoundError, InvalidError (the span)."""
    days = flow(tenant, segment_id, since, until)
    catalogue = catalogue_of(tenant)
    if catalogue is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    size = sizes(tenant, [segment_id])[segment_id]
    ids, whole = _members(tenant, segment_id)
    facts = _facts(tenant, ids)
    everybody = pick(tenant, wanted=MOST, until=time.monotonic() + _BUDGET_SECONDS)
    weights = [one.weight for one in everybody.customers]
    return Analytics(
        size,
        days,
        _overlap(tenant, catalogue, segment_id, ids, size),
        profile_of(facts, now, [len(facts) and (len(facts) if whole else size) / len(facts)] * len(facts)),
        profile_of([one.facts for one in everybody.customers], now, weights),
        not (whole and everybody.whole),
    )


def _members(tenant: Tenant, segment_id: str) -> tuple[list[str], bool]:
    """Up to MOST members without preference, and whether they are all. Whole partitions are read until it is enough."""
    found: list[str] = []
    for shard in range(SHARDS):
        found += members_of_shard(tenant, segment_id, shard)
        if len(found) > MOST:
            return scattered(found, lambda one: one)[:MOST], False
    return scattered(found, lambda one: one), True


def _batches(ids: Sequence[str]) -> list[list[str]]:
    return [list(ids[start : start + 100]) for start in range(0, len(ids), 100)]


def _facts(tenant: Tenant, ids: Sequence[str]) -> list[Facts]:
    def read(some: list[str]) -> Callable[[], list[Facts]]:
        return lambda: list(facts_of_many(tenant, some).values())

    return [one for found in in_lanes(map(read, _batches(ids))) for one in found]


def _overlap(
    tenant: Tenant, catalogue: Catalogue, segment_id: str, ids: Sequence[str], size: int
) -> list[Overlap]:
    """With each other segment that has any in common, the most first."""

    def read(some: list[str]) -> Callable[[], Counter[str]]:
        return lambda: Counter(
            one for state in read_states(tenant, some, consistent=False).values() for one in state.members
        )

    counts = sum(in_lanes(map(read, _batches(ids))), Counter[str]())
    found = [
        Overlap(one, catalogue.segments[one].name, round(times * size / len(ids)), times / len(ids))
        for one, times in counts.items()
        if one != segment_id and one in catalogue.segments
    ]
    return sorted(found, key=lambda one: (-one.share, one.name.casefold()))


def profile_of(facts: Sequence[Facts], now: datetime, weights: Sequence[float]) -> Profile:
    """Figures of customers, each standing for `weights` of them."""
    whole = sum(weights)
    if not whole:
        return Profile(0, 0, None, 0.0, None, 0.0, {}, {}, {}, {}, {}, {})
    pairs = list(zip(facts, weights, strict=True))
    spent, orders, gross = (
        sum(getattr(one, name) * weight for one, weight in pairs) for name in ("spent", "orders", "gross")
    )
    active = sum(
        weight for one, weight in pairs if one.last_activity_at and one.last_activity_at > now - _ACTIVE
    )

    def shares(values: Callable[[Facts], Iterable[str]]) -> Shares:
        counts: Counter[str] = Counter()
        for one, weight in pairs:
            for value in set(values(one)) or {NONE}:
                counts[value] += weight  # type: ignore[assignment]
        top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP]
        return {value: count / whole for value, count in top}

    return Profile(
        round(whole),
        round(spent),
        round(spent / whole),
        orders / whole,
        round(gross / orders) if orders else None,
        active / whole,
        countries=shares(lambda one: _known(one.country)),
        languages=shares(lambda one: _known(one.language)),
        statuses=shares(lambda one: (one.status,)),
        tags=shares(lambda one: one.tags),
        categories=shares(lambda one: _known(favourite(one, "category"))),
        payment=shares(lambda one: choices(one, "payment")),
    )


def _known(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
