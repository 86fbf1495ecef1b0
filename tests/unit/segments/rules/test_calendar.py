"""The laws of the wall clock: it never goes back, and every bound that it gives has an exact inverse."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.segments.rules.calendar import (
    ALWAYS,
    DAY,
    HOUR,
    NEVER,
    Calendar,
    Period,
    birthday,
    completed_years,
    years_back,
)
from regulars.segments.rules.edges import (
    BornBy,
    DaysBack,
    Earlier,
    Edge,
    Fixed,
    LastDay,
    Now,
    edges_of_period,
)
from regulars.segments.rules.values import millis, moment_of

unhurried = settings(deadline=None)
ZONES = (
    "Europe/Warsaw",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/St_Johns",
    "UTC",
)
CALENDARS = {zone: Calendar(ZoneInfo(zone)) for zone in ZONES}
SINCE, UNTIL = millis(datetime(1995, 1, 1, tzinfo=UTC)), millis(datetime(2035, 1, 1, tzinfo=UTC))


def _turns(zone: str) -> list[int]:
    """The very moments between `SINCE` and `UNTIL` at which the zone's offset changes."""
    at = [datetime(1995, 1, 1, tzinfo=UTC) + timedelta(hours=6 * step) for step in range(40 * 1461)]
    offsets = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in at]
    found = []
    for place in range(1, len(at)):
        if offsets[place] != offsets[place - 1]:
            low, high = at[place - 1], at[place]
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                same = middle.astimezone(ZoneInfo(zone)).utcoffset() == offsets[place - 1]
                low, high = (middle, high) if same else (low, middle)
            found.append(millis(high))
    return found


TURNS = {zone: _turns(zone) for zone in ZONES}
JITTER = st.sampled_from((0, 0, 0, 1, -1, 2, -2))


@st.composite
def moments(draw: st.DrawFn, zone: str) -> int:
    """Any moment, but mostly those at a change of the clocks, or some half hours and days away from one."""
    if TURNS[zone] and draw(st.integers(0, 3)):
        turn = draw(st.sampled_from(TURNS[zone])) + DAY * draw(st.sampled_from((0, 0, 1, -1, 7, 30, -30)))
        return turn + HOUR // 2 * draw(st.sampled_from((0, 0, 1, -1, 2, -2, 4, -4, 48))) + draw(JITTER)
    return draw(st.integers(SINCE, UNTIL))


zones = st.sampled_from(ZONES)
days = st.sampled_from((1, 2, 7, 30, 365, 3650)) | st.integers(1, 3650)


def _edges(zone: str) -> list[Edge]:
    calendar = CALENDARS[zone]
    found: list[Edge] = [Now(), Now(-5 * HOUR), Fixed(SINCE), Earlier(Now(), Fixed(SINCE + 400 * DAY))]
    found += [DaysBack(calendar, count) for count in (1, 7, 30, 183, -1, -30)]
    found += [edge for period in Period for edge in edges_of_period(calendar, period)]
    return found


def _shown(at: int, zone: str) -> int:
    """What a clock on the wall shows, without our calendar's patience with repeated hours."""
    local = moment_of(at).astimezone(ZoneInfo(zone))
    return millis(local.replace(tzinfo=UTC))


@unhurried
@given(st.data(), zones)
def test_the_wall_clock_never_goes_back(data: st.DataObject, zone: str) -> None:
    calendar = CALENDARS[zone]
    at = data.draw(moments(zone))
    later = at + data.draw(st.integers(0, 3 * HOUR))
    assert calendar.wall(at) <= calendar.wall(later)
    assert calendar.day(at) <= calendar.day(later)


@unhurried
@given(st.data(), zones)
def test_an_instant_is_the_first_at_which_a_clock_shows_that_time_or_later(
    data: st.DataObject, zone: str
) -> None:
    calendar = CALENDARS[zone]
    at = data.draw(moments(zone))
    wall = _shown(at, zone) + data.draw(JITTER)
    first = calendar.instant(wall)
    assert _shown(first, zone) >= wall > _shown(first - 1, zone)
    assert first <= at or wall > _shown(at, zone)


@unhurried
@given(st.data(), zones, days)
def test_ahead_is_the_exact_inverse_of_back(data: st.DataObject, zone: str, count: int) -> None:
    calendar = CALENDARS[zone]
    # What lies just so many days before a moment that is hard itself, or just next to that.
    at = calendar.back(data.draw(moments(zone)), count) + data.draw(JITTER)
    left = calendar.ahead(at, count)
    assert calendar.back(left, count) >= at > calendar.back(left - 1, count)


