"""Margins hold what they promise."""

import random

import pytest

from regulars.segments.estimating import effective, wilson_margin


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 0.5, 0.97, 1.0])
def test_ninety_five_samples_in_a_hundred_are_within_the_margin(share: float) -> None:
    dice = random.Random(7)
    held = 0
    for _ in range(600):
        seen = sum(dice.random() < share for _ in range(150)) / 150
        held += abs(seen - share) <= wilson_margin(seen, 150)
    assert held >= 0.93 * 600


def test_more_seen_means_less_doubt_and_nothing_seen_means_all() -> None:
    margins = [wilson_margin(0.3, count) for count in (1, 10, 100, 1000)]
    assert margins == sorted(margins, reverse=True)
    assert wilson_margin(0.5, 0) == 1.0
    # even if none of those seen matched
    assert 0 < wilson_margin(0.0, 100) < 0.05


def test_a_sample_of_unequal_weights_is_worth_less() -> None:
    assert effective([2.0] * 10) == pytest.approx(10)
    assert effective([100.0, *[0.01] * 9]) == pytest.approx(1, abs=0.01)
    assert effective([]) == 0.0
