"""The best hour and channel for customers, by their contacts and the shop's last weeks (MSG-8)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from regulars.customers import facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.analytics import cells_between, today_of
from regulars.messaging.contact import Contact, Engagement, QuietHours
from regulars.messaging.contact_store import read_contact, read_contacts
from regulars.messaging.local_time import shows
from regulars.messaging.model import Channel
from regulars.messaging.prior_model import Prior, prior_from
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.timing import (
    ChannelChoice,
    HourChoice,
    channel_choice,
    hour_choice,
)
from regulars.platform import settings_of

_PERIOD = timedelta(days=27)
_DAYTIME = range(7, 22)
_CACHED_SECONDS = 900.0
_cache: dict[tuple[str, date], tuple[float, Prior]] = {}


@dataclass(frozen=True, slots=True)
class BestTime:
    """When to write to a customer, on the channel that promises most; `engagement` is what it is learned from."""

    time_zone: str
    hour: HourChoice
    channel: ChannelChoice
    engagement: Engagement


def prior_of(tenant: Tenant, today: date) -> Prior:
    """What the shop's last four weeks say, up to 15 minutes old in a warm process: 28 queries otherwise, 1 to 3 request units
    each."""
    cached = _cache.get((tenant.id, today))
    if cached is None or cached[0] <= monotonic():
        if len(_cache) > 200:
            _cache.clear()
        prior = prior_from(cells_between(tenant, today - _PERIOD, today))
        cached = _cache[tenant.id, today] = (monotonic() + _CACHED_SECONDS, prior)
    return cached[1]


def forget_priors() -> None:
    """Read anew at the next use."""
    _cache.clear()


def best_hours_of(
    tenant: Tenant, channel: Channel, customer_ids: Iterable[str], key: str, now: datetime
) -> dict[str, int | None]:
    """The local hour at which each of up to 100 customers gets the message `key`, hours being tried out; None where neither
    customer nor shop say anything. 1 request unit each, and the prior."""
    prior, hours = prior_of(tenant, today_of(tenant, now)), open_hours(messaging_settings(tenant), channel)
    found: dict[str, int | None] = {}
    for customer_id, contact in read_contacts(tenant, customer_ids).items():
        engagement = contact.engagement.get(channel, Engagement())
        own = _left(hours, contact.quiet) or hours
        choice = hour_choice(engagement, prior.of(channel), f"{key}#{customer_id}", own)
        found[customer_id] = None if choice.basis == "default" else choice.hour
    return found


def suited(
    tenant: Tenant, contact: Contact, channels: Sequence[Channel], seed: str, now: datetime
) -> ChannelChoice:
    """In which order a message's channels suit a customer who was read already, channels being tried out."""
    return channel_choice(contact.engagement, prior_of(tenant, today_of(tenant, now)).shares, channels, seed)


def best_time(tenant: Tenant, customer_id: str, now: datetime, channel: Channel | None = None) -> BestTime:
    """What is believed best for a customer now, nothing being tried out. Raises NotFoundError."""
    facts = facts_of(tenant, customer_id)
    if facts is None:
        raise NotFoundError("there is no such customer")
    contact, prior = read_contact(tenant, customer_id), prior_of(tenant, today_of(tenant, now))
    candidates = [channel] if channel else [Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.IN_APP]
    best = channel_choice(contact.engagement, prior.shares, candidates)
    engagement = contact.engagement.get(best.channels[0], Engagement())
    hours = open_hours(messaging_settings(tenant), best.channels[0])
    hour = hour_choice(engagement, prior.of(best.channels[0]), hours=_left(hours, contact.quiet) or hours)
    zone = facts.traits.get("time_zone") or settings_of(tenant).time_zone
    return BestTime(ZoneInfo(zone).key, hour, best, engagement)


def open_hours(settings: MessagingSettings, channel: Channel) -> list[int]:
    """The hours of the day at which marketing may be sent: within the send window, or in daytime where there is none, and outside
    quiet hours."""
    hours = list(_DAYTIME)
    if settings.send_window:
        hours = [hour for hour in range(24) if shows(settings.send_window, time(hour))]
    if settings.quiet_hours and channel in settings.quiet_channels:
        hours = [hour for hour in hours if not shows(settings.quiet_hours, time(hour))]
    return hours or list(range(24))


def _left(hours: Collection[int], quiet: QuietHours | None) -> list[int]:
    return [hour for hour in hours if quiet is None or not shows(quiet, time(hour))]
