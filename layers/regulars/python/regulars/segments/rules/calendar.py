"""A tenant's wall clock and calendar: what "30 days ago", "today" and "this quarter" are as moments.

Moments are milliseconds since 1970 in UTC, days are ordinals (`date.toordinal`). The wall clock here never goes back: in the
second pass of a repeated hour it stands still at that hour's end. So everything derived from `now` only ever moves forward as
`now` does, and each such function has an exact inverse: the first `now` at which it has reached a given moment. Those inverses
are what lets a segment know when time alone will change it.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.segments.rules.values import Millis

DAY: Millis = 86_400_000
HOUR: Millis = 3_600_000
# Later than any moment: what will never be.
NEVER: Millis = 2**62
# Earlier than any moment: what has always been.
ALWAYS: Millis = -NEVER

EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY, LAST_DAY = date.min.toordinal(), date.max.toordinal()
# Zones have offsets for the years that `datetime` knows; beyond them the nearest offset holds.
_FIRST_SECOND = (2 * 366 - EPOCH) * 86_400
_LAST_SECOND = (LAST_DAY - 366 - EPOCH) * 86_400
_ORIGIN = datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of wall clock readings, which have no zone


class Period(StrEnum):
    """Calendar periods in the tenant's zone. Weeks begin on Monday."""

    TODAY = "today"
    THIS_WEEK = "this_week"
    THIS_MONTH = "this_month"
    THIS_QUARTER = "this_quarter"
    THIS_YEAR = "this_year"
    YESTERDAY = "yesterday"
    LAST_WEEK = "last_week"
    LAST_MONTH = "last_month"
    LAST_QUARTER = "last_quarter"
    LAST_YEAR = "last_year"


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


# Of every period: its unit, and how many units before the current one it lies.
UNITS: dict[Period, tuple[Unit, int]] = {
    Period.TODAY: (Unit.DAY, 0),
    Period.THIS_WEEK: (Unit.WEEK, 0),
    Period.THIS_MONTH: (Unit.MONTH, 0),
    Period.THIS_QUARTER: (Unit.QUARTER, 0),
    Period.THIS_YEAR: (Unit.YEAR, 0),
    Period.YESTERDAY: (Unit.DAY, 1),
    Period.LAST_WEEK: (Unit.WEEK, 1),
    Period.LAST_MONTH: (Unit.MONTH, 1),
    Period.LAST_QUARTER: (Unit.QUARTER, 1),
    Period.LAST_YEAR: (Unit.YEAR, 1),
}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


