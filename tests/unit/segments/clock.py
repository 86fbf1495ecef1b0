"""Wall clocks, the slow and obvious way: the oracle's own reading of time, sharing nothing with the product's."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def moment(at: int) -> datetime:
    return EPOCH + timedelta(milliseconds=at)


def ms(when: datetime) -> int:
    return (when - EPOCH) // timedelta(milliseconds=1)


def wall(at: int, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows, as a naive time; the second pass of a repeated hour shows the same again."""
    return moment(at).astimezone(zone).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=200_000)
def shown(naive: datetime, zone: ZoneInfo) -> int:
    """The first moment at which the clock on the wall shows this naive time, or later if the clock jumps over it."""
    at = ms(naive.replace(tzinfo=zone, fold=0).astimezone(UTC))
    if wall(at, zone) == naive:
        return at
    step = ms((naive - timedelta(hours=26)).replace(tzinfo=UTC)) // 60_000 * 60_000
    while wall(step, zone) < naive:
        step += 60_000
    return step


@lru_cache(maxsize=200_000)
def standing(at: int, zone: ZoneInfo) -> datetime:
    """The wall clock, which while an hour repeats stands at the end of that hour."""
    here = moment(at).astimezone(zone)
    if not here.fold:
        return here.replace(tzinfo=None)
    step = moment(at).replace(second=0, microsecond=0)
    while step.astimezone(zone).fold:
        step += MINUTE
    return step.astimezone(zone).replace(tzinfo=None)


@lru_cache(maxsize=200_000)
def moved(at: int, days: int, zone: ZoneInfo) -> int:
    """The moment that is so many days of the wall clock away (negative: back)."""
    return shown(standing(at, zone) + timedelta(days=days), zone)


def day_start(day: date, zone: ZoneInfo) -> int:
    return shown(datetime.combine(day, time.min), zone)


def local_day(at: int, zone: ZoneInfo) -> date:
    return wall(at, zone).date()


def first_of_month(year: int, month: int) -> date:
    """Months may run over: the 13th month is January of the next year, the 0th December of the last."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def period_days(today: date, name: str) -> tuple[date, date]:
    """First day of a calendar period and the first day after it."""
    monday = today - timedelta(days=today.weekday())
    year, month = today.year, today.month
    quarter = month - (month - 1) % 3
    week, day = timedelta(days=7), timedelta(days=1)
    return {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "this_week": (monday, monday + week),
        "last_week": (monday - week, monday),
        "this_month": (first_of_month(year, month), first_of_month(year, month + 1)),
        "last_month": (first_of_month(year, month - 1), first_of_month(year, month)),
        "this_quarter": (first_of_month(year, quarter), first_of_month(year, quarter + 3)),
        "last_quarter": (first_of_month(year, quarter - 3), first_of_month(year, quarter)),
        "this_year": (date(year, 1, 1), date(year + 1, 1, 1)),
        "last_year": (date(year - 1, 1, 1), date(year, 1, 1)),
    }[name]


def anniversary(day: date, year: int) -> date:
    """The anniversary in that year; those of 29 February fall on 1 March in common years."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def completed_years(born: date, today: date) -> int:
    return today.year - born.year - (1 if today < anniversary(born, today.year) else 0)


def next_anniversary(day: date, today: date) -> date:
    """The next one, today's included."""
    this_year = anniversary(day, today.year)
    return this_year if this_year >= today else anniversary(day, today.year + 1)


@lru_cache(maxsize=10_000)
def transitions(zone: ZoneInfo, year: int) -> tuple[int, ...]:
    """The moments of that year (UTC) at which the zone's clocks are put forward or back."""
    found, hour = [], datetime(year, 1, 1, tzinfo=UTC)
    offset = hour.astimezone(zone).utcoffset()
    while hour.year == year:
        later = hour + timedelta(hours=6)
        if later.astimezone(zone).utcoffset() != offset:
            step = hour
            while step.astimezone(zone).utcoffset() == offset:
                step += MINUTE
            found.append(ms(step))
            offset = later.astimezone(zone).utcoffset()
        hour = later
    return tuple(found)
