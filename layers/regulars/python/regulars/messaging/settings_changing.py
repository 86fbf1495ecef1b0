"""Changing the settings for messages: what contradicts itself is refused with a pointer to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from regulars.kernel.errors import Fault, InvalidError, StaleError
from regulars.kernel.events import Subject
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.events import MessagingSettingsChanged
from regulars.messaging.settings_model import ORDER_UPDATES, Hours, MessagingSettings
from regulars.messaging.settings_store import forget_messaging_settings, read_settings, save_settings


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """The settings and their version, 0 as long as they are the defaults."""

    settings: MessagingSettings
    version: int


def get_messaging_settings(tenant: Tenant) -> KeptSettings:
    """As they are now. 1 request unit."""
    return KeptSettings(*read_settings(tenant))


def change_messaging_settings(
    tenant: Tenant, given: MessagingSettings, *, now: datetime, version: int | None = None
) -> KeptSettings:
    """Put what `given` names in place of what was; what it leaves out stays. What is so already writes nothing.

    Raises InvalidError with a fault for each contradiction, StaleError when `version` is not the current one or somebody else
    was faster.
    """
    before, current = read_settings(tenant)
    if version not in {None, current}:
        raise StaleError
    named = {name: getattr(given, name) for name in given.model_fields_set}
    after = before.model_copy(update=named)
    if faults := list(_faults(after)):
        raise InvalidError("some settings contradict each other", faults)
    changed = sorted(name for name in named if getattr(after, name) != getattr(before, name))
    if not changed:
        return KeptSettings(before, current)
    tx = Transaction(tenant)
    save_settings(tx, after, current, now)
    tx.emit(MessagingSettingsChanged(fields=changed), _subject(tenant), at=now)
    tx.commit()
    forget_messaging_settings()
    return KeptSettings(after, current + 1)


def _subject(tenant: Tenant) -> Subject:
    return Subject("messaging", tenant.partition("MSG"))


def _faults(settings: MessagingSettings) -> Iterator[Fault]:
    yield from _faults_of_categories(settings)
    yield from _faults_of_caps(settings)
    yield from _faults_of_hours(settings)
    if len(set(settings.quiet_channels)) != len(settings.quiet_channels):
        yield Fault("/quiet_channels", "names a channel twice")


def _faults_of_categories(settings: MessagingSettings) -> Iterator[Fault]:
    orders = settings.category(ORDER_UPDATES)
    if orders is None or not orders.transactional:
        detail = f"must have the transactional category {ORDER_UPDATES!r}: order confirmations belong to it"
        yield Fault("/categories", detail)
    for place, category in enumerate(settings.categories):
        if not category.name:
            yield Fault(f"/categories/{place}/name", "needs a name in one language at least")
        if category.transactional and not category.on:
            yield Fault(f"/categories/{place}/on", "a transactional category is always on")


def _faults_of_caps(settings: MessagingSettings) -> Iterator[Fault]:
    seen = set()
    for place, cap in enumerate(settings.caps):
        category = settings.category(cap.category) if cap.category else None
        if cap.category and category is None:
            yield Fault(f"/caps/{place}/category", "is not one of the categories")
        if category is not None and category.transactional:
            yield Fault(f"/caps/{place}/category", "is transactional, and exempt from caps")
        span = (cap.hours, cap.channel, cap.category)
        if span in seen:
            yield Fault(f"/caps/{place}", "there is another cap for the same hours, channel and category")
        seen.add(span)


def _faults_of_hours(settings: MessagingSettings) -> Iterator[Fault]:
    quiet, window = settings.quiet_hours, settings.send_window
    for name, hours in (("quiet_hours", quiet), ("send_window", window)):
        if hours is not None and hours.start == hours.end:
            yield Fault(f"/{name}/end", "is when it starts; leave it all out for none")
    if quiet and window and settings.quiet_channels and not _leaves_time(quiet, window):
        yield Fault("/send_window", "lies wholly inside the quiet hours: nothing could ever be sent")


def _leaves_time(quiet: Hours, window: Hours) -> bool:
    """Whether some minute of the window is not quiet."""
    minutes = (time(minute // 60, minute % 60) for minute in range(24 * 60))
    return any(_within(minute, window) and not _within(minute, quiet) for minute in minutes)


def _within(at: time, hours: Hours) -> bool:
    if hours.start <= hours.end:
        return hours.start <= at < hours.end
    return at >= hours.start or at < hours.end
