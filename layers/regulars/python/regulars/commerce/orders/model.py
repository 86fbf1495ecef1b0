"""Orders: what a shop sends and what we keep of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from regulars.commerce.amounts import Currency, Minor, PositiveMinor, Quantity
from regulars.customers import CustomerRef
from regulars.kernel.clock import iso
from regulars.kernel.http.models import Code, Input, Line, Moment
from regulars.kernel.ids import digest
from regulars.kernel.money import MAX_MINOR

MAX_LINES = 1000
Option = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")]


class Status(StrEnum):
    """Of an order. The two last follow from refunds and are never sent."""

    PLACED = "placed"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class Progress(StrEnum):
    """The statuses that a shop reports."""

    PLACED = "placed"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class NewLine(Input):
    """`total` is what the line costs when that is not `quantity` × `unit_price`: after a discount of its own, or
    because the unit price has fractions of a minor unit."""

    product_id: Code
    name: Line | None = None
    quantity: Quantity
    unit_price: Minor
    total: Minor | None = Field(None, validate_default=True)
    configuration: dict[Code, Option] | None = Field(None, max_length=20)

    @field_validator("total")
    @classmethod
    def _plausible(cls, value: int | None, info: ValidationInfo) -> int | None:
        quantity, unit_price = info.data.get("quantity"), info.data.get("unit_price")
        if quantity is None or unit_price is None:
            return value
        if value is None:
            value = quantity * unit_price
        if value > quantity * (unit_price + 1):
            raise ValueError("should not be more than quantity × unit_price")
        if value > MAX_MINOR:
            raise ValueError("is too large")
        return value

    @property
    def amount(self) -> int:
        return self.total or 0


class NewOrder(Input):
    """An order as its shop sends it. Amounts in minor units of `currency`; without `placed_at` it is placed now."""

    number: Code | None = Field(None, description="The shop's own order number; made up when left out")
    customer: CustomerRef
    currency: Currency
    lines: list[NewLine] = Field(min_length=1, max_length=MAX_LINES)
    shipping: Minor = 0
    tax: Minor = Field(0, description="Tax on top of the prices; zero when prices include it")
    discount: Minor = 0
    total: Minor | None = Field(
        None, validate_default=True, description="Checked when it is sent: lines − discount + shipping + tax"
    )
    placed_at: Moment | None = None
    status: Annotated[Progress, Field(strict=False)] = Progress.PLACED
    channel: Code | None = None
    payment_method: Code | None = None
    delivery_method: Code | None = None
    coupon: Code | None = None
    note: Note | None = None
    from_cart: bool = Field(False, description="The customer's cart became this order")

    @field_validator("discount")
    @classmethod
    def _covered(cls, value: int, info: ValidationInfo) -> int:
        if {"lines", "shipping", "tax"} <= info.data.keys() and _sum(info.data) < value:
            raise ValueError("should not be more than the order comes to")
        return value

    @field_validator("total")
    @classmethod
    def _agrees(cls, value: int | None, info: ValidationInfo) -> int | None:
        if not {"lines", "shipping", "tax", "discount"} <= info.data.keys():
            return value
        due = _sum(info.data) - info.data["discount"]
        if due > MAX_MINOR:
            raise ValueError("the order comes to too much")
        if value is not None and value != due:
            raise ValueError(f"should be {due}: lines − discount + shipping + tax")
        return value

    @property
    def due(self) -> int:
        """What the order comes to, in minor units."""
        return sum(line.amount for line in self.lines) - self.discount + self.shipping + self.tax

    def fingerprint(self, customer_id: str) -> str:
        """The same for two orders of the same content, whatever their status and moment."""
        content = self.model_dump_json(
            exclude={"number", "customer", "total", "status", "placed_at", "from_cart"}, exclude_none=True
        )
        return digest(customer_id, content)


def _sum(data: dict[str, Any]) -> int:
    lines: list[NewLine] = data["lines"]
    return sum(line.amount for line in lines) + int(data["shipping"]) + int(data["tax"])


class StatusChange(Input):
    """A status that a shop reports; `at` is when it came about (now when left out)."""

    status: Annotated[Progress, Field(strict=False)]
    at: Moment | None = None


class NewOrderRefund(Input):
    """A refund of an order, of what is left of it when `amount` is left out."""

    number: Code | None = Field(None, description="The shop's own number of the refund; it counts once")
    amount: PositiveMinor | None = None
    refunded_at: Moment | None = None
    reason: Line | None = None


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class OrderLine(_Kept):
    product_id: str
    name: str | None = None
    quantity: int
    unit_price: int
    total: int
    configuration: dict[str, str] | None = None

    @classmethod
    def of(cls, line: NewLine) -> "OrderLine":
        return cls(**line.model_dump(exclude={"total"}), total=line.amount)


class StatusEntry(_Kept):
    """From when on an order had a status."""

    status: Status
    at: datetime


class OrderRefund(_Kept):
    number: str
    amount: int
    at: datetime
    reason: str | None = None


class Origin(_Kept):
    """The import job that brought an order, by which of its groups of rows, and whether others have changed it since."""

    job: str
    rows: tuple[int, ...] = ()
    touched: bool = False

    @classmethod
    def row(cls, job: str, row: int) -> "Origin":
        return cls(job=job, rows=(row,))


class Order(_Kept):
    """An order as it is kept. Amounts in minor units; `statuses` is the timeline without refunds, by time."""

    id: str
    number: str
    customer_id: str
    currency: str
    lines: tuple[OrderLine, ...]
    discount: int = 0
    shipping: int = 0
    tax: int = 0
    total: int
    placed_at: datetime
    statuses: tuple[StatusEntry, ...] = ()
    refunds: tuple[OrderRefund, ...] = ()
    channel: str | None = None
    payment_method: str | None = None
    delivery_method: str | None = None
    coupon: str | None = None
    note: str | None = None
    cart_id: str | None = None
    fingerprint: str = ""
    origin: Origin | None = None
    updated_at: datetime
    version: int = 0
    created: bool = False

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)

    @property
    def status(self) -> Status:
        """Cancelled before all; then what refunds make of it; else how far it has come."""
        reached = {entry.status for entry in self.statuses}
        if Status.CANCELLED in reached:
            return Status.CANCELLED
        if self.refunds:
            return Status.REFUNDED if self.refunded >= self.total else Status.PARTIALLY_REFUNDED
        return next((status for status in _FURTHEST_FIRST if status in reached), Status.PLACED)

    @property
    def timeline(self) -> list[StatusEntry]:
        """All statuses with their moments, refunds included, by time."""
        entries = [StatusEntry(status=Status.PLACED, at=self.placed_at), *self.statuses]
        left = self.total
        for refund in sorted(self.refunds, key=lambda one: one.at):
            left -= refund.amount
            entries.append(
                StatusEntry(status=Status.PARTIALLY_REFUNDED if left > 0 else Status.REFUNDED, at=refund.at)
            )
        return sorted(entries, key=lambda entry: (iso(entry.at), _ORDER[entry.status]))


_ORDER = {status: place for place, status in enumerate(Status)}
_FURTHEST_FIRST = (Status.DELIVERED, Status.SHIPPED, Status.PACKED, Status.PAID)
