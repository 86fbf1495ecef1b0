"""Campaigns in words: states, channels, audiences, schedules. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.campaign_form import segments_of
from console.recurrence import listed, read_rule
from console.tables import Badge
from regulars.campaigns.model import Campaign, Status
from regulars.campaigns.plan import Audience, Plan, Schedule, ScheduleKind
from regulars.messaging import Channel

PATH = "/console/campaigns"
STATES: Mapping[Status, tuple[str, str]] = {
    Status.DRAFT: ("Draft", ""),
    Status.SCHEDULED: ("Scheduled", "info"),
    Status.SENDING: ("Sending", "accent"),
    Status.PAUSED: ("Paused", "warn"),
    Status.NEEDS_APPROVAL: ("Needs approval", "warn"),
    Status.COMPLETED: ("Sent", "good"),
    Status.CANCELLED: ("Cancelled", "warn"),
    Status.FAILED: ("Failed", "bad"),
}


@dataclass(frozen=True)
class ChannelLooks:
    label: str
    icon: str
    noun: str


CHANNELS: Mapping[Channel, ChannelLooks] = {
    Channel.EMAIL: ChannelLooks("Email", "mail", "mails"),
    Channel.SMS: ChannelLooks("SMS", "message-square", "text messages"),
    Channel.PUSH: ChannelLooks("Push", "smartphone", "push messages"),
    Channel.IN_APP: ChannelLooks("In-app", "inbox", "in-app messages"),
    Channel.WEBHOOK: ChannelLooks("Webhook", "zap", "calls"),
    Channel.WALLET: ChannelLooks("Wallet", "wallet", "wallet updates"),
}
CHOICES = (
    ("first", "on the first channel that reaches them"),
    ("all", "on every channel"),
    ("optimal", "on the channel that suits them best"),
)
WINNERS = (
    ("open", "opens"),
    ("click", "clicks"),
    ("conversion", "conversions"),
    ("revenue", "revenue"),
)
ZONES = (("tenant", "The shop's time"), ("recipient", "Each recipient's own time"))


def state_badge(campaign: Campaign) -> Badge:
    """Draft, scheduled, sending, sent."""
    return Badge(*STATES[campaign.status])


def channels_text(plan: Plan) -> str:
    """`Email, SMS`."""
    return ", ".join(CHANNELS[one].label for one in plan.all_channels)


def audience_text(audience: Audience, names: Mapping[str, str]) -> str:
    """`Loyal or VIP, without Recent buyers`: `names` of segments by id."""
    without = [names.get(one, "a deleted segment") for one in audience.exclude]
    text = _audience(audience, names)
    return f"{text}, without {listed(without)}" if without and text else text


def _audience(audience: Audience, names: Mapping[str, str]) -> str:
    if segments := segments_of(audience):
        joint = " and " if (audience.rule or {}).get("root", {}).get("type") == "all" else " or "
        return joint.join(names.get(one, "a deleted segment") for one in segments)
    match audience.kind:
        case "all":
            return "Everyone"
        case "customers":
            count = len(audience.customers or ())
            return f"A list of {count:,}" if count != 1 else "A list of one customer"
        case "rule":
            return "A rule of its own"
    return ""


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """`Thu 3 Dec 2026, 10:00`."""
    return moment.astimezone(zone).strftime("%a %-d %b %Y, %H:%M")


def schedule_text(schedule: Schedule, zone: ZoneInfo) -> str:
    """`Thu 3 Dec 2026, 10:00 in each one's time`."""
    at = moment_text(schedule.at, zone) if schedule.at else ""
    own = " in each one’s time" if schedule.zone == "recipient" else ""
    match schedule.kind:
        case ScheduleKind.NOW:
            return "When you say so"
        case ScheduleKind.AT:
            return f"{at}{own}" if at else ""
        case ScheduleKind.BEST_HOUR:
            return f"Best hours from {at}" if at else "Best hours"
    repeat = read_rule(schedule.rrule)
    often = repeat.words if repeat else "By a rule"
    clock = f" at {schedule.at.astimezone(zone):%H:%M}{own}" if schedule.at else ""
    return f"{often}{clock}"


def when_text(campaign: Campaign, zone: ZoneInfo) -> str:
    """What the list says of the moment: when it went, when it goes next, or how it is planned."""
    if campaign.plan.schedule.kind is ScheduleKind.RECURRING:
        return schedule_text(campaign.plan.schedule, zone)
    if campaign.started_at is not None:
        return moment_text(campaign.started_at, zone)
    return schedule_text(campaign.plan.schedule, zone)


def people(count: int) -> str:
    """`1 customer`, `1,234 customers`."""
    return f"{count:,} customer{'' if count == 1 else 's'}"


def sentence(text: str) -> str:
    """With a capital first letter, and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) or not text else f"{text}."
