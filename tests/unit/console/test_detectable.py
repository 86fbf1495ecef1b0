"""What a test can tell apart."""

from hypothesis import given
from hypothesis import strategies as st

from console.detectable import detectable


def test_the_textbook_size_finds_the_textbook_rise() -> None:
    # given 10 % against 12 % needs some 3,840 people in each group (Fleiss, two-sided 5 %, power 80 %)
    assert abs((detectable(0.10, 3_841) or 0) - 0.02) < 0.0002


@given(st.floats(0.001, 0.9), st.integers(50, 10**6))
def test_more_people_tell_smaller_differences_apart(rate: float, people: int) -> None:
    few, many = detectable(rate, people), detectable(rate, people * 4)
    assert few is None or (many is not None and many <= few)


def test_more_variants_need_more_people() -> None:
    assert (detectable(0.2, 2_000, 3) or 0) > (detectable(0.2, 2_000) or 0)


def test_too_few_people_tell_nothing_apart() -> None:
    assert detectable(0.5, 3) is None
    assert detectable(0, 1_000) is None
