"""Which variant is better, and how sure one can be. Pure; no more than `math`.

Rates are compared by Bayes: with a flat prior the rate of a variant with s of n is distributed as Beta(1 + s, 1 + n − s), and
the probability to be best of all is the integral of its density times the others' distribution functions, worked out
numerically. All variants are compared at once, so there is no multiple testing to correct for (Gelman, Hill and Yajima, 2012,
on why).

Revenue is compared by the mean a recipient. Only sums are known, so the spread of order values is assumed to be that of an
exponential distribution (its standard deviation equals its mean), and the mean of many recipients to be normal.

With equal probabilities the earlier variant wins: the order in the plan is the tie rule.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist

_POINTS = 4000
_SPREAD = 8.0
_NORMAL = NormalDist()
Density = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Arm:
    """What a variant came to: `successes` of `n` recipients and, for a test by revenue, what they brought in minor units."""

    name: str
    n: int
    successes: int
    revenue: int = 0

    @property
    def rate(self) -> float:
        return self.successes / self.n if self.n else 0.0

    @property
    def mean(self) -> float:
        return self.revenue / self.n if self.n else 0.0


def best_by_rate(arms: Sequence[Arm]) -> list[float]:
    """For each variant the probability that its rate is the highest."""
    shapes = [(1 + one.successes, 1 + max(0, one.n - one.successes)) for one in arms]
    centres = [(a / (a + b), math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))) for a, b in shapes]
    return _best([_beta(a, b) for a, b in shapes], centres, low=0.0, high=1.0)


def best_by_mean(arms: Sequence[Arm]) -> list[float]:
    """For each variant the probability that its recipients bring the most."""
    centres = [(one.mean, _error(one)) for one in arms]
    widest = max((error for _, error in centres), default=0.0)
    if widest == 0:
        top = max(one.mean for one in arms)
        winners = [one.mean == top for one in arms]
        return [1 / sum(winners) if won else 0.0 for won in winners]
    # One without any order has no spread of its own: it is given the narrowest that can be told apart here.
    centres = [(mean, max(error, widest / 50)) for mean, error in centres]
    return _best([NormalDist(mean, error).pdf for mean, error in centres], centres)


def _error(arm: Arm) -> float:
    """The standard error of the mean a recipient: E[x²] = 2 m² for exponential order values of mean m."""
    if not arm.n or not arm.successes:
        return 0.0
    order = arm.revenue / arm.successes
    variance = arm.rate * 2 * order**2 - (arm.rate * order) ** 2
    return math.sqrt(max(0.0, variance) / arm.n)


def _beta(a: int, b: int) -> Density:
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)

    def density(x: float) -> float:
        if not 0 < x < 1:
            return 0.0
        return math.exp(scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))

    return density


def _best(
    densities: Sequence[Density],
    centres: Sequence[tuple[float, float]],
    low: float = -math.inf,
    high: float = math.inf,
) -> list[float]:
    start = max(low, min(mean - _SPREAD * error for mean, error in centres))
    end = min(high, max(mean + _SPREAD * error for mean, error in centres))
    step = (end - start) / _POINTS
    middles = [start + (place + 0.5) * step for place in range(_POINTS)]
    masses = [[density(x) * step for x in middles] for density in densities]
    below = [_below(mass) for mass in masses]
    shares = []
    for place, mass in enumerate(masses):
        others = [one for other, one in enumerate(below) if other != place]
        shares.append(sum(m * math.prod(row) for m, *row in zip(mass, *others, strict=True)))
    whole = sum(shares) or 1.0
    return [share / whole for share in shares]


def _below(mass: Sequence[float]) -> list[float]:
    """The distribution function in the middle of each step."""
    sums = list(accumulate(mass))
    whole = sums[-1] or 1.0
    return [(total - m / 2) / whole for total, m in zip(sums, mass, strict=True)]


def wilson(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a rate (Wilson, 1927)."""
    if not n:
        return 0.0, 1.0
    p, square = successes / n, z * z
    centre, spread = p + square / (2 * n), z * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + square / n)), min(1.0, (centre + spread) / (1 + square / n))


def difference(treated: Arm, control: Arm) -> tuple[float, float, float]:
    """By how much the rate of the treated is above the control's, and its 95 % interval (Newcombe, 1998, method 10)."""
    (low1, high1), (low2, high2) = wilson(treated.successes, treated.n), wilson(control.successes, control.n)
    p1, p2 = treated.rate, control.rate
    found = p1 - p2
    below = math.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    above = math.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return found, found - below, found + above


def detectable(baseline: float, n: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest difference from a rate that a test with n recipients a variant finds with that power (two-sided); 1 if
    none."""
    if n <= 0:
        return 1.0
    z, reach = _NORMAL.inv_cdf(1 - alpha / 2), _NORMAL.inv_cdf(power)
    low, high = 0.0, 1.0 - baseline
    for _ in range(60):
        middle = (low + high) / 2
        other = baseline + middle
        mean = (baseline + other) / 2
        needed = z * math.sqrt(2 * mean * (1 - mean)) + reach * math.sqrt(
            baseline * (1 - baseline) + other * (1 - other)
        )
        low, high = (middle, high) if middle * math.sqrt(n) < needed else (low, middle)
    return high
