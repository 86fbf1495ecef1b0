"""What may become of an order. Pure: any order and repetition of the same status messages ends in the same order.

A status is remembered with the earliest moment at which it was reported, so reports commute; `cancelled` outweighs every
other one. The totals that an order contributes are a function of the order alone (`counted`), and what changes on the customer
is the difference between before and after: nothing can be counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.commerce.orders.model import (
    MAX_LINES,
    Order,
    OrderLine,
    OrderRefund,
    Status,
    StatusEntry,
)
from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError, InvalidError
from regulars.kernel.money import MAX_MINOR

# How far ahead of ours another computer's clock may be.
CLOCK_SKEW = timedelta(minutes=5)
MAX_REFUNDS = 100
_ORDER = {status: place for place, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Counted:
    """What an order adds to its customer's totals; money in minor units."""

    orders: int = 0
    gross: int = 0
    refunds: int = 0
    refunded: int = 0

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(
            self.orders - other.orders,
            self.gross - other.gross,
            self.refunds - other.refunds,
            self.refunded - other.refunded,
        )


def counted(order: Order | None) -> Counted:
    """Nothing without an order or of a cancelled one."""
    if order is None or order.status is Status.CANCELLED:
        return Counted()
    return Counted(1, order.total, len(order.refunds), order.refunded)


def past(at: datetime, now: datetime, pointer: str) -> datetime:
    """`at` to the millisecond, if it is not in the future. Raises InvalidError."""
    if at > now + CLOCK_SKEW:
        raise InvalidError.of(pointer, "is in the future")
    return datetime.fromisoformat(iso(at))


def with_status(order: Order, status: Status, at: datetime) -> Order:
    """The order after a report of `status`; the very same object if it says nothing new.

    Raises ConflictError when an order that was refunded is to be cancelled.
    """
    if status is Status.PLACED:
        return order
    known = {entry.status: entry.at for entry in order.statuses}
    if status in known and known[status] <= at:
        return order
    if status is Status.CANCELLED and order.refunds:
        raise ConflictError("a refunded order cannot be cancelled; refund the rest of it instead")
    known[status] = at
    entries = sorted(known.items(), key=lambda entry: (iso(entry[1]), _ORDER[entry[0]]))
    return order.model_copy(
        update={"statuses": tuple(StatusEntry(status=each, at=when) for each, when in entries)}
    )


def with_refund(order: Order, refund: OrderRefund) -> Order:
    """The order after a refund; the very same object if that number was refunded before.

    Raises ConflictError for the same number with another amount, after a cancellation, or for more than is left.
    """
    before = next((each for each in order.refunds if each.number == refund.number), None)
    if before is not None:
        if before.amount != refund.amount:
            raise ConflictError(f"refund {refund.number!r} of this order has another amount")
        return order
    if order.status is Status.CANCELLED:
        raise ConflictError("the order was cancelled: nothing of it can be refunded")
    if len(order.refunds) >= MAX_REFUNDS:
        raise ConflictError(f"an order has {MAX_REFUNDS} refunds at the most")
    left = order.total - order.refunded
    if left == 0:
        raise ConflictError("nothing of this order is left to refund")
    if refund.amount > left:
        raise InvalidError.of("/amount", f"is more than the {left} that is left of the order")
    return order.model_copy(update={"refunds": (*order.refunds, refund)})


def with_lines(order: Order, lines: Sequence[OrderLine]) -> Order:
    """The order with further lines. Raises InvalidError when it becomes too large."""
    total = order.total + sum(line.total for line in lines)
    if len(order.lines) + len(lines) > MAX_LINES or total > MAX_MINOR:
        raise InvalidError.of("/lines", "the order becomes too large")
    return order.model_copy(update={"lines": (*order.lines, *lines), "total": total})
