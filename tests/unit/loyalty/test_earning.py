"""What an order earns: the laws, and by example."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from regulars.loyalty.earning import (
    Basket,
    BasketLine,
    Circumstances,
    PassedOver,
    SoFar,
    Source,
    calculate,
)
from regulars.loyalty.earning_rules import Caps
from regulars.loyalty.ledger import MOST_POINTS
from regulars.loyalty.programs import Program
from tests.unit.loyalty.earning_oracle import expected
from tests.unit.loyalty.programs import AT, basket, baskets, circumstances, given, plain, program, programs


@drawn(programs(), baskets(), circumstances)
def test_points_are_those_that_whole_numbers_give(
    club: Program, bought: Basket, around: Circumstances
) -> None:
    assert calculate(club, bought, around).points == expected(club, bought, around)


@drawn(programs(), baskets(), circumstances)
def test_steps_add_up_to_the_points_and_those_are_never_negative(
    club: Program, bought: Basket, around: Circumstances
) -> None:
    found = calculate(club, bought, around)

    assert sum(step.points for step in found.steps) == found.points >= 0
    assert all(step.points >= 0 for step in found.steps if step.source is not Source.CAP)
    told = [step.name for step in found.steps if step.source is Source.RULE]
    assert sorted(told + [one.name for one in found.passed_over]) == [rule.name for rule in club.rules]


@drawn(programs(), baskets(), circumstances, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(
    club: Program, bought: Basket, around: Circumstances, random: st.DataObject
) -> None:
    mixed = list(bought.lines)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert calculate(club, replace(bought, lines=mixed), around) == calculate(club, bought, around)


@drawn(programs(), baskets(), circumstances, st.integers(0, 4), st.integers(0, 10_000))
def test_who_pays_more_earns_no_less(
    club: Program, bought: Basket, around: Circumstances, which: int, more: int
) -> None:
    lines = list(bought.lines)
    which %= len(lines)
    lines[which] = replace(lines[which], amount=lines[which].amount + more)

    dearer = calculate(club, replace(bought, lines=lines), around)

    assert dearer.points >= calculate(club, bought, around).points


@drawn(programs(), baskets(), circumstances, st.integers(0, 10_000))
def test_a_line_in_two_parts_earns_what_it_earns_whole(
    club: Program, bought: Basket, around: Circumstances, part: int
) -> None:
    first, *others = bought.lines
    part = min(part, first.amount)
    split = [replace(first, amount=part), *others, replace(first, amount=first.amount - part)]

    assert calculate(club, replace(bought, lines=split), around) == calculate(club, bought, around)


@drawn(programs(), baskets(), circumstances)
def test_caps_hold(club: Program, bought: Basket, around: Circumstances) -> None:
    found = calculate(club, bought, around)

    for step in found.steps:
        rule = next((one for one in club.rules if one.name == step.name), None)
        if rule is not None:
            assert within(rule.caps, step.points, around.so_far.get(rule.name, SoFar()))
    assert within(club.points.caps, found.points, around.so_far.get("", SoFar()))


def within(caps: Caps, points: int, so_far: SoFar) -> bool:
    """Whether nothing was given beyond the caps; what was over them before gets nothing more."""
    a_day = caps.per_day is None or points == 0 or so_far.today + points <= caps.per_day
    ever = caps.per_program is None or points == 0 or so_far.ever + points <= caps.per_program
    return a_day and ever


@drawn(st.integers(0, 10**9), st.integers(1, 50_000), st.integers(10_000, 1_000_000))
def test_the_tier_multiplies_once(amount: int, rate: int, times: int) -> None:
    texts = [f"{one // 10_000}.{one % 10_000:04d}" for one in (rate, times)]

    found = calculate(plain(texts[0], multiplier=texts[1]), basket(amount), given())

    assert found.points == math.floor(Fraction(amount, 100) * Fraction(texts[0]) * Fraction(texts[1]))


@pytest.mark.parametrize(
    ("rounding", "amount", "points"),
    [
        ("down", 199, 1),
        ("nearest", 149, 1),
        ("nearest", 150, 2),
        ("up", 101, 2),
        ("up", 100, 1),
        ("up", 0, 0),
    ],
)
def test_rounding_is_as_the_program_says(rounding: str, amount: int, points: int) -> None:
    assert calculate(plain(rounding=rounding), basket(amount), given()).points == points


def test_rounding_is_done_with_the_sum_and_not_with_each_line() -> None:
    assert calculate(plain(), basket(50, 50, 99), given()).points == 1


def test_a_currency_without_decimals_earns_by_its_units() -> None:
    assert calculate(plain("0.1"), basket(500, currency="JPY"), given()).points == 50


def test_each_point_is_explained() -> None:
    # given a tier of 1.5, double points on tea, and a bonus from 30.00 on
    club = plain(
        multiplier="1.5",
        rules=[
            {
                "name": "Tea",
                "when": {"categories": ["Tea"]},
                "effect": {"type": "multiplier", "by": "2"},
            },
            {
                "name": "Big",
                "when": {"minimum_basket": 3000},
                "effect": {"type": "bonus", "points": 25},
                "caps": {"per_day": 20},
            },
            {"name": "Fridays", "when": {"weekdays": ["friday"]}, "effect": {"type": "bonus", "points": 9}},
        ],
        points={"bonuses": {"first_order": 100}},
    )
    bought = Basket(
        [BasketLine("mug", 2000), BasketLine("sencha", 2000, frozenset({"Drinks", "Tea"}))], "GBP", 1000
    )
    # when it is bought on a Tuesday, by somebody new
    found = calculate(club, bought, given(first_order=True))
    # then the discount is spread, both multipliers act on the base, and the bonus is capped
    assert [(one.source, one.name, one.points) for one in found.steps] == [
        (Source.BASE, "", 30),
        (Source.TIER, "Bronze", 15),
        (Source.FIRST_ORDER, "", 100),
        (Source.RULE, "Tea", 15),
        (Source.RULE, "Big", 20),
    ]
    assert found.steps[0].explanation == "30.00 GBP at 1 a unit"
    assert found.steps[4].explanation == "a bonus of 25, of which 20 are allowed"
    assert found.points == 180
    assert found.passed_over == [PassedOver("Fridays", "it is another day of the week")]


def test_the_program_caps_the_sum_by_what_was_given_before() -> None:
    club = plain(points={"caps": {"per_day": 50, "per_program": 1000}})

    found = calculate(club, basket(10_000), given(so_far={"": SoFar(30, 400)}))

    assert [(one.source, one.points) for one in found.steps] == [(Source.BASE, 100), (Source.CAP, -80)]
    assert found.points == 20


def test_nothing_is_earned_outside_the_programs_days() -> None:
    period = {"kind": "custom", "start": "2026-03-01", "end": "2026-03-09"}

    late = calculate(program(period=period), basket(10_000), given())

    assert (late.points, late.steps) == (0, [])
    assert late.passed_over == [PassedOver("", "the program does not run on that day")]
    in_time = calculate(program(period=period), basket(10_000), given(at=AT.replace(day=9)))
    assert in_time.points == 100


def test_no_order_earns_more_than_a_movement_holds() -> None:
    found = calculate(plain("9999", multiplier="100"), basket(999_999_999_999), given())

    assert found.points == MOST_POINTS
    assert sum(step.points for step in found.steps) == MOST_POINTS
