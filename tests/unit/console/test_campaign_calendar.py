"""The calendar: whole weeks around a month, entries in the shop's zone, the same hour on another day."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from console.campaign_calendar import Entry, Quiet, filled, moved, span_of

LONDON = ZoneInfo("Europe/London")
DATES = st.dates(date(2000, 1, 2), date(2090, 1, 1))


def entry(name: str, at: datetime) -> Entry:
    return Entry("cmp_1", name, at.astimezone(LONDON), "scheduled", "info", 1)


@given(DATES, st.sampled_from(["month", "week"]))
def test_a_calendar_is_whole_weeks_around_its_day(day: date, view: str) -> None:
    shown = filled(span_of(view, day), [], day, day)
    days = [one.day for week in shown.weeks for one in week]
    assert day in days
    assert all(len(week) == 7 and week[0].day.weekday() == 0 for week in shown.weeks)
    assert days[0] == shown.since
    assert (shown.until - days[-1]).days == 1
    assert shown.earlier < day
    assert shown.later > day


@given(DATES)
def test_going_on_and_back_leads_to_the_same_month(day: date) -> None:
    month = span_of("month", day)
    assert span_of("month", span_of("month", month.later).earlier) == month


def test_what_is_due_stands_on_its_day_in_the_shops_zone_by_time() -> None:
    # given one at 23:30 UTC in summer time, which is the next day in London
    late = entry("Late", datetime(2026, 7, 9, 23, 30, tzinfo=UTC))
    early = entry("Early", datetime(2026, 7, 9, 23, 10, tzinfo=UTC))
    # when
    shown = filled(span_of("month", date(2026, 7, 1)), [late, early], date(2026, 7, 9), date(2026, 7, 1))
    # then
    (day,) = [one for week in shown.weeks for one in week if one.entries]
    assert day.day == date(2026, 7, 10)
    assert [one.name for one in day.entries] == ["Early", "Late"]
    assert day.entries[0].time == "00:10"
    assert shown.count == 2


def test_days_of_other_months_are_outside_a_month_but_not_a_week() -> None:
    month = filled(span_of("month", date(2026, 11, 1)), [], date(2026, 11, 21), date(2026, 11, 1))
    assert month.weeks[0][0].outside
    assert not month.weeks[0][6].outside
    week = filled(span_of("week", date(2026, 11, 30)), [], date(2026, 11, 21), date(2026, 11, 30))
    assert not any(day.outside for day in week.weeks[0])
    assert week.title == "30 Nov – 6 Dec 2026"


def test_quiet_hours_may_cross_midnight() -> None:
    night = Quiet(time(21), time(8))
    assert [night.holds(time(hour)) for hour in (20, 21, 0, 7, 8)] == [False, True, True, True, False]
    assert [Quiet(time(12), time(14)).holds(time(hour)) for hour in (11, 12, 14)] == [False, True, False]


def test_moving_keeps_the_hour_of_the_clock_over_its_change() -> None:
    before = datetime(2026, 3, 28, 9, tzinfo=LONDON)
    after = moved(before, date(2026, 3, 30), LONDON)
    assert (after.hour, after.astimezone(UTC).hour) == (9, 8)
