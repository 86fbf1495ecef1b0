"""What happens to orders. Subject: the customer, in whose timeline they lie. Amounts in minor units of `currency`.

`job` is the import that brought the order or refund. One that was undone and imported anew is another with the same id: by
the job a reader of the timeline tells which of them was removed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from regulars.commerce.amounts import Currency, Minor
from regulars.commerce.orders.model import Order, OrderLine, Status
from regulars.kernel.events import Event

# The category of each product that has one.
Categories = Mapping[str, str]
# Lines that fit into an event however long their categories are; bytes that all lines of an event may have.
_FEW, _MOST = 200, 200_000


class Bought(BaseModel):
    """A line, as far as segments and statistics ask for it. `category` is the widest that the product was in then."""

    model_config = ConfigDict(defer_build=True)

    product_id: str
    quantity: int
    total: Minor
    category: str | None = None

    @classmethod
    def of(cls, line: OrderLine, category: str | None = None) -> "Bought":
        return cls(product_id=line.product_id, quantity=line.quantity, total=line.total, category=category)


class OrderPlaced(Event, name="order.placed"):
    """`nth` is which of the customer's orders it was when it arrived: 1 makes a buyer, 2 a returning one."""

    order_id: str
    number: str
    total: Minor
    currency: Currency
    lines: list[Bought]
    nth: int
    channel: str | None = None
    payment_method: str | None = None
    coupon: str | None = None
    cart_id: str | None = None
    job: str | None = None


class OrderStatusChanged(Event, name="order.status_changed"):
    """A status was reported; `current` is where the order stands, which a late report does not change."""

    order_id: str
    number: str
    status: Status
    current: Status
    job: str | None = None


class OrderCancelled(Event, name="order.cancelled"):
    """`left` is how many orders that count the customer still has."""

    order_id: str
    number: str
    total: Minor
    currency: Currency
    placed_at: datetime
    left: int
    job: str | None = None


class OrderRefunded(Event, name="order.refunded"):
    """`order_id` is None for a refund whose order is not known; `whole` when nothing of the order is left."""

    number: str
    amount: Minor
    currency: Currency
    order_id: str | None = None
    refund_id: str | None = None
    whole: bool = False
    job: str | None = None


class OrderLinesAdded(Event, name="order.lines_added"):
    """An import met further lines of an order of its own: `added` more, in all `total`."""

    order_id: str
    number: str
    added: Minor
    total: Minor
    currency: Currency
    placed_at: datetime
    lines: list[Bought]
    job: str | None = None


class OrderRemoved(Event, name="order.removed"):
    """The import that had brought the order was undone; `cancelled` if it did not count any more. `left` as above."""

    order_id: str
    number: str
    total: Minor
    currency: Currency
    placed_at: datetime
    cancelled: bool = False
    left: int
    job: str | None = None


class OrderRefundRemoved(Event, name="order.refund_removed"):
    """The import that had brought the refund was undone."""

    refund_id: str
    number: str
    amount: Minor
    currency: Currency
    refunded_at: datetime
    job: str | None = None


def bought(lines: Sequence[OrderLine], categories: Categories) -> list[Bought]:
    """The lines as events tell of them. A huge order's go without categories, as an event has 256 KB on the bus."""
    told = [Bought.of(line, categories.get(line.product_id)) for line in lines]
    if len(told) > _FEW and sum(map(_size, told)) > _MOST:
        return [Bought.of(line) for line in lines]
    return told


def _size(line: Bought) -> int:
    return len(line.model_dump_json(exclude_none=True).encode())


def job_of(order: Order) -> str | None:
    """The import that brought an order."""
    return order.origin.job if order.origin else None


def placed(order: Order, nth: int, categories: Categories) -> OrderPlaced:
    """The event of a new order."""
    return OrderPlaced(
        order_id=order.id,
        number=order.number,
        total=order.total,
        currency=order.currency,
        lines=bought(order.lines, categories),
        nth=nth,
        channel=order.channel,
        payment_method=order.payment_method,
        coupon=order.coupon,
        cart_id=order.cart_id,
        job=job_of(order),
    )


def status_changed(order: Order, status: Status) -> OrderStatusChanged:
    """The event of a reported status."""
    return OrderStatusChanged(
        order_id=order.id,
        number=order.number,
        status=status,
        current=order.status,
        job=job_of(order),
    )


def cancelled(order: Order, left: int) -> OrderCancelled:
    """The event of a cancellation."""
    return OrderCancelled(
        order_id=order.id,
        number=order.number,
        total=order.total,
        currency=order.currency,
        placed_at=order.placed_at,
        left=left,
        job=job_of(order),
    )
