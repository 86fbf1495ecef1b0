from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console import formats

NOW = datetime(2026, 11, 20, 14, 7, tzinfo=UTC)
LONDON = formats.Clock(ZoneInfo("Europe/London"), NOW)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "GBP", "£1,234.56"),
        (-500, "EUR", "−€5.00"),
        (1999, "JPY", "¥1,999"),
        (1234567, "KWD", "KWD 1,234.567"),
        (None, "GBP", "—"),
    ],
)
def test_money_follows_the_currencys_decimals(minor: int | None, currency: str, text: str) -> None:
    assert formats.money(minor, currency) == text


def test_short_money_keeps_small_amounts_exact() -> None:
    assert formats.short_money(830006581, "GBP") == "£8.30M"
    assert formats.short_money(1234567, "GBP") == "£12.35K"
    assert formats.short_money(40238, "GBP") == "£402.38"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada King Lovelace", "AL"),
        ("zofia", "Z"),
        ("ada@example.com", "AE"),
        ("  ", ""),
        ("Customer 12713", ""),
        ("(x) Łukasz", "Ł"),
    ],
)
def test_initials_come_from_the_first_and_last_word(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=22), "yesterday"),
        (timedelta(days=10), "10 Nov"),
        (timedelta(days=400), "16 Oct 2025"),
    ],
)
def test_a_moment_is_written_relative_to_now(past: timedelta, text: str) -> None:
    assert LONDON.ago(NOW - past) == text


def test_a_day_begins_at_midnight_in_the_shops_zone() -> None:
    # given an instant that is already tomorrow in Warsaw
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    warsaw = formats.Clock(ZoneInfo("Europe/Warsaw"), late + timedelta(minutes=5))
    # then it is today there, and not in London
    assert warsaw.day(late) == "Today"
    assert warsaw.day(late - timedelta(hours=1)) == "Yesterday"


def test_a_sparkline_stays_inside_its_box() -> None:
    path = formats.sparkline([5, 5, 9, 1])
    heights = [float(step.split()[1]) for step in path.removeprefix("M").split("L")]
    assert min(heights) >= 0
    assert max(heights) <= 32


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "5 s"), (95, "1 min 35 s"), (7300, "2 h 1 min"), (None, "")]
)
def test_time_left_is_written_in_its_two_largest_units(seconds: int | None, text: str) -> None:
    assert formats.duration(seconds) == text
