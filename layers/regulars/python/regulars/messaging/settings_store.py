"""A tenant's settings for messages in the table."""

import time
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import StaleError
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.settings_model import MessagingSettings

_CACHED_SECONDS = 15.0
_cache: dict[str, tuple[float, MessagingSettings]] = {}


class MessagingSettingsItem(Item):
    kind = UnicodeAttribute(default="messaging settings")
    data = JsonAttribute()
    revision = NumberAttribute(default=0)
    changed_at = TimeAttribute()


def _place(tenant: Tenant) -> tuple[str, str]:
    return tenant.partition("MSG"), "SETTINGS"


def read_settings(tenant: Tenant) -> tuple[MessagingSettings, int]:
    """The settings as they are now and their revision, 0 for the defaults. 1 request unit."""
    item = MessagingSettingsItem.read(*_place(tenant), consistent=True)
    if item is None:
        return MessagingSettings(), 0
    return MessagingSettings.model_validate(item.data), int(item.revision)


def messaging_settings(tenant: Tenant) -> MessagingSettings:
    """The settings, up to 15 seconds old in a warm process."""
    cached = _cache.get(tenant.id)
    if cached is None or cached[0] <= time.monotonic():
        if len(_cache) > 1000:
            _cache.clear()
        cached = _cache[tenant.id] = (time.monotonic() + _CACHED_SECONDS, read_settings(tenant)[0])
    return cached[1]


def save_settings(tx: Transaction, settings: MessagingSettings, revision: int, now: datetime) -> None:
    """Replace the settings that were read as `revision`; the commit raises StaleError when they moved meanwhile."""
    item = MessagingSettingsItem(
        *_place(tx.tenant),
        data=settings.model_dump(mode="json", exclude_defaults=True),
        revision=revision + 1,
        changed_at=now,
    )
    unmoved = (
        MessagingSettingsItem.revision == revision if revision else MessagingSettingsItem.pk.does_not_exist()
    )
    tx.save(item, unmoved, StaleError())


def forget_messaging_settings() -> None:
    """Read anew at the next use: after a change in this process, and in tests."""
    _cache.clear()
