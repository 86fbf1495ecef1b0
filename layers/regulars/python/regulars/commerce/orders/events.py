"""What happens to orders. Subject: the customer, in whose timeline they lie. Amounts in minor units of `currency`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from regulars.commerce.amounts import Currency, Minor
from regulars.commerce.orders.model import Order, OrderLine, Status
from regulars.kernel.events import Event


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


class OrderStatusChanged(Event, name="order.status_changed"):
    """A status was reported; `current` is where the order stands, which a late report does not change."""

    order_id: str
    number: str
    status: Status
    current: Status


class OrderCancelled(Event, name="order.cancelled"):
    """`left` is how many orders that count the customer still has."""

    order_id: str
    number: str
    total: Minor
    currency: Currency
    placed_at: datetime
    left: int


class OrderRefunded(Event, name="order.refunded"):
    """`order_id` is None for a refund whose order is not known; `whole` when nothing of the order is left."""

    number: str
    amount: Minor
    currency: Currency
    order_id: str | None = None
    refund_id: str | None = None
    whole: bool = False


class OrderLinesAdded(Event, name="order.lines_added"):
    """An import met further lines of an order of its own: `added` more, in all `total`."""

    order_id: str
    number: str
    added: Minor
    total: Minor
    currency: Currency
    placed_at: datetime
    lines: list[Bought]


class OrderRemoved(Event, name="order.removed"):
    """The import that had brought the order was undone; `cancelled` if it did not count any more. `left` as above."""

    order_id: str
    number: str
    total: Minor
    currency: Currency
    placed_at: datetime
    cancelled: bool = False
    left: int


class OrderRefundRemoved(Event, name="order.refund_removed"):
    """The import that had brought the refund was undone."""

    refund_id: str
    number: str
    amount: Minor
    currency: Currency
    refunded_at: datetime


def placed(order: Order, nth: int) -> OrderPlaced:
    """The event of a new order."""
    return OrderPlaced(
        order_id=order.id,
        number=order.number,
        total=order.total,
        currency=order.currency,
        lines=[Bought.of(line) for line in order.lines],
        nth=nth,
        channel=order.channel,
        payment_method=order.payment_method,
        coupon=order.coupon,
        cart_id=order.cart_id,
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
    )
