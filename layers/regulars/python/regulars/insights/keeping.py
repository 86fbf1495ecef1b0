"""Keeping the live statistics: a batch of events becomes a few counter updates and the events' marks, in one transaction."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.customers import customer_partition
from regulars.insights import activity
from regulars.insights.model import Increments, Local, Recency, counts, increments_of, moves
from regulars.insights.store import (
    SHARDS,
    Stored,
    add_splits,
    add_sums,
    put_recency,
    read_generations,
    read_recencies,
)
from regulars.kernel.consume import handle_once
from regulars.kernel.errors import RegularsError
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import MAX_WRITES, Transaction
from regulars.platform import settings_of

# Live events of distinct customers need three writes each: mark, recency, activity; the counters share the rest.
_BATCH = 30


class _TooWideError(RegularsError):
    """The events touch more items than a transaction takes."""


def keep_stats(tenant: Tenant, envelopes: list[Envelope], *, now: datetime) -> None:
    """Count events in the tenant's statistics, once each however often they come, and list the recent ones."""
    local = local_of(tenant)
    # Read consistently in each batch: a rebuild relies on it.
    generations = read_generations(tenant, consistent=True)
    for generation in generations.written:
        listed = now if generation == generations.current else None
        count_events(tenant, generation, local, envelopes, listed=listed)


def local_of(tenant: Tenant) -> Local:
    """How the tenant reads days and money."""
    settings = settings_of(tenant)
    return Local(ZoneInfo(settings.time_zone), settings.currency)


def count_events(
    tenant: Tenant,
    generation: int,
    local: Local,
    envelopes: Iterable[Envelope],
    *,
    listed: datetime | None = None,
) -> None:
    """Count events in one generation; `listed` is the present moment if they also enter the recent activity."""
    relevant = [
        one
        for one in envelopes
        if counts(one) or _touches_recency(tenant, one) or (listed is not None and activity.shows(one))
    ]
    for start in range(0, len(relevant), _BATCH):
        _count(tenant, generation, local, relevant[start : start + _BATCH], listed)


def _count(
    tenant: Tenant, generation: int, local: Local, envelopes: list[Envelope], listed: datetime | None
) -> None:
    def effect(transaction: Transaction, pending: list[Envelope]) -> None:
        _add_effects(transaction, generation, local, pending)
        if listed is not None:
            activity.note(transaction, pending, listed)
        if len(transaction) + sum(map(counts, pending)) > MAX_WRITES:
            raise _TooWideError

    try:
        handle_once(tenant, envelopes, f"stats.{generation}", effect, additive=counts)
    except _TooWideError:
        half = len(envelopes) // 2
        _count(tenant, generation, local, envelopes[:half], listed)
        _count(tenant, generation, local, envelopes[half:], listed)


def _add_effects(transaction: Transaction, generation: int, local: Local, pending: list[Envelope]) -> None:
    increments = Increments()
    for envelope in pending:
        increments.merge(increments_of(envelope, local))
    for customer_id, read, recency in _recencies(transaction.tenant, generation, local, pending):
        increments.sums.update(moves(read.recency, recency))
        put_recency(transaction, generation, customer_id, read, recency)
    # Any shard does; one shard a batch keeps the batch's writes few.
    shard = zlib.crc32(pending[0].id.encode()) % SHARDS
    add_sums(transaction, generation, shard, increments.sums)
    add_splits(transaction, generation, shard, increments.splits)


def _recencies(
    tenant: Tenant, generation: int, local: Local, pending: list[Envelope]
) -> list[tuple[str, Stored, Recency]]:
    """The customers whose recency the events change: id, what was read, what it becomes."""
    by_customer: dict[str, list[Envelope]] = {}
    for envelope in pending:
        if _touches_recency(tenant, envelope):
            by_customer.setdefault(envelope.subject, []).append(envelope)
    stored = read_recencies(tenant, generation, by_customer)
    changed = []
    for customer_id, envelopes in by_customer.items():
        recency = stored[customer_id].recency
        for envelope in envelopes:
            recency = recency.after(envelope, local)
        if recency != stored[customer_id].recency:
            changed.append((customer_id, stored[customer_id], recency))
    return changed


def _touches_recency(tenant: Tenant, envelope: Envelope) -> bool:
    if envelope.key.pk != customer_partition(tenant, envelope.subject):
        return False
    return Recency.is_touched_by(envelope.name)
