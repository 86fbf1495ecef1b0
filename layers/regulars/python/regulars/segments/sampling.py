"""Customers picked without preference, for estimates: everybody while a tenant is small, else a fair part of them.

A facts shard is a fair part of all customers, as a hash of the id decides it. One that is too big to be read whole is probed: of
each stratum of time (see `strata`) some are read, in proportion to how many there are.
"""

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar

from regulars.customers import FACTS_SHARDS, Facts
from regulars.kernel.tenancy import Tenant
from regulars.segments.lanes import LANES, in_lanes
from regulars.segments.model import State
from regulars.segments.sampling_store import states_of_shard
from regulars.segments.state_store import read_states
from regulars.segments.strata import id_at, strata_of
from regulars.segments.sweep_store import facts_after

# Customers of a shard that is read whole, and of one that is probed.
WHOLE, PROBED = 1000, 900
_GOLDEN = 0.618034
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Picked:
    """A customer, and how many each stands for. `state` only if it was asked for."""

    facts: Facts
    state: State
    weight: float


@dataclass(frozen=True, slots=True)
class Pick:
    """`whole` if it is everybody; otherwise the weights add up to how many there are by estimate."""

    customers: list[Picked]
    whole: bool

    @property
    def total(self) -> int:
        return round(sum(one.weight for one in self.customers))


def pick(tenant: Tenant, *, wanted: int, until: float, states: bool = False) -> Pick:
    """At least `wanted` customers if there are as many, but no shard is begun after the moment `until` of the monotonic clock.
    About 0.15 request units a customer."""
    shards, found, lock = iter(range(FACTS_SHARDS)), dict[int, Pick](), Lock()

    def work() -> None:
        while True:
            with lock:
                count = sum(len(read.customers) for read in found.values())
                enough = count >= wanted or (time.monotonic() > until and count > 0)
                shard = None if enough else next(shards, None)
            if shard is None:
                return
            read = _read(tenant, shard, states)
            with lock:
                found[shard] = read

    in_lanes(work for _ in range(LANES))
    return _weighed(_first(found, wanted))


def _first(found: dict[int, Pick], wanted: int) -> list[Pick]:
    """As many shards as it takes, in their order: whichever lane was faster, the same again is the same."""
    taken: list[Pick] = []
    for shard in sorted(found):
        if sum(len(one.customers) for one in taken) < wanted:
            taken.append(found[shard])
    return taken


def _weighed(found: list[Pick]) -> Pick:
    scale = FACTS_SHARDS / len(found)
    customers = [Picked(one.facts, one.state, one.weight * scale) for read in found for one in read.customers]
    return Pick(
        scattered(customers, lambda one: one.facts.customer_id),
        scale == 1 and all(read.whole for read in found),
    )


def scattered(things: Iterable[T], id_of: Callable[[T], str]) -> list[T]:
    """In an order that has nothing to do with time, and is always the same."""
    return sorted(things, key=lambda one: zlib.crc32(id_of(one)[::-1].encode()))


def _read(tenant: Tenant, shard: int, states: bool) -> Pick:
    found = facts_after(tenant, shard, "", WHOLE)
    if found.last is None:
        kept = states_of_shard(tenant, shard) if states and found.items else {}
        weighed = [(one, 1.0) for one in found.items]
    else:
        weighed = list(_probed(tenant, shard))
        kept = _states(tenant, [one.customer_id for one, _ in weighed]) if states else {}
    customers = [Picked(one, kept.get(one.customer_id, State()), weight) for one, weight in weighed]
    return Pick(customers, found.last is None)


def _states(tenant: Tenant, customer_ids: list[str]) -> dict[str, State]:
    found: dict[str, State] = {}
    for start in range(0, len(customer_ids), 100):
        found |= read_states(tenant, customer_ids[start : start + 100], consistent=False)
    return found


def _probed(tenant: Tenant, shard: int) -> Iterator[tuple[Facts, float]]:
    """Customers of all strata, of each in proportion, with how many of the shard each stands for."""
    strata = strata_of(tenant, shard)
    whole = sum(one.count for one in strata)
    # Of each stratum another place in each shard.
    offset = shard * _GOLDEN % 1
    for one in strata:
        wanted = -(-PROBED * one.count // whole)
        middle = one.start + (one.end - one.start) * offset
        found = _within(tenant, shard, middle, one.end, wanted)
        if len(found) < wanted:
            found += _within(tenant, shard, one.start, middle, wanted - len(found))
        yield from ((facts, one.count / len(found)) for facts in found)


def _within(tenant: Tenant, shard: int, start: datetime, end: datetime, limit: int) -> list[Facts]:
    found = facts_after(tenant, shard, id_at(start), limit).items
    return [one for one in found if one.customer_id < id_at(end)]
