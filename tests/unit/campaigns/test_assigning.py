"""Who is in which part of a test."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.campaigns.assigning import REMAINDER, assigning
from regulars.campaigns.model import HOLD_OUT
from regulars.campaigns.plan import Plan, Variant
from regulars.campaigns.plan import Test as Trial


def plan(count: int, share: float, hold_out: float) -> Plan:
    variants = [Variant(name=f"V{number}") for number in range(count)]
    return Plan(test=Trial(variants=variants, share=share, hold_out=hold_out))


def customers(count: int, salt: str = "") -> list[str]:
    return [f"cus_{salt}{number:022d}" for number in range(count)]


def chi_square(counts: Counter[str], expected: dict[str, float]) -> float:
    total = sum(counts.values())
    return sum((counts[name] - share * total) ** 2 / (share * total) for name, share in expected.items())


def test_shares_are_what_they_are_said_to_be() -> None:
    assign = assigning("cmp_1", plan(3, 0.3, 0.1))

    counts = Counter(map(assign, customers(60_000)))

    expected = {HOLD_OUT: 0.1, REMAINDER: 0.63} | {f"V{one}": 0.09 for one in range(3)}
    assert set(counts) == set(expected)
    # The 99.9 % point with four degrees of freedom.
    assert chi_square(counts, expected) < 18.47


def test_two_campaigns_divide_customers_independently() -> None:
    one, other = (assigning(name, plan(2, 1, 0)) for name in ("cmp_1", "cmp_2"))

    counts = Counter(f"{one(who)}{other(who)}" for who in customers(40_000))

    expected = {f"V{a}V{b}": 0.25 for a in range(2) for b in range(2)}
    assert chi_square(counts, expected) < 16.27


@settings(max_examples=50)
@given(
    campaign=st.text(min_size=1, max_size=30),
    count=st.integers(2, 8),
    share=st.floats(0.01, 1),
    hold_out=st.floats(0, 0.5),
)
def test_a_customer_is_always_in_the_same_part(
    campaign: str, count: int, share: float, hold_out: float
) -> None:
    first, again = (assigning(campaign, plan(count, share, hold_out)) for _ in range(2))
    names = {HOLD_OUT, REMAINDER, *(f"V{one}" for one in range(count))}

    for who in customers(50):
        assert first(who) == again(who)
        assert first(who) in names


def test_a_larger_test_share_keeps_those_who_were_in_it() -> None:
    small, large = assigning("cmp_1", plan(2, 0.2, 0.1)), assigning("cmp_1", plan(2, 0.5, 0.1))

    for who in customers(2000):
        if small(who) != REMAINDER:
            assert large(who) == small(who)


def test_without_a_test_everybody_gets_the_same() -> None:
    assert set(map(assigning("cmp_1", Plan()), customers(100))) == {""}


def test_a_hold_out_alone_needs_no_variants() -> None:
    counts = Counter(map(assigning("cmp_1", Plan(test=Trial(hold_out=0.2))), customers(20_000)))

    assert set(counts) == {"", HOLD_OUT}
    assert chi_square(counts, {"": 0.8, HOLD_OUT: 0.2}) < 10.83