@unhurried
@given(st.data(), zones)
def test_every_edge_moves_forward_only_and_knows_when_it_reaches_a_moment(
    data: st.DataObject, zone: str
) -> None:
    edge = data.draw(st.sampled_from(_edges(zone)))
    now = data.draw(moments(zone))
    value = data.draw(moments(zone) | st.just(edge.at(data.draw(moments(zone))))) + data.draw(JITTER)
    assert edge.at(now) <= edge.at(now + data.draw(st.integers(0, 3 * HOUR)))
    reached = edge.reaches(value)
    assert (edge.at(now) >= value) == (now >= reached)
    if ALWAYS < reached < NEVER:
        assert edge.at(reached) >= value > edge.at(reached - 1)


@unhurried
@given(st.data(), zones)
def test_edges_of_days_know_when_they_reach_a_day(data: st.DataObject, zone: str) -> None:
    calendar = CALENDARS[zone]
    inner = data.draw(st.sampled_from(_edges(zone)))
    edge = data.draw(
        st.sampled_from(
            [LastDay(calendar, inner), *(BornBy(calendar, years) for years in (-3, 0, 1, 18, 64))]
        )
    )
    day = calendar.day(data.draw(moments(zone))) - data.draw(st.sampled_from((0, 365, 366 * 18)))
    now = data.draw(moments(zone))
    reached = edge.reaches(day)
    assert (edge.at(now) >= day) == (now >= reached)
    if ALWAYS < reached < NEVER:
        assert edge.at(reached) >= day > edge.at(reached - 1)


@unhurried
@given(st.data(), zones)
def test_a_day_lasts_from_its_start_to_the_next(data: st.DataObject, zone: str) -> None:
    calendar = CALENDARS[zone]
    at = data.draw(moments(zone))
    day = calendar.day(at)
    assert calendar.day_start(day) <= at < calendar.day_start(day + 1)
    first = calendar.day_from(at)
    assert calendar.day_start(first) >= at > calendar.day_start(first - 1)


@unhurried
@given(st.data(), zones, st.sampled_from(Period))
def test_periods_join_without_gap_or_overlap(data: st.DataObject, zone: str, period: Period) -> None:
    calendar = CALENDARS[zone]
    now = data.draw(moments(zone))
    start, end = calendar.period(now, period)
    assert start <= end
    if period.startswith("this") or period is Period.TODAY:
        assert start <= now < end
    else:
        this = Period.TODAY if period is Period.YESTERDAY else Period("this" + period.removeprefix("last"))
        assert end == calendar.period(now, this)[0]


@unhurried
@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_one_is_as_old_as_the_birthdays_since(born: date, today: date) -> None:
    age = completed_years(born.toordinal(), today.toordinal())
    assert birthday(born.toordinal(), born.year + age) <= today.toordinal()
    assert today.toordinal() < birthday(born.toordinal(), born.year + age + 1)
    assert born.toordinal() <= years_back(today.toordinal(), age)
    assert born.toordinal() > years_back(today.toordinal(), age + 1)


def test_thirty_days_ago_is_the_same_time_of_day_though_the_clocks_changed() -> None:
    calendar = CALENDARS["Europe/Warsaw"]
    now = millis(datetime(2026, 4, 10, 10, tzinfo=UTC))  # noon in summer time
    assert calendar.back(now, 30) == millis(datetime(2026, 3, 11, 11, tzinfo=UTC))  # noon in winter time


def test_a_day_after_three_oclock_is_reached_as_the_repeated_hour_begins_again() -> None:
    calendar = CALENDARS["Europe/Warsaw"]
    at = millis(datetime(2016, 10, 29, 1, tzinfo=UTC))  # 03:00, the day before the clocks go back from 03:00
    assert calendar.ahead(at, 1) == millis(datetime(2016, 10, 30, 1, tzinfo=UTC))


@pytest.mark.parametrize(("zone", "skipped"), [("Pacific/Apia", date(2011, 12, 30))])
def test_a_day_that_never_was_is_empty(zone: str, skipped: date) -> None:
    calendar = CALENDARS[zone]
    assert calendar.day_start(skipped.toordinal()) == calendar.day_start(skipped.toordinal() + 1)
    assert calendar.day(calendar.day_start(skipped.toordinal())) == skipped.toordinal() + 1


@pytest.mark.parametrize("at", [-(10**17), 10**17, -62135510400000, 253402214399999])
def test_moments_beyond_all_calendars_do_no_harm(at: int) -> None:
    calendar = CALENDARS["Europe/Warsaw"]
    assert calendar.back(calendar.ahead(at, 30), 30) >= at
    assert calendar.day_start(calendar.day(at)) <= at


def test_born_on_29_february_one_grows_older_on_1_march() -> None:
    born = date(2004, 2, 29).toordinal()
    assert birthday(born, 2022) == date(2022, 3, 1).toordinal()
    assert completed_years(born, date(2022, 2, 28).toordinal()) == 17
    assert completed_years(born, date(2022, 3, 1).toordinal()) == 18
    assert completed_years(born, date(2024, 2, 29).toordinal()) == 20
