"""What an order earns, and which rule gave what. Pure, exact, the same for the same input whatever the order of its lines.

- The base is rate × what was paid for the goods in whole units of the currency; a discount of the whole order is spread over
  its lines by their amounts. Shipping and tax earn nothing.
- Multipliers, the tier's and the rules', all act on the base, never on each other: 1.5 and 2 make 2.5 times the base. Bonuses
  are added as they are.
- Nothing is rounded but the running sum: a step gave the difference between the rounded sum after it and that before it, so
  that steps add up to the points, and a cap in whole points holds exactly.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from regulars.kernel.money import exponent, to_text
from regulars.loyalty.earning_rules import Bonus, Caps, EarningRule, Multiply, Rounding, Weekday, When
from regulars.loyalty.ledger import MOST_POINTS
from regulars.loyalty.programs import Program


@dataclass(frozen=True, slots=True)
class BasketLine:
    """What a line came to in minor units, before the order's discount; `categories` are all names of the product's path."""

    product_id: str
    amount: int
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Basket:
    """The goods of an order; amounts in minor units of `currency`."""

    lines: Sequence[BasketLine]
    currency: str
    discount: int = 0

    @property
    def paid(self) -> int:
        """The goods less the discount."""
        return max(0, sum(one.amount for one in self.lines) - self.discount)

    def paid_for(self, lines: Sequence[BasketLine]) -> Fraction:
        """These lines less their part of the discount."""
        whole = sum(one.amount for one in self.lines)
        return Fraction(sum(one.amount for one in lines) * self.paid, whole) if whole else Fraction(0)


@dataclass(frozen=True, slots=True)
class SoFar:
    """Points that a member got before: on the same day, and in the program altogether."""

    today: int = 0
    ever: int = 0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who buys and when. `at` in the tenant's zone; `fulfilled` names the rules whose segment rule matches the customer;
    `so_far` is what each rule gave them before, under their names, and under "" what the program did."""

    at: datetime
    tier: str
    first_order: bool = False
    fulfilled: frozenset[str] = frozenset()
    so_far: Mapping[str, SoFar] = field(default_factory=dict)


class Source(StrEnum):
    """What gave points, or (`cap`) took from their sum."""

    BASE = "base"
    TIER = "tier"
    RULE = "rule"
    FIRST_ORDER = "first_order"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is the tier's or the rule's."""

    source: Source
    points: int
    explanation: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rule that gave nothing (with an empty name: the whole program), and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """`points` are the sum of the steps' points."""

    points: int
    steps: list[Step]
    passed_over: list[PassedOver]


class _Sum:
    """The running sum: exact within, rounded in each step that is told."""

    def __init__(self, rounding: Rounding) -> None:
        self._rounding = rounding
        self._exact = Fraction(0)
        self.steps: list[Step] = []

    @property
    def points(self) -> int:
        return rounded(self._exact, self._rounding)

    def add(self, source: Source, given: Fraction, explanation: str, name: str = "") -> None:
        before = self.points
        self._exact += given
        self.steps.append(Step(source, self.points - before, explanation, name))

    def limit(self, most: int) -> None:
        if self.points > most:
            taken = self.points - most
            self._exact = Fraction(most)
            self.steps.append(Step(Source.CAP, -taken, f"the program gives {most} more at the most"))


def rounded(exact: Fraction, rounding: Rounding) -> int:
    """A sum of at least 0 as whole points; a half goes up with `nearest`."""
    match rounding:
        case Rounding.DOWN:
            return math.floor(exact)
        case Rounding.UP:
            return math.ceil(exact)
        case Rounding.NEAREST:
            return math.floor(exact + Fraction(1, 2))
        case _:
            assert_never(rounding)


def calculate(program: Program, basket: Basket, given: Circumstances) -> Calculation:
    """The points for an order. Neither the program's status nor its pending period is looked at."""
    if not program.period.covers(given.at.date()):
        return Calculation(0, [], [PassedOver("", "the program does not run on that day")])
    found = _Sum(program.points.rounding)
    _base(found, program, basket, given)
    passed_over: list[PassedOver] = []
    for rule in program.rules:
        reason = next(_obstacles(rule, basket, given), None)
        if reason is None:
            _apply(found, program, rule, basket, given)
        else:
            passed_over.append(PassedOver(rule.name, reason))
    found.limit(_allowed(program.points.caps, given.so_far.get("", SoFar())))
    return Calculation(found.points, found.steps, passed_over)


