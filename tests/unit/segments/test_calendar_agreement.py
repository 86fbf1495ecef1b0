"""The product's calendar says what the slow clock says, in every zone, around every change of the clocks."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.rules.calendar import Calendar, Period
from tests.unit.segments import clock
from tests.unit.segments.laws import LAW
from tests.unit.segments.pen import DAYS, Dice, moment, near
from tests.unit.segments.strategies import numbers
from tests.unit.segments.words import ZONES

SPANS = st.sampled_from(DAYS) | st.integers(1, 3650)


@st.composite
def places(draw: Any) -> tuple[ZoneInfo, int]:
    dice = Dice(lambda low, high: int(draw(numbers(low, high))))
    zone = dice.pick(ZONES)
    at = moment(dice, zone)
    return zone, near(dice, at, zone) if dice.once_in(2) else at


@LAW
@given(places(), SPANS)
def test_so_many_days_back_and_ahead_by_the_clock_on_the_wall(place: tuple[ZoneInfo, int], days: int) -> None:
    zone, now = place
    assert Calendar(zone).back(now, days) == clock.moved(now, -days, zone)
    assert Calendar(zone).back(now, -days) == clock.moved(now, days, zone)


@LAW
@given(places(), SPANS)
def test_ahead_is_the_first_moment_that_has_left_it_behind(place: tuple[ZoneInfo, int], days: int) -> None:
    zone, at = place
    gone = Calendar(zone).ahead(at, days)
    assert clock.moved(gone, -days, zone) >= at
    assert clock.moved(gone - 1, -days, zone) < at


@LAW
@given(places(), SPANS, st.integers(0, 7_200_000))
def test_the_clock_never_goes_backwards(place: tuple[ZoneInfo, int], days: int, later: int) -> None:
    zone, now = place
    calendar = Calendar(zone)
    assert calendar.back(now, days) <= calendar.back(now + later, days)
    assert calendar.back(now, -days) <= calendar.back(now + later, -days)


@LAW
@given(places(), st.sampled_from(sorted(Period)))
def test_periods_are_those_of_the_calendar_on_the_wall(place: tuple[ZoneInfo, int], name: Period) -> None:
    zone, now = place
    first, after = clock.period_days(clock.local_day(now, zone), name.value)
    assert Calendar(zone).period(now, name) == (clock.day_start(first, zone), clock.day_start(after, zone))


@LAW
@given(places())
def test_days_begin_where_the_clock_on_the_wall_first_shows_them(place: tuple[ZoneInfo, int]) -> None:
    zone, at = place
    day = Calendar(zone).day(at)
    assert date.fromordinal(day) == clock.local_day(at, zone)
    assert Calendar(zone).day_start(day) == clock.day_start(date.fromordinal(day), zone)
