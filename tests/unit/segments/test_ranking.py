"""Percentiles by nearest rank, and the nights on which they are computed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.ranking import nearest_rank
from regulars.segments.thresholds import Threshold, next_night

VALUES = st.lists(st.integers(-(2**53), 2**53) | st.floats(-1e12, 1e12), min_size=1, max_size=60)


@given(VALUES, st.integers(1, 99))
def test_the_top_holds_at_least_its_share_and_one_fewer_would_not(values: list[float], percent: int) -> None:
    numbers = np.array(values, dtype=np.float64)
    bound = nearest_rank(numbers, Threshold("f", "top", percent))
    assert (numbers >= bound).sum() * 100 >= percent * len(values)
    assert (numbers > bound).sum() * 100 < percent * len(values)


@given(VALUES, st.integers(1, 99))
def test_the_bottom_is_the_mirror_of_the_top(values: list[float], percent: int) -> None:
    numbers = np.array(values, dtype=np.float64)
    bottom = nearest_rank(numbers, Threshold("f", "bottom", percent))
    assert bottom == -nearest_rank(-numbers, Threshold("f", "top", percent))


def test_money_beyond_what_a_float_of_32_bits_holds_stays_exact() -> None:
    values = np.array([2**53, 2**53 - 1, 1], dtype=np.float64)
    found = nearest_rank(values, Threshold("f", "top", 34))
    assert (found, type(found)) == (2**53 - 1, int)


def test_a_key_is_taken_apart_from_its_end() -> None:
    assert Threshold.of("attributes.a:b:top:20") == Threshold("attributes.a:b", "top", 20)


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/New_York", "Europe/Helsinki", "Asia/Tokyo"])
def test_nights_follow_one_another_through_a_year(zone: str) -> None:
    # Helsinki puts its clocks forward at three: that night it is done at four.
    local = ZoneInfo(zone)
    night = next_night(local, datetime(2026, 1, 1, tzinfo=UTC))
    for _ in range(365):
        following = next_night(local, night)
        assert timedelta(hours=22) < following - night < timedelta(hours=26)
        assert following.astimezone(UTC).astimezone(local).hour in (3, 4)
        night = following
