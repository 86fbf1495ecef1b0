"""A tenant's latest events, for the console's home: what people did today, not what an import brought."""

import heapq
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.clock import iso
from regulars.kernel.events import Envelope
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

SHARDS = 4
KEPT = timedelta(days=30)
# Too many, or too small, to be news.
_QUIET = frozenset({"order.lines_added", "customer.updated", "cart.updated", "product.updated"})


class ActivityItem(Item):
    kind = UnicodeAttribute(default="activity")
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    time = TimeAttribute()
    subject = UnicodeAttribute()
    actor = UnicodeAttribute(null=True)
    data = JsonAttribute()


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """One event of the recent past; `data` as in its schema, without personal data."""

    id: str
    name: str
    time: datetime
    subject: str
    actor: str
    data: dict[str, Any]


def shows(envelope: Envelope) -> bool:
    """Whether an event is listed: not history, not behaviour on pages, nothing small."""
    return not envelope.history and not envelope.name.startswith("behaviour.") and envelope.name not in _QUIET


def note(transaction: Transaction, envelopes: list[Envelope], now: datetime) -> None:
    """List the events that are shown. The same event always takes the same place, so listing it twice changes nothing."""
    for envelope in envelopes:
        if shows(envelope) and envelope.time > now - KEPT:
            transaction.save(_item(transaction.tenant, envelope))


def _item(tenant: Tenant, envelope: Envelope) -> ActivityItem:
    return ActivityItem(
        _partition(tenant, zlib.crc32(envelope.id.encode()) % SHARDS),
        f"{iso(envelope.time)}#{envelope.id}",
        id=envelope.id,
        name=envelope.name,
        time=envelope.time,
        subject=envelope.subject,
        actor=envelope.actor or None,
        data={name: value for name, value in envelope.data.items() if not isinstance(value, list | dict)},
        expires_at=int((envelope.time + KEPT).timestamp()),
    )


def _partition(tenant: Tenant, shard: int) -> str:
    return tenant.partition("X", "activity", str(shard))


def recent_activity(tenant: Tenant, limit: int = 20) -> list[ActivityEntry]:
    """The latest events, newest first. About 0.5 request units a shard."""
    pages = [
        ActivityItem.page(_partition(tenant, shard), limit=limit, newest_first=True).items
        for shard in range(SHARDS)
    ]
    latest = heapq.merge(*pages, key=lambda item: str(item.sk), reverse=True)
    return [_entry(item) for item, _ in zip(latest, range(limit), strict=False)]


def _entry(item: ActivityItem) -> ActivityEntry:
    return ActivityEntry(item.id, item.name, item.time, item.subject, item.actor or "", item.data)
