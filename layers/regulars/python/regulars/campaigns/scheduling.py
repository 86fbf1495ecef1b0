"""When a campaign begins by itself: its next occurrence, and the timer for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.campaigns.model import Campaign
from regulars.campaigns.plan import Plan, ScheduleKind
from regulars.campaigns.recurring import EARLIEST, moment_of, next_occurrence, wall_of
from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, disarm
from regulars.kernel.transaction import Transaction
from regulars.platform import settings_of

START = "campaign.start"
# What is later than this does not begin by itself: something was down, and what was meant for the morning may not suit the night.
LATE = timedelta(hours=1)


def zone_of(tenant: Tenant) -> ZoneInfo:
    """The tenant's time zone."""
    return ZoneInfo(settings_of(tenant).time_zone)


def nominal(plan: Plan, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The next occurrence by the tenant's clocks later than `after`; None when there is none any more."""
    schedule = plan.schedule
    if schedule.at is None:
        return None
    if schedule.kind is ScheduleKind.RECURRING:
        return next_occurrence(schedule.rrule, schedule.at, zone, after)
    return schedule.at if _begins(plan, schedule.at, zone) > after or schedule.at > after else None


def _begins(plan: Plan, at: datetime, zone: ZoneInfo) -> datetime:
    """When the first customer's moment comes: with zones of their own, where the day begins first."""
    return moment_of(wall_of(at, zone), EARLIEST) if plan.schedule.zone == "recipient" else at


def arm_start(tx: Transaction, before: Campaign, after: Campaign, now: datetime) -> Campaign:
    """The campaign `after` with its next occurrence, for which `tx` arms the timer in place of that of `before`. Raises
    InvalidError when none lies ahead."""
    zone = zone_of(tx.tenant)
    at = nominal(after.plan, zone, now)
    if at is None:
        raise InvalidError.of("/schedule/at", "lies in the past")
    due = max(_begins(after.plan, at, zone), now)
    if before.due_at != due:
        disarm_start(tx, before)
    arm(tx, start_timer(tx.tenant, after.id, due))
    return replace(after, due_at=due, nominal_at=at)


def arm_next(tx: Transaction, campaign: Campaign, last: datetime, now: datetime) -> Campaign | None:
    """The same for the occurrence after `last`; those that passed while the run before was under way are left out. None when
    there is none any more."""
    zone, at = zone_of(tx.tenant), nominal(campaign.plan, zone_of(tx.tenant), last)
    while at is not None and _begins(campaign.plan, at, zone) < now - LATE:
        at = nominal(campaign.plan, zone, at)
    if at is None:
        return None
    due = max(_begins(campaign.plan, at, zone), now)
    arm(tx, start_timer(tx.tenant, campaign.id, due))
    return replace(campaign, due_at=due, nominal_at=at)


def disarm_start(tx: Transaction, campaign: Campaign) -> None:
    """Take the timer away, if one is armed."""
    if campaign.due_at is not None:
        disarm(tx, start_timer(tx.tenant, campaign.id, campaign.due_at))


def start_timer(tenant: Tenant, campaign_id: str, due: datetime) -> Timer:
    """The timer that begins a run."""
    return Timer(tenant, START, campaign_id, due)
