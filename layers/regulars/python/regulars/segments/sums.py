"""How big segments are, and were."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.platform import settings_of
from regulars.segments.catalogue import catalogue_of
from regulars.segments.lanes import in_lanes
from regulars.segments.sums_store import read_failures, read_flow, read_size

MAX_DAYS = 1100
_MOST_FAILURES = 1000


@dataclass(frozen=True, slots=True)
class FlowDay:
    """A day of the tenant's calendar: the size at its end, who entered and who left on it."""

    day: date
    size: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Staleness:
    """For how many customers a segment could not be evaluated (1,000 are counted at the most) and since when the first of them
    is waiting. Each is tried again by itself, after a minute, then two, four … an hour."""

    customers: int
    since: datetime | None


def staleness(tenant: Tenant, segment_id: str) -> Staleness:
    """How stale a segment is. 0.5 request units when it is not."""
    waiting = read_failures(tenant, segment_id, _MOST_FAILURES)
    return Staleness(len(waiting), min(waiting, default=None))


def sizes(tenant: Tenant, segment_ids: Iterable[str]) -> dict[str, int]:
    """How many customers are in each segment. 0.5 request units each."""
    wanted = list(dict.fromkeys(segment_ids))
    if len(wanted) < 2:
        return {one: read_size(tenant, one) for one in wanted}
    read = in_lanes(partial(read_size, tenant, one) for one in wanted)
    return dict(zip(wanted, read, strict=True))


def today(tenant: Tenant, now: datetime) -> date:
    """The day of `now` in the zone that the tenant's segments go by."""
    catalogue = catalogue_of(tenant)
    zone = ZoneInfo(settings_of(tenant).time_zone) if catalogue is None else catalogue.zone
    return now.astimezone(zone).date()


def flow(tenant: Tenant, segment_id: str, since: date, until: date) -> list[FlowDay]:
    """The days from `since` to `until` (both included), without holes, from the one on which the segment was made.

    Raises NotFoundError, and InvalidError for a span that is empty or beyond 1,100 days.
    """
    check_span(since, until)
    catalogue = catalogue_of(tenant)
    if catalogue is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    changes, size = read_flow(tenant, segment_id, since), read_size(tenant, segment_id)
    made = catalogue.segments[segment_id].created_at.astimezone(catalogue.zone).date()
    # History that was imported may have moved people in before the segment was made.
    first = max(since, min([made, *changes]))
    return _days(changes, size, first, until)


def check_span(since: date, until: date) -> None:
    """Raises InvalidError for a span of days that is empty or too long."""
    if until < since:
        raise InvalidError.of("from", "must not be after `to`")
    if (until - since).days >= MAX_DAYS:
        raise InvalidError.of("from", f"at most {MAX_DAYS} days at a time")


def _days(changes: dict[date, Counter[str]], size: int, first: date, until: date) -> list[FlowDay]:
    """Backwards from the size of now, which is known."""
    later = [counts for day, counts in changes.items() if day > until]
    size -= sum(counts["entered"] - counts["exited"] for counts in later)
    days: list[FlowDay] = []
    day = until
    while day >= first:
        counts = changes.get(day, Counter())
        days.append(FlowDay(day, max(0, size), counts["entered"], counts["exited"]))
        size -= counts["entered"] - counts["exited"]
        day -= timedelta(days=1)
    return days[::-1]
