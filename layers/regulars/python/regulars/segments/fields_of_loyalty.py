"""Fields that follow from the points of customers."""

from regulars.customers import Facts
from regulars.segments.rules.values import Field, ValueType


def _balance(facts: Facts) -> int | None:
    return sum(balance for _, balance in facts.points.values()) if facts.points else None


LOYALTY_FIELDS: tuple[Field, ...] = (
    Field(
        name="points_balance",
        label="Points",
        group="Loyalty",
        type=ValueType.NUMBER,
        read=_balance,
        help="Points that can be spent, of all programs; missing for who never had any.",
        events=("points.*",),
        ranked=True,
    ),
)