def _base(found: _Sum, program: Program, basket: Basket, given: Circumstances) -> None:
    base = _points_of(program, basket, basket.lines)
    paid = f"{to_text(basket.paid, basket.currency)} {basket.currency}"
    found.add(Source.BASE, base, f"{paid} at {program.points.earn_rate} a unit")
    tier = program.tier(given.tier)
    if tier is not None and Fraction(tier.benefits.earn_multiplier) > 1:
        times = tier.benefits.earn_multiplier
        found.add(Source.TIER, base * (Fraction(times) - 1), f"{times} times the base", tier.name)
    if given.first_order and program.points.bonuses.first_order is not None:
        found.add(Source.FIRST_ORDER, Fraction(program.points.bonuses.first_order), "first order")


def _points_of(program: Program, basket: Basket, lines: Sequence[BasketLine]) -> Fraction:
    units = basket.paid_for(lines) / Fraction(10) ** exponent(basket.currency)
    return Fraction(program.points.earn_rate) * units


def _apply(found: _Sum, program: Program, rule: EarningRule, basket: Basket, given: Circumstances) -> None:
    match rule.effect:
        case Multiply(by=by):
            share = _points_of(program, basket, _meant(rule.when, basket))
            worth, told = share * (Fraction(by) - 1), f"{by} times the base of the lines meant"
        case Bonus(points=points):
            worth, told = Fraction(points), f"a bonus of {points}"
        case _:
            assert_never(rule.effect)
    most = _allowed(rule.caps, given.so_far.get(rule.name, SoFar()))
    if worth > most:
        worth, told = Fraction(most), f"{told}, of which {most} are allowed"
    found.add(Source.RULE, worth, told, rule.name)


def _allowed(caps: Caps, so_far: SoFar) -> int:
    """How many points are left under the caps; with none, as many as a movement can hold."""
    left = [MOST_POINTS]
    left += [] if caps.per_day is None else [caps.per_day - so_far.today]
    left += [] if caps.per_program is None else [caps.per_program - so_far.ever]
    return max(0, min(left))


def _meant(when: When, basket: Basket) -> list[BasketLine]:
    """The lines that the condition chooses; all of them if it does not choose."""
    products, categories = frozenset(when.products), frozenset(when.categories)
    if not products and not categories:
        return list(basket.lines)
    return [one for one in basket.lines if _chosen(one, products, categories)]


def _chosen(line: BasketLine, products: frozenset[str], categories: frozenset[str]) -> bool:
    fits_product = not products or line.product_id in products
    return fits_product and (not categories or bool(categories & line.categories))


def _obstacles(rule: EarningRule, basket: Basket, given: Circumstances) -> Iterator[str]:
    """Why a rule does not apply, in words; nothing if it does."""
    when = rule.when
    yield from _days(when, given)
    if when.tiers and given.tier not in when.tiers:
        yield "the member is in another tier"
    if when.first_purchase and not given.first_order:
        yield "it is not the first purchase"
    if when.segment is not None and rule.name not in given.fulfilled:
        yield "the segment's rule does not match the customer"
    if when.minimum_basket is not None and basket.paid < when.minimum_basket:
        least = to_text(when.minimum_basket, basket.currency)
        yield f"the order comes to less than {least} {basket.currency}"
    if not _meant(when, basket):
        yield "no line is of the products or categories meant"


def _days(when: When, given: Circumstances) -> Iterator[str]:
    day = given.at.date()
    if when.start is not None and day < when.start:
        yield f"it begins on {when.start}"
    if when.end is not None and day > when.end:
        yield f"it ended on {when.end}"
    if when.weekdays and list(Weekday)[day.weekday()] not in when.weekdays:
        yield "it is another day of the week"
