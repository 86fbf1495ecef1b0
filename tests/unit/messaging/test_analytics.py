"""Sums of messages by day, channel, template and hour."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.analytics_model import COUNTS, By, Cell, days_between, report

MONDAY = date(2026, 3, 9)
SUNDAY = MONDAY + timedelta(days=6)

cells = st.lists(
    st.builds(
        Cell,
        st.dates(MONDAY, SUNDAY),
        st.sampled_from(["email", "sms", "push"]),
        st.sampled_from(["news", "welcome"]),
        st.integers(0, 23),
        st.dictionaries(
            st.sampled_from([*COUNTS, "revenue_last", "revenue_linear", "not_sent_capped"]),
            st.integers(0, 50),
        ),
    ),
    max_size=20,
)


@given(cells, st.sampled_from(By))
def test_rows_add_up_to_the_totals_whatever_they_stand_for(some: list[Cell], by: By) -> None:
    found = report(some, MONDAY, SUNDAY, by, "last")
    total: Counter[str] = Counter()
    for row in found.rows:
        total.update(row.counts)
    assert {name: total[name] for name in COUNTS} == found.totals.counts
    assert sum(row.revenue for row in found.rows) == found.totals.revenue
    assert found.totals.revenue == sum(cell.counts.get("revenue_last", 0) for cell in some)


@given(cells)
def test_days_and_hours_without_messages_are_there(some: list[Cell]) -> None:
    by_day = report(some, MONDAY, SUNDAY, By.DAY, "last")
    assert [row.key for row in by_day.rows] == [day.isoformat() for day in days_between(MONDAY, SUNDAY)]
    by_hour = report(some, MONDAY, SUNDAY, By.HOUR, "last")
    assert [row.key for row in by_hour.rows] == [f"{hour:02d}" for hour in range(24)]


def cell(channel: str, **counts: int) -> Cell:
    return Cell(MONDAY, channel, "news", 9, counts)


def test_rates_are_of_what_they_say() -> None:
    one = cell("email", sent=200, delivered=160, opened=80, clicked=20, converted=4, bounced=10, complained=2)
    other = cell("email", unsubscribed=8, machine=40)
    rates = report([one, other], MONDAY, MONDAY, By.DAY, "last").totals.rates
    assert (rates.delivery, rates.bounce) == (0.8, 0.05)
    assert (rates.open, rates.click, rates.click_to_open) == (0.5, 0.125, 0.25)
    assert (rates.conversion, rates.unsubscribe, rates.complaint, rates.machine) == (
        0.025,
        0.05,
        0.0125,
        0.25,
    )


def test_rows_from_before_categories_were_told_apart_are_of_none() -> None:
    old, new = Cell(MONDAY, "email", "a", 9, {"sent": 1}), Cell(MONDAY, "email", "b", 9, {"sent": 2}, "news")
    found = report([old, new], MONDAY, MONDAY, By.CATEGORY, "last")
    assert [(row.key, row.counts["sent"]) for row in found.rows] == [("", 1), ("news", 2)]


def test_a_channel_without_receipts_is_reckoned_by_what_was_sent() -> None:
    some = [cell("email", sent=100, delivered=80, opened=40), cell("push", sent=30, bounced=10, opened=10)]
    assert report(some, MONDAY, MONDAY, By.DAY, "last").totals.rates.open == 0.5


def test_there_is_no_rate_of_nothing() -> None:
    (row,) = report([], MONDAY, MONDAY, By.DAY, "last").rows
    assert {getattr(row.rates, name) for name in row.rates.__slots__} == {None}


@pytest.mark.parametrize(("model", "revenue"), [("last", 1), ("first", 2), ("linear", 3)])
def test_revenue_is_that_of_the_tenants_model(model: str, revenue: int) -> None:
    one = cell("email", revenue_last=1, revenue_first=2, revenue_linear=3)
    assert report([one], MONDAY, MONDAY, By.CHANNEL, model).totals.revenue == revenue  # type: ignore[arg-type]
