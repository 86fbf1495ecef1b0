"""What `award_points` does with an event."""

from datetime import datetime

from regulars import loyalty
from regulars.commerce.orders import Status
from regulars.commerce.orders.events import OrderCancelled, OrderRefunded, OrderStatusChanged
from regulars.kernel.events import Envelope


def follow(envelope: Envelope, now: datetime) -> None:
    """Follow one event of an order; any can come twice and in any order. Imported history earns nothing.

    An order that is placed as paid tells of its status beside its placing, so the report of `paid` is the only one that gives
    points. A refund whose order is not known has nothing to take back.
    """
    if envelope.history:
        return
    tenant = envelope.owner()
    if envelope.name == "order.status_changed":
        reported = envelope.read(OrderStatusChanged)
        if reported.status is Status.PAID:
            loyalty.award(tenant, reported.order_id, now=now)
    elif envelope.name == "order.cancelled":
        loyalty.take_back(tenant, envelope.read(OrderCancelled).order_id)
    elif envelope.name == "order.refunded":
        order_id = envelope.read(OrderRefunded).order_id
        if order_id is not None:
            loyalty.take_back(tenant, order_id)
