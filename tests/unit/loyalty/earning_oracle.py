"""The points of an order, by whole numbers alone: everything is counted in a unit so small that nothing is left over."""

from regulars.loyalty.earning import Basket, Circumstances, SoFar
from regulars.loyalty.earning_rules import Caps, EarningRule
from regulars.loyalty.programs import Program
from tests.unit.loyalty.programs import EXPONENTS

_PLACES = 10_000


def expected(program: Program, basket: Basket, given: Circumstances) -> int:
    """The points, one sum and one rounding."""
    goods = sum(line.amount for line in basket.lines)
    unit = _PLACES * _PLACES * 10 ** EXPONENTS[basket.currency] * (goods or 1)
    worth = _parts(program.points.earn_rate) * (goods - basket.discount)
    tier = next(one for one in program.tiers if one.name == given.tier)
    total = worth * goods * _parts(tier.benefits.earn_multiplier)
    if given.first_order:
        total += (program.points.bonuses.first_order or 0) * unit
    for rule in program.rules:
        total += _by_rule(rule, basket, given, worth, unit)
    whole = {
        "down": total // unit,
        "up": (total + unit - 1) // unit,
        "nearest": (2 * total + unit) // (2 * unit),
    }[program.points.rounding]
    return min(whole, _left(program.points.caps, given.so_far.get("")))


def _by_rule(rule: EarningRule, basket: Basket, given: Circumstances, worth: int, unit: int) -> int:
    when = rule.when
    chosen = [
        line
        for line in basket.lines
        if (line.product_id in when.products or not when.products)
        and (set(when.categories) & line.categories or not when.categories)
    ]
    goods = sum(line.amount for line in basket.lines)
    holds = [
        bool(chosen),
        not when.tiers or given.tier in when.tiers,
        not when.first_purchase or given.first_order,
        when.segment is None or rule.name in given.fulfilled,
        goods - basket.discount >= (when.minimum_basket or 0),
        not when.weekdays or given.at.strftime("%A").lower() in when.weekdays,
        when.end is None or given.at.strftime("%Y-%m-%d") <= when.end.isoformat(),
    ]
    if not all(holds):
        return 0
    effect = rule.effect
    if effect.type == "bonus":
        found = effect.points * unit
    else:
        found = worth * sum(line.amount for line in chosen) * (_parts(effect.by) - _PLACES)
    return min(found, _left(rule.caps, given.so_far.get(rule.name)) * unit)


def _left(caps: Caps, so_far: SoFar | None) -> int:
    today, ever = (so_far.today, so_far.ever) if so_far else (0, 0)
    left = 10**12
    if caps.per_day:
        left = min(left, caps.per_day - today)
    if caps.per_program:
        left = min(left, caps.per_program - ever)
    return max(left, 0)


def _parts(text: str) -> int:
    """`1.25` → 12500: in parts of `_PLACES`."""
    whole, _, parts = text.partition(".")
    return int(whole) * _PLACES + int(parts.ljust(4, "0"))