class Calendar:
    """The wall clock and calendar of one zone. Instances remember what is costly to work out; share one per zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._day_starts: dict[int, Millis] = {}

    # The wall clock

    def wall(self, at: Millis) -> Millis:
        """What the wall clock shows at `at`, as milliseconds since 1970-01-01T00:00 on that clock. Never goes back."""
        local = datetime.fromtimestamp(_within(at // 1000), self.zone)
        offset = _offset(local)
        if not local.fold:
            return at + offset
        before = _offset(local.replace(fold=0))
        return self._transition(at + offset - before, at) + before

    def instant(self, wall: Millis) -> Millis:
        """The first moment at which a clock on the wall really shows `wall` or later.

        A time that is skipped gives the moment of the skip, a time that comes twice gives its first pass.
        """
        local = _ORIGIN + timedelta(seconds=_within(wall // 1000))
        before = _offset(local.replace(tzinfo=self.zone))
        after = _offset(local.replace(tzinfo=self.zone, fold=1))
        if after <= before:
            return wall - before
        return self._transition(wall - after, wall - before)

    def _transition(self, low: Millis, high: Millis) -> Millis:
        """The moment in `(low, high]` at which the offset changes; it does so once there, at a whole second."""
        first, last = low // 1000, high // 1000
        old = self._offset_at(first)
        while last - first > 1:
            middle = (first + last) // 2
            first, last = (middle, last) if self._offset_at(middle) == old else (first, middle)
        return last * 1000

    def _offset_at(self, second: int) -> Millis:
        return _offset(datetime.fromtimestamp(_within(second), self.zone))

    # Days back and ahead by wall clock

    def back(self, now: Millis, days: int) -> Millis:
        """The same time of day, `days` days before `now` (after it, if negative)."""
        return self.instant(self.wall(now) - days * DAY)

    def ahead(self, at: Millis, days: int) -> Millis:
        """The first `now` with `back(now, days) >= at`: when what happened at `at` is `days` days ago."""
        # The first reading that the clock on the wall had never shown before `at`, and so many days later.
        wall = min(self.wall(at), self.wall(at - 1) + 1) + days * DAY
        # A clock that stands still at the end of a repeated hour shows that end from the start of the second pass.
        return min(self.instant(wall), self.instant(wall - 1) + 1)

    # Days

    def day(self, at: Millis) -> int:
        """The local day at `at`. A day once begun is not left again, even where clocks go back over midnight."""
        day = EPOCH + (at + self._offset_at(at // 1000)) // DAY
        return day + 1 if self.day_start(day + 1) <= at else day

    def day_from(self, at: Millis) -> int:
        """The first local day that begins at `at` or later."""
        day = self.day(at) + 1
        while self.day_start(day - 1) >= at:
            day -= 1
        return day

    def day_start(self, day: int) -> Millis:
        """The first moment of a local day: 00:00, or later where that is skipped."""
        found = self._day_starts.get(day)
        if found is None:
            found = self._day_starts[day] = self.instant((day - EPOCH) * DAY)
        return found

    # Periods

    def period(self, now: Millis, name: Period) -> tuple[Millis, Millis]:
        """Start and end (not in it) of the calendar period."""
        (unit, back), today = UNITS[name], self.day(now)
        first, after = unit_start(today, unit, -back), unit_start(today, unit, 1 - back)
        return self.day_start(first), self.day_start(after)


def _within(second: int) -> int:
    return min(max(second, _FIRST_SECOND), _LAST_SECOND)


def _offset(local: datetime) -> Millis:
    offset = local.utcoffset()
    assert offset is not None
    return (offset.days * 86_400 + offset.seconds) * 1000


@lru_cache(maxsize=1024)
def unit_start(day: int, unit: Unit, moved: int = 0) -> int:
    """The first day of the week, quarter … that `day` is in, moved by so many of them."""
    if unit is Unit.DAY:
        return day + moved
    if unit is Unit.WEEK:
        return day - (day - 1) % 7 + 7 * moved
    return _month_start(day, unit, moved)


def next_unit_start(day: int, unit: Unit, moved: int = 0) -> int:
    """The first day from `day` on that begins a week, quarter …, moved by so many of them."""
    return unit_start(day, unit, moved if unit_start(day, unit) == day else moved + 1)


def _month_start(day: int, unit: Unit, moved: int) -> int:
    length = _MONTHS[unit]
    at = date.fromordinal(min(max(day, FIRST_DAY), LAST_DAY))
    months = ((at.year * 12 + at.month - 1) // length + moved) * length
    year, month = divmod(months, 12)
    return (
        date(year, month + 1, 1).toordinal() if 1 <= year <= 9999 else FIRST_DAY if year < 1 else LAST_DAY + 1
    )


def birthday(born: int, year: int) -> int:
    """The anniversary of the day `born` in `year`: that of a 29 February is on 1 March in common years."""
    if not 1 <= year <= 9999:
        return FIRST_DAY - 1 if year < 1 else LAST_DAY + 1
    day = date.fromordinal(born)
    if day.month == 2 and day.day == 29 and not _is_leap(year):
        return date(year, 3, 1).toordinal()
    return day.replace(year=year).toordinal()


def years_back(today: int, years: int) -> int:
    """The latest day of birth with which one has completed `years` years on the day `today`."""
    day = date.fromordinal(today)
    year = day.year - years
    if not 1 <= year <= 9999:
        return FIRST_DAY - 1 if year < 1 else LAST_DAY
    if day.month == 2 and day.day == 29 and not _is_leap(year):
        return date(year, 2, 28).toordinal()
    return day.replace(year=year).toordinal()


def completed_years(born: int, today: int) -> int:
    """Age on the day `today`; below zero before the day of birth."""
    year = date.fromordinal(today).year
    return year - date.fromordinal(born).year - (today < birthday(born, year))


# What would change later than this has no date, and is as good as never.
_LAST_DATED = (date(9999, 12, 30).toordinal() - EPOCH) * DAY


def dated(change: Millis) -> Millis | None:
    """A moment at which something changes; None for never, and for what lies beyond the years of dates."""
    return change if change < _LAST_DATED else None


def utc_text(at: Millis) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`; moments beyond the years of dates are shown as the nearest."""
    shown = min(max(at, (FIRST_DAY - EPOCH) * DAY), (LAST_DAY + 1 - EPOCH) * DAY - 1)
    return f"{(_ORIGIN + timedelta(milliseconds=shown)).isoformat(timespec='milliseconds')}Z"


def day_text(day: int) -> str:
    """A day as `1990-02-28`."""
    return date.fromordinal(min(max(day, FIRST_DAY), LAST_DAY)).isoformat()


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
