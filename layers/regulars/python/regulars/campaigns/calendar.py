"""What runs when: runs that began, dates that lie ahead, and when what recurs will come again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from regulars.campaigns.model import Campaign, Status
from regulars.campaigns.plan import ScheduleKind
from regulars.campaigns.recurring import occurrences
from regulars.campaigns.scheduling import zone_of
from regulars.campaigns.store import due_before, ran_between
from regulars.kernel.errors import InvalidError
from regulars.kernel.tenancy import Tenant

LONGEST = timedelta(days=100)
_MOST = 120


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """`ran`: began at `at`; `due`: will begin then; `recurs`: an occurrence further ahead."""

    campaign_id: str
    name: str
    at: datetime
    kind: Literal["ran", "due", "recurs"]
    status: Status
    run: int = 0


def campaign_calendar(tenant: Tenant, start: datetime, end: datetime) -> list[CalendarEntry]:
    """What falls into a span of 100 days at the most, the earliest first. Raises InvalidError for another span."""
    if not timedelta(0) < end - start <= LONGEST:
        raise InvalidError.of("to", "should be later than `from`, by 100 days at the most")
    found = [
        CalendarEntry(campaign_id, name, run.at, "ran", status, run.number)
        for campaign_id, name, status, run in ran_between(tenant, start, end)
    ]
    for campaign in due_before(tenant, end):
        found += _ahead(tenant, campaign, start, end)
    return sorted(found, key=lambda one: (one.at, one.campaign_id))


def _ahead(tenant: Tenant, campaign: Campaign, start: datetime, end: datetime) -> Iterator[CalendarEntry]:
    due, schedule = campaign.due_at, campaign.plan.schedule
    if due is not None and start <= due < end:
        yield CalendarEntry(campaign.id, campaign.name, due, "due", campaign.status)
    recurs = schedule.kind is ScheduleKind.RECURRING and schedule.at is not None
    if not recurs or schedule.at is None or campaign.nominal_at is None:
        return
    after = max(campaign.nominal_at, start - timedelta(milliseconds=1))
    for at in islice(occurrences(schedule.rrule, schedule.at, zone_of(tenant), after), _MOST):
        if at >= end:
            return
        yield CalendarEntry(campaign.id, campaign.name, at, "recurs", campaign.status)
