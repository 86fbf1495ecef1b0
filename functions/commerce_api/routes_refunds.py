"""Refunds whose order is not known."""

from commerce_api.schemas import RefundPage, RefundView
from regulars.commerce import orders
from regulars.commerce.orders import NewRefund, Refund
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("commerce_api", tag="refunds")


@routes.post(
    "/refunds", permission=Permission.ORDERS_WRITE, answer=RefundView, status=201, location="/refunds/{id}"
)
def record_refund(call: Call, body: NewRefund) -> Refund:
    """Record a refund whose order is not known; its number counts once."""
    return orders.record_refund(call.tenant, body, now=call.now, once=call.once)


@routes.get("/refunds", permission=Permission.ORDERS_READ, answer=RefundPage)
def list_refunds(call: Call, query: ListQuery) -> Page[Refund]:
    """List refunds without an order, the newest first."""
    return orders.list_refunds(call.tenant, limit=query.limit, cursor=query.cursor)


@routes.get("/refunds/{refund_id}", permission=Permission.ORDERS_READ, answer=RefundView)
def get_refund(call: Call) -> Refund:
    """Get a refund without an order."""
    return orders.get_refund(call.tenant, call.params["refund_id"])
