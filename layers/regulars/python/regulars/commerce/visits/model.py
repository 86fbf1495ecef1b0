"""Visits: a customer came to a shop, a table, a chair."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from regulars.commerce.amounts import Currency, Minor, Quantity
from regulars.kernel.http.models import Code, Input, Line, Moment


class VisitItemInput(Input):
    """What was had: a dish, a treatment."""

    product_id: Code | None = None
    name: Line
    quantity: Quantity = 1


class NewVisit(Input):
    """A visit as it is reported; `spend` in minor units of `currency`. An order made there is named by its number."""

    visited_at: Moment | None = None
    location: Line | None = None
    party_size: Annotated[int, Field(ge=1, le=1000)] = 1
    seating: Line | None = None
    items: list[VisitItemInput] = Field(default_factory=list, max_length=100)
    currency: Currency | None = None
    spend: Minor | None = None
    order_number: Code | None = None

    @field_validator("spend")
    @classmethod
    def _in_a_currency(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and "currency" in info.data and info.data["currency"] is None:
            raise ValueError("needs a currency")
        return value


class Had(BaseModel):
    model_config = ConfigDict(defer_build=True)

    product_id: str | None = None
    name: str
    quantity: int = 1


class Visit(BaseModel):
    """A visit as it is kept."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str
    customer_id: str
    visited_at: datetime
    location: str | None = None
    party_size: int = 1
    seating: str | None = None
    items: tuple[Had, ...] = ()
    currency: str | None = None
    spend: int | None = None
    order_number: str | None = None
