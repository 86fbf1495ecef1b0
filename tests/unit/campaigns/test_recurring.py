"""Recurrence by the wall clock."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.campaigns.recurring import check_rrule, moment_of, next_occurrence, occurrences, wall_of
from regulars.kernel.errors import InvalidError

BERLIN = ZoneInfo("Europe/Berlin")


def first(*args: int, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(*args, tzinfo=zone).astimezone(UTC)


def test_nine_o_clock_stays_nine_o_clock_when_clocks_change() -> None:
    start = first(2026, 3, 26, 9)

    found = list(islice(occurrences("FREQ=DAILY", start, BERLIN, start - timedelta(seconds=1)), 6))

    assert [wall_of(one, BERLIN).hour for one in found] == [9] * 6
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert gaps.count(timedelta(hours=23)) == 1
    assert gaps.count(timedelta(hours=24)) == 4


def test_a_wall_time_that_is_left_out_happens_an_hour_later_once() -> None:
    start = first(2026, 3, 28, 2, 30)

    found = list(islice(occurrences("FREQ=DAILY", start, BERLIN, start), 2))

    assert found[0] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert wall_of(found[0], BERLIN).hour == 3
    assert found[1] == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_a_wall_time_that_comes_twice_happens_once_the_first_time() -> None:
    start = first(2026, 10, 24, 2, 30)

    found = list(islice(occurrences("FREQ=DAILY", start, BERLIN, start), 2))

    assert found == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
    ),
    day=st.integers(0, 3000),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_each_day_has_one_moment_and_moments_never_go_back(zone: str, day: int, minute: int) -> None:
    wall = datetime(2024, 1, 1) + timedelta(days=day, minutes=minute)  # noqa: DTZ001
    start = moment_of(wall, ZoneInfo(zone))

    found = list(islice(occurrences("FREQ=DAILY", start, ZoneInfo(zone), start - timedelta(1)), 5))

    assert found == sorted(set(found))
    days = [wall_of(one, ZoneInfo(zone)).date() for one in found]
    assert len(set(days)) == len(days)


def test_the_next_one_is_later_than_the_last_however_long_ago_that_was() -> None:
    start = first(2026, 1, 5, 8)

    found = next_occurrence("FREQ=WEEKLY;BYDAY=MO", start, BERLIN, first(2026, 7, 1, 12))

    assert found == first(2026, 7, 6, 8)


@pytest.mark.parametrize(
    "until", ["20260320", "20260320T080000Z", "20260320T090000"], ids=["day", "moment", "wall"]
)
def test_until_is_inclusive_in_each_of_its_forms(until: str) -> None:
    start = first(2026, 3, 18, 9)

    found = list(occurrences(f"FREQ=DAILY;UNTIL={until}", start, BERLIN, start - timedelta(1)))

    assert [wall_of(one, BERLIN).day for one in found] == [18, 19, 20]


def test_a_count_ends_it() -> None:
    start = first(2026, 3, 18, 9)

    found = list(occurrences("RRULE:FREQ=MONTHLY;COUNT=3", start, BERLIN, start - timedelta(1)))

    assert [wall_of(one, BERLIN).month for one in found] == [3, 4, 5]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("every day", "part such as"),
        ("FREQ=HOURLY", "FREQ must be"),
        ("FREQ=DAILY;BYSECOND=1", "BYSECOND cannot"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "not both"),
        ("FREQ=DAILY;COUNT=0", "from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", "from 1 to 1000"),
        ("FREQ=DAILY;BYMONTH=13", "no day fits"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "no day fits"),
        ("FREQ=DAILY;UNTIL=tomorrow", "not a recurrence"),
        ("FREQ=WEEKLY;BYDAY=XX", "not a recurrence"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no day fits"),
        ("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,30", "an hour apart"),
    ],
)
def test_a_bad_rule_is_refused_with_words_and_at_once(rule: str, words: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_rrule(rule, first(2026, 3, 18, 9), BERLIN, spread=False)

    assert words in refused.value.detail
    assert refused.value.faults[0].pointer == "/schedule/rrule"


def test_with_moments_of_their_own_customers_need_two_days_between() -> None:
    start = first(2026, 3, 18, 9)
    check_rrule("FREQ=WEEKLY", start, BERLIN, spread=True)

    with pytest.raises(InvalidError):
        check_rrule("FREQ=DAILY", start, BERLIN, spread=True)
