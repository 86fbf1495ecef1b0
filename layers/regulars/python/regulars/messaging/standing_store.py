"""Whether a tenant's marketing goes on, and the figures of the last day that decide it: what SES looks at, we look at before."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.errors import ConflictError
from regulars.kernel.events import Subject
from regulars.kernel.idempotency import Once
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.events import MarketingPaused, MarketingResumed
from regulars.messaging.model import Channel
from regulars.messaging.settings_model import UnwantedRates
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.tally_store import rows_of, sums

_DAY = timedelta(hours=24)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """`reason` is `bounces` or `complaints` when it was us who paused, else what a person wrote; `since` is the moment of the
    latest change. The counts are of the mails handed over in the last 24 hours (of those since marketing was resumed)."""

    paused: bool = False
    reason: str = ""
    since: datetime | None = None
    by: str = ""
    sent: int = 0
    bounced: int = 0
    complained: int = 0


class StandingItem(Item):
    kind = UnicodeAttribute(default="standing")
    paused = UnicodeAttribute(null=True)
    since = TimeAttribute()
    by = UnicodeAttribute(null=True)


def place_of(tenant: Tenant) -> tuple[str, str]:
    return tenant.partition("MSG"), "STANDING"


def paused_why(tenant: Tenant) -> str:
    """Why marketing is paused, empty when it is not: as it is now. 1 request unit."""
    item = StandingItem.read(*place_of(tenant), consistent=True)
    return item.paused or "" if item else ""


def standing_of(tenant: Tenant, zone: str, now: datetime) -> Standing:
    """How it stands, with the figures. Reads the sums of two days."""
    item = StandingItem.read(*place_of(tenant), consistent=True)
    counts = _last_day(tenant, zone, now, item)
    return Standing(
        bool(item and item.paused),
        item.paused or "" if item else "",
        item.since if item else None,
        item.by or "" if item else "",
        counts["sent"],
        counts["bounced"],
        counts["complained"],
    )


def pause_marketing(
    tenant: Tenant, reason: str, now: datetime, *, by: str = "", once: Once | None = None, figures: str = ""
) -> Standing:
    """Have no marketing claimed from now on. Raises ConflictError when it is paused already."""
    item = StandingItem(*place_of(tenant), paused=reason, since=now, by=by or None)
    transaction = Transaction(tenant)
    going = StandingItem.pk.does_not_exist() | StandingItem.paused.does_not_exist()
    transaction.save(item, going, ConflictError("marketing is paused already"))
    transaction.emit(MarketingPaused(reason=reason, figures=figures), _subject(tenant), at=now)
    found = Standing(True, reason, now, by)
    transaction.remember(once, found)
    transaction.commit()
    return found


def resume_marketing(tenant: Tenant, now: datetime, *, by: str = "", once: Once | None = None) -> Standing:
    """Have marketing go on; what was sent before is not held against it. Raises ConflictError when it is not paused."""
    item = StandingItem(*place_of(tenant), since=now, by=by or None)
    transaction = Transaction(tenant)
    transaction.save(item, StandingItem.paused.exists(), ConflictError("marketing is not paused"))
    transaction.emit(MarketingResumed(), _subject(tenant), at=now)
    found = Standing(False, "", now, by)
    transaction.remember(once, found)
    transaction.commit()
    return found


def pause_if_unwanted(tenant: Tenant, zone: str, now: datetime) -> bool:
    """Pause marketing when too much of the last day's mail bounced or was complained about; whether it is paused now."""
    found = standing_of(tenant, zone, now)
    if found.paused:
        return True
    reason = unwanted(found, messaging_settings(tenant).unwanted)
    if not reason:
        return False
    figures = f"{found.bounced} bounces and {found.complained} complaints of {found.sent} mails"
    try:
        pause_marketing(tenant, reason, now, by="system", figures=figures)
    except ConflictError:
        return True
    return True


def unwanted(found: Standing, rates: UnwantedRates) -> str:
    """Which rate is too high: `complaints`, `bounces` or neither."""
    if found.sent < rates.sample:
        return ""
    if found.complained >= rates.complaints * found.sent:
        return "complaints"
    return "bounces" if found.bounced >= rates.bounces * found.sent else ""


def _last_day(tenant: Tenant, zone: str, now: datetime, item: StandingItem | None) -> Counter[str]:
    since = now - _DAY
    if item is not None and not item.paused:
        # The hour in which it was resumed still holds what led to the pause.
        since = max(since, item.since)
    local = ZoneInfo(zone)
    start, end = since.astimezone(local), now.astimezone(local)
    total: Counter[str] = Counter()
    for day in sorted({start.date(), end.date(), (now - _HOUR).astimezone(local).date()}):
        for row in rows_of(tenant.partition("N", day.isoformat()), f"{Channel.EMAIL.value}#"):
            hour = int(row["sk"]["S"].split("#")[-2])
            if day > start.date() or hour > start.hour:
                total += sums([row])
    return total


def _subject(tenant: Tenant) -> Subject:
    return Subject(tenant.id, tenant.partition("MSG"))
