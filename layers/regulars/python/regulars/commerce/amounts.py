"""Amounts of money in requests and events: whole minor units, a known currency."""

from typing import Annotated

from pydantic import AfterValidator, Field

from regulars.kernel.money import CURRENCIES, MAX_MINOR


def _known(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("should be an ISO 4217 currency code such as GBP")
    return code


Currency = Annotated[
    str, AfterValidator(_known), Field(min_length=3, max_length=3, description="ISO 4217 code")
]
# Zero or more minor units (pence, cents).
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR, description="Whole minor units of the currency")]
# One or more minor units.
PositiveMinor = Annotated[int, Field(gt=0, le=MAX_MINOR, description="Whole minor units of the currency")]
Quantity = Annotated[int, Field(gt=0, le=1_000_000)]
