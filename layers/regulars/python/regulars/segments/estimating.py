"""How sure an estimate from a sample is."""

from collections.abc import Iterable
from math import sqrt

# Of the standard normal distribution: 95 in 100 samples are within it.
_Z = 1.96


def wilson_margin(share: float, count: float) -> float:
    """Half the width of the 95 % interval of a share that was seen in a sample of `count`, the farther end.
    Wilson, Journal of the American Statistical Association 22 (1927)."""
    if count <= 0:
        return 1.0
    centre = (share + _Z * _Z / (2 * count)) / (1 + _Z * _Z / count)
    half = _Z / (1 + _Z * _Z / count) * sqrt(share * (1 - share) / count + _Z * _Z / (4 * count * count))
    return max(centre + half - share, share - (centre - half))


def effective(weights: Iterable[float]) -> float:
    """How many equal ones a weighted sample is worth (Kish)."""
    every = list(weights)
    squares = sum(one * one for one in every)
    return sum(every) ** 2 / squares if squares else 0.0
