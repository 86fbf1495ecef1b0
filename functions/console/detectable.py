"""What an A/B test of a given size can tell apart, before it begins (two proportions; Fleiss, Levin & Paik 2003, ch. 4)."""

from math import sqrt
from statistics import NormalDist

_SURE = NormalDist().inv_cdf(1 - 0.05 / 2)
_POWER = NormalDist().inv_cdf(0.8)
_STEPS = 40


def detectable(rate: float, people: int, comparisons: int = 1) -> float | None:
    """The smallest rise of `rate` (0 to 1) that a test with `people` in each variant finds four times in five, at 5 % (shared
    by `comparisons`); None when it cannot find any."""
    if people < 2 or not 0 < rate < 1:
        return None
    sure = NormalDist().inv_cdf(1 - 0.05 / 2 / max(comparisons, 1)) if comparisons > 1 else _SURE
    low, high = 0.0, 1.0 - rate
    if _needed(rate, high, sure) > people:
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _needed(rate, middle, sure) > people:
            low = middle
        else:
            high = middle
    return high


def _needed(rate: float, rise: float, sure: float) -> float:
    """People in each of two groups to find `rise`."""
    if rise <= 0:
        return float("inf")
    other = rate + rise
    mean = (rate + other) / 2
    spread = sure * sqrt(2 * mean * (1 - mean)) + _POWER * sqrt(rate * (1 - rate) + other * (1 - other))
    return spread * spread / (rise * rise)
