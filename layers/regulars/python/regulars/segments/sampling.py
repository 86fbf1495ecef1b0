"""Customers picked without preference, for estimates: everybody while a tenant is small, else a fair part of them.

A facts shard is a fair part of all customers, as a hash of the id decides it. One that is too big to be read whole is probed:
within it ids lie in the order of time, so some are read at points spread over all the time, each standing for its neighbours.
"""

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar

from regulars.customers import FACTS_SHARDS, Facts
from regulars.kernel.ids import natural_id, time_of
from regulars.kernel.tenancy import Tenant
from regulars.segments.members_store import read_states
from regulars.segments.model import State
from regulars.segments.sampling_store import states_of_shard
from regulars.segments.sweep_store import facts_after

LANES = 8
# Customers of a shard that is read whole.
WHOLE = 1000
_PROBES, _A_PROBE = 16, 60
S = TypeVar("S")
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


def pick(tenant: Tenant, *, wanted: int, until: float, now: datetime, states: bool = False) -> Pick:
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
            read = _read(tenant, shard, now, states)
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


def in_lanes(works: Iterable[Callable[[], T]]) -> list[T]:
    """Do things side by side."""
    with ThreadPoolExecutor(LANES) as pool:
        # Threads do not inherit the context, and one copy cannot be entered twice.
        waiting = [pool.submit(copy_context().run, work) for work in works]
        return [one.result() for one in waiting]


def scattered(things: Iterable[T], id_of: Callable[[T], str]) -> list[T]:
    """In an order that has nothing to do with time, and is always the same."""
    return sorted(things, key=lambda one: zlib.crc32(id_of(one)[::-1].encode()))


def _read(tenant: Tenant, shard: int, now: datetime, states: bool) -> Pick:
    found = facts_after(tenant, shard, "", WHOLE)
    if found.last is None:
        kept = states_of_shard(tenant, shard) if states and found.items else {}
        weighed = [(one, 1.0) for one in found.items]
    else:
        weighed = list(_probed(tenant, shard, found.items[0].customer_id, now))
        kept = _states(tenant, [one.customer_id for one, _ in weighed]) if states else {}
    customers = [Picked(one, kept.get(one.customer_id, State()), weight) for one, weight in weighed]
    return Pick(customers, found.last is None)


def _states(tenant: Tenant, customer_ids: list[str]) -> dict[str, State]:
    found: dict[str, State] = {}
    for start in range(0, len(customer_ids), 100):
        found |= read_states(tenant, customer_ids[start : start + 100], consistent=False)
    return found


def _probed(tenant: Tenant, shard: int, first: str, now: datetime) -> Iterator[tuple[Facts, float]]:
    """Customers at points spread over the time from the first id to now, each with how many of the shard it stands for."""
    began = time_of(first)
    stride = max((now - began) / _PROBES, (now - began).resolution * 1000)
    for number in range(_PROBES):
        start = began + stride * number
        found = facts_after(tenant, shard, natural_id("cus", start, "probe")[:-16], _A_PROBE).items
        within = [one for one in found if time_of(one.customer_id) < start + stride or number == _PROBES - 1]
        if not within:
            continue
        # Cut short by the number asked for: what was read stands for the whole stretch.
        cut = len(within) == _A_PROBE
        covered = (time_of(within[-1].customer_id) - start) / stride if cut else 1.0
        weight = 1 / max(min(covered, 1.0), 1e-6)
        yield from ((one, weight) for one in within)
