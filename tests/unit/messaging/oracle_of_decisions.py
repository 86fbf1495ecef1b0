"""What may be sent, written a second time and in the plainest way: a list of objections, and a walk through the minutes.

It knows nothing of `deciding`: the two agree or one of them is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.messaging.contact import ConsentState, Contact, Frequency
from regulars.messaging.model import Channel, Reason
from regulars.messaging.settings_model import Cap, Hours, MessagingSettings

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Scene:
    """Everything that a decision may depend on."""

    settings: MessagingSettings
    contact: Contact
    channel: Channel
    category: str
    now: datetime
    zone: str
    tenant_zone: str
    address: bool = True
    content: bool = True
    suspended: bool = False
    orders: int = 0
    suppressed: str = ""
    paused: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """`refused` by the first objection, else `due` at a moment (that of the scene when it may go at once)."""

    refused: Reason | None = None
    due: datetime | None = None
    waits_for: frozenset[Reason] = field(default_factory=frozenset)


def judge(scene: Scene) -> Verdict:
    objection = _objection(scene)
    if objection is not None:
        return Verdict(refused=objection)
    if _is_transactional(scene):
        return Verdict(due=scene.now)
    due, waits_for = _first_good_minute(scene)
    if due is None:
        return Verdict(refused=Reason.QUIET_HOURS)
    if scene.expires_at is not None and due >= scene.expires_at:
        return Verdict(refused=Reason.EXPIRED)
    if due == scene.now and _is_capped(scene):
        return Verdict(refused=Reason.CAPPED)
    return Verdict(due=due, waits_for=waits_for)


def _is_transactional(scene: Scene) -> bool:
    category = scene.settings.category(scene.category)
    return category is not None and category.transactional


def _objection(scene: Scene) -> Reason | None:
    """The first objection whatever the hour; order matters, as people read only the first."""
    transactional = _is_transactional(scene)
    stopped = scene.suppressed in ("hard_bounce", "complaint", "stopped")
    late = scene.expires_at is not None and scene.now >= scene.expires_at
    impossible = (
        (scene.contact.erased, Reason.NO_CUSTOMER),
        (scene.suspended, Reason.CUSTOMER_SUSPENDED),
        (not scene.address, Reason.NO_ADDRESS),
        (not scene.content, Reason.NO_TEMPLATE),
    )
    necessary = ((stopped, Reason.SUPPRESSED), (late, Reason.EXPIRED))
    unwanted = (
        (not _wants_category(scene), Reason.CATEGORY_OFF),
        (scene.contact.channels.get(scene.channel) is False, Reason.CHANNEL_OFF),
        (_is_withdrawn(scene), Reason.UNSUBSCRIBED),
        (not _may_be_asked(scene), Reason.NO_CONSENT),
        (bool(scene.suppressed), Reason.SUPPRESSED),
        (scene.paused, Reason.MARKETING_PAUSED),
        (late, Reason.EXPIRED),
    )
    objections = (*impossible, *(necessary if transactional else unwanted))
    return next((reason for holds, reason in objections if holds), None)


def _wants_category(scene: Scene) -> bool:
    category = scene.settings.category(scene.category)
    return scene.contact.categories.get(scene.category, category.on if category else True)


def _is_withdrawn(scene: Scene) -> bool:
    return scene.contact.consent(scene.channel).state is ConsentState.WITHDRAWN


def _may_be_asked(scene: Scene) -> bool:
    if scene.contact.consent(scene.channel).state is ConsentState.GRANTED:
        return True
    rule = scene.settings.consent_rule(scene.channel)
    return rule == "opt_out" or (rule == "soft_opt_in" and scene.orders > 0)


def _zone(scene: Scene) -> ZoneInfo:
    for name in (scene.zone, scene.tenant_zone):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            continue
    return ZoneInfo("UTC")


def _within(moment: time, start: time, end: time) -> bool:
    if start == end:
        return False
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end


def _is_quiet(scene: Scene, local: time) -> bool:
    if scene.contact.quiet is not None:
        return _within(local, scene.contact.quiet.start, scene.contact.quiet.end)
    quiet = scene.settings.quiet_hours
    if quiet is None or scene.channel not in scene.settings.quiet_channels:
        return False
    return _within(local, quiet.start, quiet.end)


def _is_open(window: Hours | None, local: time) -> bool:
    return window is None or window.start == window.end or _within(local, window.start, window.end)


def _digest_minute(scene: Scene) -> Callable[[datetime], bool]:
    """Whether a minute is one at which the customer's collected messages go out."""
    frequency, hour = scene.contact.frequency_of(scene.category), scene.settings.digest_hour

    def goes_out(local: datetime) -> bool:
        if (local.hour, local.minute) != (hour, 0):
            return False
        on: dict[Frequency, Callable[[date], bool]] = {
            Frequency.DAILY: lambda day: True,
            Frequency.WEEKLY: lambda day: day.weekday() == 0,
            Frequency.MONTHLY: lambda day: day.day == 1,
        }
        return on[frequency](local.date())

    return goes_out


def _first_good_minute(scene: Scene) -> tuple[datetime | None, frozenset[Reason]]:
    zone = _zone(scene)
    moment, waits_for = scene.now, set()
    if scene.contact.frequency_of(scene.category) is not Frequency.IMMEDIATE:
        goes_out = _digest_minute(scene)
        moment = _next_minute(moment)
        while not goes_out(moment.astimezone(zone)):
            moment += MINUTE
        return moment, frozenset({Reason.DIGEST})
    for _ in range(4 * 24 * 60):
        local = moment.astimezone(zone).time()
        quiet, open_now = _is_quiet(scene, local), _is_open(scene.settings.send_window, local)
        if not quiet and open_now:
            break
        waits_for |= {Reason.QUIET_HOURS} if quiet else set()
        waits_for |= set() if open_now else {Reason.SEND_WINDOW}
        moment = _next_minute(moment)
    else:
        return None, frozenset(waits_for)
    return moment, frozenset(waits_for)


def _next_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE


def _is_capped(scene: Scene) -> bool:
    return any(_reaches(scene, cap) for cap in scene.settings.caps)


def _reaches(scene: Scene, cap: Cap) -> bool:
    if cap.channel not in (None, scene.channel) or cap.category not in (None, scene.category):
        return False
    counted = [
        one
        for one in scene.contact.recent
        if one.at > scene.now - timedelta(hours=cap.hours)
        and cap.channel in (None, one.channel)
        and cap.category in (None, one.category)
    ]
    return len(counted) >= cap.limit
