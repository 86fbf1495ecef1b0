"""Wall clocks: which moment a local time is, whether a moment lies within hours of the day, when those end. Pure.

A local time that a clock change leaves out stands for the first moment after the gap; one that comes twice stands for the first.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Span(Protocol):
    """Hours of the day, from `start` until before `end`; over midnight when start is later than end; none when equal."""

    @property
    def start(self) -> time: ...
    @property
    def end(self) -> time: ...


@lru_cache(maxsize=500)
def zone_of(*names: str) -> ZoneInfo:
    """The zone of the first of these names that is one; UTC if none is."""
    for name in names:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a time on a day's wall clock."""
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment of the clock change that leaves `wall` out."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def is_within(span: Span, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall shows a time of these hours; in an hour that comes twice it may do so twice."""
    return shows(span, now.astimezone(zone).time())


def shows(span: Span, wall: time) -> bool:
    """Whether a time of the day is one of these hours."""
    if span.start <= span.end:
        return span.start <= wall < span.end
    return wall >= span.start or wall < span.end


def end_within(span: Span, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the hours that `now` lies in end; None when it lies outside them."""
    if not is_within(span, now, zone):
        return None
    ends = (end for end in _moments(span.end, now, zone) if not is_within(span, end, zone))
    return min(ends)


def next_start(span: Span, now: datetime, zone: ZoneInfo) -> datetime:
    """When the hours begin next; `now` must lie outside them."""
    return min(start for start in _moments(span.start, now, zone) if is_within(span, start, zone))


def _moments(at: time, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments after `now`, of three days, at which the clock shows a time, both of those that come twice."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, 4):
        first = moment_of(today + ahead * _DAY, at, zone)
        again = first.astimezone(zone).replace(fold=1).astimezone(UTC)
        yield from (moment for moment in (first, again) if moment > now)


def next_at(
    hour: int, now: datetime, zone: ZoneInfo, *, weekday: int | None = None, day: int | None = None
) -> datetime:
    """The next moment after `now` at which the clock shows a full hour; on a weekday (Monday is 0) or a day of the month if
    given."""
    today = now.astimezone(zone).date()
    for ahead in range(64):
        that = today + ahead * _DAY
        if (weekday is None or that.weekday() == weekday) and (day is None or that.day == day):
            moment = moment_of(that, time(hour), zone)
            if moment > now:
                return moment
    raise AssertionError("a day of every month comes within 64 days")
