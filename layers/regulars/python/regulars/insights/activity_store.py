"""Where a tenant's latest events are listed: a few partitions in order of time, gone after a month."""

import heapq
import zlib
from datetime import timedelta

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.clock import iso
from regulars.kernel.events import Envelope
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant

SHARDS = 4
KEPT = timedelta(days=30)


class ActivityItem(Item):
    kind = UnicodeAttribute(default="activity")
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    time = TimeAttribute()
    subject = UnicodeAttribute()
    actor = UnicodeAttribute(null=True)
    data = JsonAttribute()


def activity_item(tenant: Tenant, envelope: Envelope) -> ActivityItem:
    """The entry of an event; the same event always takes the same place."""
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


def latest(tenant: Tenant, limit: int) -> list[ActivityItem]:
    """The newest entries. About 0.5 request units a shard."""
    pages = [
        ActivityItem.page(_partition(tenant, shard), limit=limit, newest_first=True).items
        for shard in range(SHARDS)
    ]
    merged = heapq.merge(*pages, key=lambda item: str(item.sk), reverse=True)
    return [item for item, _ in zip(merged, range(limit), strict=False)]


def _partition(tenant: Tenant, shard: int) -> str:
    return tenant.partition("X", "activity", str(shard))
