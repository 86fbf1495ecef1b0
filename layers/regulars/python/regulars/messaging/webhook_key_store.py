"""Which of a tenant's keys for webhooks is in use, in the table. The keys themselves are derived and nowhere kept."""

import time
from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import StaleError
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_CACHED_SECONDS = 15.0
_cache: dict[str, tuple[float, "KeyInUse"]] = {}


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """`number` 0 is the key that a tenant has from the start, with which nothing is stored."""

    number: int = 0
    rotated_at: datetime | None = None


class WebhookKeyItem(Item):
    kind = UnicodeAttribute(default="webhook key")
    number = NumberAttribute()
    rotated_at = TimeAttribute()


def _place(tenant: Tenant) -> tuple[str, str]:
    return tenant.partition("MSG"), "WEBHOOK-KEY"


def read_key_in_use(tenant: Tenant) -> KeyInUse:
    """As it is now. 1 request unit."""
    item = WebhookKeyItem.read(*_place(tenant), consistent=True)
    return KeyInUse(int(item.number), item.rotated_at) if item else KeyInUse()


def key_in_use(tenant: Tenant) -> KeyInUse:
    """The same, up to 15 seconds old in a warm process."""
    cached = _cache.get(tenant.id)
    if cached is None or cached[0] <= time.monotonic():
        if len(_cache) > 1000:
            _cache.clear()
        cached = _cache[tenant.id] = (time.monotonic() + _CACHED_SECONDS, read_key_in_use(tenant))
    return cached[1]


def save_key_in_use(tx: Transaction, number: int, now: datetime) -> None:
    """Go over from the key before to this one; the commit raises StaleError when somebody else did meanwhile."""
    item = WebhookKeyItem(*_place(tx.tenant), number=number, rotated_at=now)
    unmoved = WebhookKeyItem.number == number - 1 if number > 1 else WebhookKeyItem.pk.does_not_exist()
    tx.save(item, unmoved, StaleError())


def forget_key_in_use(tenant: Tenant) -> None:
    """Read anew at the next use: after a change in this process."""
    _cache.pop(tenant.id, None)
