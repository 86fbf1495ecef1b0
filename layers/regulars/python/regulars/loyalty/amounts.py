"""Amounts in programs: whole points, rates and multipliers as decimal text. Pure."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from regulars.loyalty.ledger import MOST_POINTS

# One or more points.
Points = Annotated[int, Field(gt=0, le=MOST_POINTS, description="Whole points")]

# Digits of ASCII alone: `[0-9]`, as `\d` takes those of every script.
_DECIMAL = StringConstraints(pattern=r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?$")


def _above_zero(text: str) -> str:
    if not Decimal(text):
        raise ValueError("should be greater than 0")
    return text


def _multiplier(text: str) -> str:
    # Less than one would take points away, and of several the order would matter.
    if not 1 <= Decimal(text) <= 100:
        raise ValueError("should be from 1 to 100")
    return text


Rate = Annotated[
    str,
    _DECIMAL,
    AfterValidator(_above_zero),
    Field(description="Decimal text with up to 4 places", examples=["1", "0.5"]),
]
Multiplier = Annotated[
    str,
    _DECIMAL,
    AfterValidator(_multiplier),
    Field(description="Decimal text from 1 to 100 with up to 4 places", examples=["1.5"]),
]
