"""Working the statistics out anew from the events in the table, while live events keep coming.

A new generation of counters is built beside the one that is read. From the moment it is announced, live events are counted in
both; then every customer's events are walked (Query only) and counted in the new one. Each generation has marks of its own, so
an event that both meet counts once. At the end one write makes the new generation the one that is read.
"""

from collections.abc import Callable, Iterator

from regulars.customers import FACTS_SHARDS, FactsItem, customer_partition, facts_shard
from regulars.insights.keeping import count_events, local_of
from regulars.insights.store import (
    Generations,
    announce_generation,
    counted_customers,
    read_generations,
    remove_generation,
    swap_generation,
)
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.queue import batches
from regulars.kernel.tenancy import Tenant

Progress = Callable[[int, int], None]
_EVENTS_AT_ONCE = 300
_LEFTOVERS = 3


def rebuild(tenant: Tenant, progress: Progress = lambda customers, events: None) -> int:
    """Rebuild all counters; answers how many events were walked. One that was interrupted leaves nothing to the next.

    Raises ConflictError if another rebuild was begun meanwhile; that one's result will be read.

    `progress` is told after each lot how many customers and events are done.
    """
    before, building = _announce(tenant)
    local = local_of(tenant)
    customers = events = 0
    for lot in batches(_events_of_customers(tenant, before.current), _EVENTS_AT_ONCE):
        count_events(tenant, building, local, [envelope for envelope in lot if envelope is not None])
        customers += sum(envelope is None for envelope in lot)
        events += sum(envelope is not None for envelope in lot)
        progress(customers, events)
    swap_generation(tenant, building)
    remove_generation(tenant, before.current)
    return events


def _announce(tenant: Tenant) -> tuple[Generations, int]:
    """Have live events counted in a new generation too; what was, and the new one's number.

    Numbers are never used again: events keep the marks of a rebuild that was interrupted.
    """
    before = read_generations(tenant, consistent=True)
    newest = max(before.current, before.building or 0)
    announce_generation(tenant, Generations(before.current, newest + 1))
    # What interrupted rebuilds, and workers slow to notice a swap, have left.
    for generation in range(max(0, before.current - _LEFTOVERS), newest + 1):
        if generation != before.current:
            remove_generation(tenant, generation)
    return before, newest + 1


def _events_of_customers(tenant: Tenant, generation: int) -> Iterator[Envelope | None]:
    """Every event in every customer's partition; None stands for the end of a customer."""
    for customer_id in _customers(tenant, generation):
        pk = customer_partition(tenant, customer_id)
        for item in EventItem.each(pk, EventItem.sk.startswith("E#"), consistent=True):
            yield Envelope.of(item)
        yield None


def _customers(tenant: Tenant, generation: int) -> Iterator[str]:
    """Those that exist, and those that were counted before they were deleted."""
    seen: set[str] = set()
    for shard in range(FACTS_SHARDS):
        for item in FactsItem.each(facts_shard(tenant, shard)):
            seen.add(item.sk)
            yield item.sk
    for customer_id in counted_customers(tenant, generation):
        if customer_id not in seen:
            yield customer_id
