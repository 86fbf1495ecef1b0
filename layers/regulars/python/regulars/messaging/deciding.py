"""Whether a message may go to a customer on a channel now, later or not at all, and what every check saw. Pure.

The checks run in a fixed order and the first that does not let the message pass decides. What an order or a request makes
necessary (a transactional category) is exempt from wishes, consent, caps, quiet hours and digests; nothing goes to a customer who
is gone, to one without an address, or to an address that bounced for good or complained.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from regulars.messaging.contact import ConsentState, Contact, Frequency
from regulars.messaging.local_time import Span, end_within, next_at, next_start, zone_of
from regulars.messaging.model import Channel, Check, Reason, Recipient, explain
from regulars.messaging.settings_model import Cap, Category, MessagingSettings

# Sending up to this much before a mail domain's next turn is no haste.
PACING_TOLERANCE = timedelta(seconds=60)
# Quiet hours and a send window that never leave room for each other end here.
_LONGEST_SEARCH = 8


class Outcome(StrEnum):
    SEND = "send"
    DEFER = "defer"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, the same for everyone: `offered` are the channels that the template has content for and that have a
    sender; `collected` says that it is a digest itself; `counted` that this very message is among the recent ones already."""

    category: Category
    offered: frozenset[Channel]
    without_sender: frozenset[Channel] = frozenset()
    expires_at: datetime | None = None
    collected: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for this customer on this channel: `suppressed` is the reason of the suppression list, `blocked` whether that
    stops transactional messages too; `turn` is when the recipient's mail domain takes the message."""

    address: str = ""
    suppressed: str = ""
    blocked: bool = False
    ordered: bool = False
    marketing_paused: str = ""
    turn: datetime | None = None
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    channel: Channel
    reason: Reason | None = None
    due_at: datetime | None = None
    checks: tuple[Check, ...] = ()

    @property
    def explanation(self) -> str:
        """One sentence for people."""
        return explain(self.reason, self.checks[-1].seen if self.reason and self.checks else "")


@dataclass(frozen=True, slots=True)
class _Verdict:
    reason: Reason
    seen: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    asked: Asked
    channel: Channel
    recipient: Recipient | None
    contact: Contact
    settings: MessagingSettings
    around: Circumstances
    zone: ZoneInfo
    now: datetime
    seen: dict[str, str] = field(default_factory=dict)


_Judge = Callable[[_Case], _Verdict | None]


def decide(
    asked: Asked,
    channel: Channel,
    recipient: Recipient | None,
    contact: Contact,
    settings: MessagingSettings,
    around: Circumstances,
    zone: str,
    now: datetime,
) -> Decision:
    """Decide about one customer and channel. `zone` is the shop's, for a customer of whom none is known."""
    own = recipient.zone if recipient else ""
    case = _Case(asked, channel, recipient, contact, settings, around, zone_of(own, zone), now)
    checks: list[Check] = []
    for name, judge in _TRANSACTIONAL if asked.category.transactional else _MARKETING:
        verdict = judge(case)
        if verdict is not None:
            checks.append(Check(name, False, verdict.seen))
            return _decided(asked, channel, verdict, tuple(checks))
        checks.append(Check(name, True, case.seen[name]) if name in case.seen else _PASSED[name])
    return Decision(Outcome.SEND, channel, checks=tuple(checks))


def _decided(asked: Asked, channel: Channel, verdict: _Verdict, checks: tuple[Check, ...]) -> Decision:
    due = verdict.due_at
    if due is None:
        return Decision(Outcome.REFUSE, channel, verdict.reason, None, checks)
    if asked.expires_at is not None and due >= asked.expires_at:
        return Decision(Outcome.REFUSE, channel, Reason.EXPIRED, None, (*checks, Check("expiry", False)))
    return Decision(Outcome.DEFER, channel, verdict.reason, due, checks)


def _customer(case: _Case) -> _Verdict | None:
    gone = case.recipient is None or case.contact.erased
    return _Verdict(Reason.NO_CUSTOMER) if gone else None


def _status(case: _Case) -> _Verdict | None:
    suspended = case.recipient is not None and case.recipient.suspended
    return _Verdict(Reason.CUSTOMER_SUSPENDED) if suspended else None


def _address(case: _Case) -> _Verdict | None:
    return None if case.around.address else _Verdict(Reason.NO_ADDRESS)


def _content(case: _Case) -> _Verdict | None:
    if case.channel in case.asked.without_sender:
        return _Verdict(Reason.NO_SENDER)
    return None if case.channel in case.asked.offered else _Verdict(Reason.NO_TEMPLATE)


def _blocked(case: _Case) -> _Verdict | None:
    return _Verdict(Reason.SUPPRESSED, case.around.suppressed) if case.around.blocked else None


def _category(case: _Case) -> _Verdict | None:
    category = case.asked.category
    on = case.contact.categories.get(category.key, category.on)
    return None if on else _Verdict(Reason.CATEGORY_OFF, category.key)


def _channel(case: _Case) -> _Verdict | None:
    return None if case.contact.channels.get(case.channel, True) else _Verdict(Reason.CHANNEL_OFF)


