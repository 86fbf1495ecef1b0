"""Statistics of tests, against simulation and against known values."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.campaigns.comparing import (
    Arm,
    best_by_mean,
    best_by_rate,
    detectable,
    difference,
    wilson,
)
from regulars.campaigns.deciding_winner import decided
from regulars.campaigns.plan import Test as Trial
from regulars.campaigns.plan import Variant, Winner


def simulated(arms: list[Arm], draws: int = 60_000) -> list[float]:
    """How often each rate is the highest of draws from the posteriors."""
    dice = random.Random(7)
    won = [0] * len(arms)
    for _ in range(draws):
        rates = [dice.betavariate(1 + one.successes, 1 + one.n - one.successes) for one in arms]
        won[rates.index(max(rates))] += 1
    return [count / draws for count in won]


@pytest.mark.parametrize(
    "arms",
    [
        [Arm("A", 1000, 100), Arm("B", 1000, 125)],
        [Arm("A", 20, 0), Arm("B", 30, 1), Arm("C", 25, 2)],
        [Arm("A", 5000, 4990), Arm("B", 5000, 4980)],
        [Arm("A", 100, 10), Arm("B", 10_000, 1000), Arm("C", 1000, 110), Arm("D", 50, 9)],
        [Arm("A", 0, 0), Arm("B", 100, 50)],
    ],
)
def test_the_probability_to_be_best_is_that_of_simulation(arms: list[Arm]) -> None:
    for found, expected in zip(best_by_rate(arms), simulated(arms), strict=True):
        assert found == pytest.approx(expected, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 1)), min_size=2, max_size=5))
def test_probabilities_add_up_and_follow_the_order_of_the_arms(data: list[tuple[int, float]]) -> None:
    arms = [Arm(str(place), n, int(n * share)) for place, (n, share) in enumerate(data)]

    found = best_by_rate(arms)

    assert sum(found) == pytest.approx(1)
    assert all(0 <= one <= 1 for one in found)
    assert best_by_rate(arms[::-1])[::-1] == pytest.approx(found, abs=1e-6)


def test_more_successes_never_make_a_variant_less_likely_to_be_best() -> None:
    chances = [best_by_rate([Arm("A", 500, 50), Arm("B", 500, s)])[1] for s in range(30, 90, 5)]

    assert chances == sorted(chances)


def test_revenue_by_simulation_of_orders() -> None:
    # One in ten orders, for 50.00 or 60.00 on average, spread exponentially: how often does a draw of 2,000 favour B?
    dice = random.Random(11)
    arms, right, sure = [], 0, 0
    for _ in range(150):
        arms = []
        for name, mean in (("A", 5000), ("B", 6000)):
            orders = [dice.expovariate(1 / mean) for _ in range(2000) if dice.random() < 0.1]
            arms.append(Arm(name, 2000, len(orders), round(sum(orders))))
        chance = best_by_mean(arms)[1]
        sure += chance >= 0.95 or chance <= 0.05
        right += chance >= 0.95

    # The power of a one-sided test at 5 % for this difference is about two in five, and it errs hardly ever.
    assert 0.25 < right / 150 < 0.6
    assert sure - right <= 4


def test_equal_variants_are_called_different_as_often_as_they_should() -> None:
    dice = random.Random(3)
    clear = 0
    for _ in range(400):
        arms = [Arm(name, 1000, sum(dice.random() < 0.1 for _ in range(1000))) for name in ("A", "B")]
        clear += max(best_by_rate(arms)) >= 0.95

    # Each of two may seem the better by chance, one in twenty times.
    assert clear / 400 == pytest.approx(0.1, abs=0.045)


def test_intervals_of_known_values() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10, examples a and e.
    found = difference(Arm("a", 70, 56), Arm("b", 80, 48))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-4)
    found = difference(Arm("a", 10, 0), Arm("b", 10, 0))
    assert found[1:] == pytest.approx((-0.2775, 0.2775), abs=5e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_what_can_be_detected_is_found_with_that_power() -> None:
    n, baseline = 2000, 0.10
    gap = detectable(baseline, n)
    dice = random.Random(5)
    found = 0
    for _ in range(300):
        a = sum(dice.random() < baseline for _ in range(n))
        b = sum(dice.random() < baseline + gap for _ in range(n))
        _, low, high = difference(Arm("b", n, b), Arm("a", n, a))
        found += low > 0 or high < 0

    assert found / 300 == pytest.approx(0.8, abs=0.08)
    assert detectable(baseline, 4 * n) < gap


def two(winner: Winner = Winner.CLICK, minimum: int = 100) -> Trial:
    variants = [Variant(name="A"), Variant(name="B")]
    return Trial(variants=variants, share=0.2, winner=winner, minimum_sample=minimum)


def test_a_clear_winner_says_so_in_words() -> None:
    found = decided(two(), [Arm("A", 1024, 80), Arm("B", 1024, 120)], "EUR", "")

    assert found["winner"] == "B"
    assert found["clear"]
    assert found["statement"] == (
        "B beats A with 99.9 % probability (A 7.8 % clicked; B 11.7 % clicked; 1,024 each)."
    )


def test_a_tie_goes_to_the_first_in_the_plan() -> None:
    found = decided(two(), [Arm("A", 500, 50), Arm("B", 500, 50)], "EUR", "")

    assert found["winner"] == "A"
    assert not found["clear"]
    assert "No clear difference" in found["statement"]


def test_too_small_a_sample_concludes_nothing() -> None:
    found = decided(two(minimum=200), [Arm("A", 500, 10), Arm("B", 150, 90)], "EUR", "")

    assert found["winner"] == "A"
    assert not found["enough"]
    assert "150 of the 200" in found["statement"]


def test_revenue_is_told_a_recipient() -> None:
    arms = [Arm("A", 1000, 100, 500_000), Arm("B", 1000, 100, 900_000)]

    found = decided(two(Winner.REVENUE), arms, "EUR", "")

    assert found["winner"] == "B"
    assert "B 9.00 EUR a recipient" in found["statement"]


def test_no_revenue_at_all_is_a_tie() -> None:
    assert best_by_mean([Arm("A", 100, 0), Arm("B", 100, 0)]) == [0.5, 0.5]
