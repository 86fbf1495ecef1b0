"""Carts: what a customer is about to order. One at a time a customer."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from regulars.commerce.amounts import Currency
from regulars.commerce.orders import NewLine, OrderLine
from regulars.kernel.clock import iso
from regulars.kernel.http.models import Input
from regulars.kernel.money import MAX_MINOR

MAX_LINES = 200


class CartInput(Input):
    """The whole cart as it is now; no lines empty it. Amounts in minor units of `currency`."""

    currency: Currency
    lines: list[NewLine] = Field(max_length=MAX_LINES)

    @field_validator("lines")
    @classmethod
    def _bounded(cls, value: list[NewLine], info: ValidationInfo) -> list[NewLine]:
        if sum(line.amount for line in value) > MAX_MINOR:
            raise ValueError("the cart comes to too much")
        return value


class Cart(BaseModel):
    """A cart as it is kept. `abandons_at` is when it counts as abandoned, None when empty or abandoned already."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str
    customer_id: str
    currency: str
    lines: tuple[OrderLine, ...]
    total: int
    created_at: datetime
    updated_at: datetime
    abandons_at: datetime | None = None
    abandoned_at: datetime | None = None
    version: int

    @property
    def items(self) -> int:
        """How many pieces are in it."""
        return sum(line.quantity for line in self.lines)


def filled(
    before: Cart | None, given: CartInput, *, customer_id: str, cart_id: str, now: datetime, idle: timedelta
) -> Cart:
    """The cart after a customer filled it so at `now`; it is abandoned when nothing happens for `idle`."""
    lines = tuple(OrderLine.of(line) for line in given.lines)
    return Cart(
        id=before.id if before else cart_id,
        customer_id=customer_id,
        currency=given.currency,
        lines=lines,
        total=sum(line.total for line in lines),
        created_at=before.created_at if before else now,
        updated_at=now,
        abandons_at=datetime.fromisoformat(iso(now + idle)) if lines else None,
        version=before.version + 1 if before else 1,
    )


def same_content(before: Cart | None, after: Cart) -> bool:
    """Whether only time has passed between them."""
    if before is None:
        return not after.lines
    return (before.lines, before.currency) == (after.lines, after.currency)