def _consent(case: _Case) -> _Verdict | None:
    consent, rule = case.contact.consent(case.channel), case.settings.consent_rule(case.channel)
    if consent.state is ConsentState.WITHDRAWN:
        return _Verdict(Reason.UNSUBSCRIBED, consent.source)
    if consent.state is ConsentState.GRANTED:
        case.seen["consent"] = consent.source
        return None
    if rule == "opt_out" or (rule == "soft_opt_in" and case.around.ordered):
        case.seen["consent"] = rule
        return None
    return _Verdict(Reason.NO_CONSENT, consent.state.value)


def _suppression(case: _Case) -> _Verdict | None:
    return _Verdict(Reason.SUPPRESSED, case.around.suppressed) if case.around.suppressed else None


def _marketing(case: _Case) -> _Verdict | None:
    paused = case.around.marketing_paused
    return _Verdict(Reason.MARKETING_PAUSED, paused) if paused else None


def _expiry(case: _Case) -> _Verdict | None:
    until = case.asked.expires_at
    return _Verdict(Reason.EXPIRED) if until is not None and until <= case.now else None


def _duplicate(case: _Case) -> _Verdict | None:
    return _Verdict(Reason.DUPLICATE) if case.around.duplicate else None


def quiet_of(contact: Contact, channel: Channel, settings: MessagingSettings) -> Span | None:
    """The quiet hours that hold: the customer's own on every channel, else the shop's on the channels it names."""
    if contact.quiet is not None:
        return contact.quiet
    return settings.quiet_hours if channel in settings.quiet_channels else None


def _hours(case: _Case) -> _Verdict | None:
    """Quiet hours and the send window together: due when both allow it."""
    quiet = quiet_of(case.contact, case.channel, case.settings)
    window = case.settings.send_window
    reason: Reason | None = None
    moment = case.now
    for _ in range(_LONGEST_SEARCH):
        end = end_within(quiet, moment, case.zone) if quiet else None
        if end is not None:
            reason, moment = reason or Reason.QUIET_HOURS, end
        elif _outside(window, moment, case.zone) and window is not None:
            reason, moment = reason or Reason.SEND_WINDOW, next_start(window, moment, case.zone)
        else:
            return None if reason is None else _Verdict(reason, _clock(moment, case.zone), moment)
    return _Verdict(reason or Reason.QUIET_HOURS, "no hour is left")


def _outside(window: Span | None, moment: datetime, zone: ZoneInfo) -> bool:
    if window is None or window.start == window.end:
        return False
    return end_within(window, moment, zone) is None


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M")


def _frequency(case: _Case) -> _Verdict | None:
    frequency = case.contact.frequency_of(case.asked.category.key)
    if case.asked.collected or frequency is Frequency.IMMEDIATE:
        return None
    due = digest_due(frequency, case.settings.digest_hour, case.now, case.zone)
    return _Verdict(Reason.DIGEST, frequency.value, due)


def digest_due(frequency: Frequency, hour: int, now: datetime, zone: ZoneInfo) -> datetime:
    """When the next digest goes out: each day, on Monday, or on the first of the month."""
    weekday = 0 if frequency is Frequency.WEEKLY else None
    day = 1 if frequency is Frequency.MONTHLY else None
    return next_at(hour, now, zone, weekday=weekday, day=day)


def _caps(case: _Case) -> _Verdict | None:
    if case.asked.counted:
        return None
    for cap in case.settings.caps:
        if _applies(cap, case):
            count = received(cap, case.contact, case.now)
            if count >= cap.limit:
                return _Verdict(Reason.CAPPED, f"{count} in {cap.hours} h, at most {cap.limit}")
    return None


def _applies(cap: Cap, case: _Case) -> bool:
    return cap.channel in (None, case.channel) and cap.category in (None, case.asked.category.key)


def received(cap: Cap, contact: Contact, now: datetime) -> int:
    """How many claims of a cap's kind lie in its window, which ends now."""
    since = now - timedelta(hours=cap.hours)
    return sum(
        one.at > since and cap.channel in (None, one.channel) and cap.category in (None, one.category)
        for one in contact.recent
    )


def _pacing(case: _Case) -> _Verdict | None:
    turn = case.around.turn
    if turn is None or turn <= case.now + PACING_TOLERANCE:
        return None
    return _Verdict(Reason.PACED, "", turn)


_FIRST: tuple[tuple[str, _Judge], ...] = (
    ("customer", _customer),
    ("status", _status),
    ("address", _address),
    ("content", _content),
)
_TRANSACTIONAL: tuple[tuple[str, _Judge], ...] = (*_FIRST, ("suppression", _blocked), ("expiry", _expiry))
_MARKETING: tuple[tuple[str, _Judge], ...] = (
    *_FIRST,
    ("category", _category),
    ("channel", _channel),
    ("consent", _consent),
    ("suppression", _suppression),
    ("marketing", _marketing),
    ("expiry", _expiry),
    ("duplicate", _duplicate),
    ("frequency", _frequency),
    ("hours", _hours),
    ("caps", _caps),
    ("pacing", _pacing),
)
_PASSED = {name: Check(name, True) for name, _ in (*_TRANSACTIONAL, *_MARKETING)}
