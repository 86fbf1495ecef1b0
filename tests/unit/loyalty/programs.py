"""Programs and orders to earn in: made by hand, and drawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from regulars.loyalty.earning import Basket, BasketLine, Circumstances, SoFar
from regulars.loyalty.programs import NewProgram, Program

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)  # a Tuesday
Json = dict[str, Any]
PRODUCTS, CATEGORIES, TIERS = ("mug", "pot", "tea"), ("Kitchen", "Drinks"), ("Bronze", "Silver", "Gold")
EXPONENTS = {"GBP": 2, "JPY": 0, "KWD": 3}


def program(**given: Any) -> Program:
    """A program as it was created."""
    return Program.new("lpr_1", NewProgram.model_validate({"name": "Club"} | given), AT, "")


def plain(rate: str = "1", rounding: str = "down", multiplier: str = "1", **given: Any) -> Program:
    """A program of one tier."""
    tier = {"name": "Bronze", "required_points": 0, "benefits": {"earn_multiplier": multiplier}}
    points = {"earn_rate": rate, "rounding": rounding} | given.pop("points", {})
    return program(tiers=[tier], points=points, **given)


def basket(*amounts: int, discount: int = 0, currency: str = "GBP") -> Basket:
    return Basket([BasketLine("mug", amount) for amount in amounts], currency, discount)


def given(**more: Any) -> Circumstances:
    return Circumstances(**({"at": AT, "tier": "Bronze"} | more))


def _decimal(low: int, high: int) -> st.SearchStrategy[str]:
    """Decimal text of so many ten-thousandths."""
    whole = st.integers(low, high)
    return whole.map(lambda one: f"{one // 10_000}.{one % 10_000:04d}")


def _some(of: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(of), unique=True, max_size=len(of))


_points = st.integers(1, 500)
_caps = st.fixed_dictionaries(
    {}, optional={"per_day": st.integers(1, 60), "per_program": st.integers(60, 300)}
)
_when = st.fixed_dictionaries(
    {},
    optional={
        "products": _some(PRODUCTS),
        "categories": _some(CATEGORIES),
        "tiers": _some(TIERS),
        "weekdays": st.sampled_from([[], ["tuesday"], ["friday"], ["tuesday", "friday"]]),
        "first_purchase": st.booleans(),
        "minimum_basket": st.integers(1, 20_000),
        "segment": st.just({"version": 1, "root": {}}),
        "end": st.sampled_from(["2026-03-09", "2026-03-10"]),
    },
)
_effect = st.one_of(
    st.builds(lambda by: {"type": "multiplier", "by": by}, _decimal(10_000, 50_000)),
    st.builds(lambda points: {"type": "bonus", "points": points}, _points),
)


@st.composite
def programs(draw: st.DrawFn, *, capped: bool = True) -> Program:
    """Three tiers, up to four rules."""
    caps = _caps if capped else st.just({})
    rules = [
        {"name": f"r{place}", "when": draw(_when), "effect": draw(_effect), "caps": draw(caps)}
        for place in range(draw(st.integers(0, 4)))
    ]
    tiers = [
        {
            "name": name,
            "required_points": 100 * place,
            "benefits": {"earn_multiplier": draw(_decimal(10_000, 30_000))},
        }
        for place, name in enumerate(TIERS)
    ]
    points = {
        "earn_rate": draw(_decimal(1, 50_000)),
        "rounding": draw(st.sampled_from(["down", "nearest", "up"])),
        "bonuses": draw(st.fixed_dictionaries({}, optional={"first_order": _points})),
        "caps": draw(caps),
    }
    return program(tiers=tiers, points=points, rules=rules)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    line = st.builds(
        BasketLine,
        st.sampled_from(PRODUCTS),
        st.integers(0, 10_000),
        st.frozensets(st.sampled_from(CATEGORIES)),
    )
    lines = draw(st.lists(line, min_size=1, max_size=5))
    discount = draw(st.integers(0, sum(one.amount for one in lines)))
    return Basket(lines, draw(st.sampled_from(sorted(EXPONENTS))), discount)


_so_far = st.builds(
    lambda today, before: SoFar(today, today + before), st.integers(0, 80), st.integers(0, 250)
)
circumstances = st.builds(
    Circumstances,
    at=st.sampled_from([AT, AT + timedelta(days=3)]),
    tier=st.sampled_from(TIERS),
    first_order=st.booleans(),
    fulfilled=st.frozensets(st.sampled_from(["r0", "r1", "r2", "r3"])),
    so_far=st.dictionaries(st.sampled_from(["", "r0", "r1", "r2", "r3"]), _so_far),
)
