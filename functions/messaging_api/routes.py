"""Routes of the messaging API."""

from messaging_api import routes_devices, routes_inbox
from messaging_api.schemas import (
    DeliveryPage,
    HistoryQuery,
    LogQuery,
    MessagePage,
    MessageView,
)
from regulars import messaging
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Delivery

routes = Routes("messaging_api")


@routes.get("/notifications/logs", permission=Permission.MESSAGES_READ, answer=DeliveryPage)
def list_deliveries(call: Call, query: LogQuery) -> Page[Delivery]:
    """List deliveries, newest first, each with the reason of its state."""
    return messaging.list_deliveries(
        call.tenant,
        customer_id=query.customer or "",
        state=query.state,
        channel=query.channel,
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.get(
    "/customers/{customer_id}/history", permission=Permission.MESSAGES_READ, answer=MessagePage, own=True
)
def list_customer_messages(call: Call, query: HistoryQuery) -> Page[MessageView]:
    """List the messages of a customer with the content sent, newest first."""
    found = messaging.customer_history(
        call.tenant,
        call.params["customer_id"],
        state=query.state,
        channel=query.channel,
        limit=query.limit,
        cursor=query.cursor,
    )
    return Page([MessageView.of(one) for one in found.items], found.next)


@routes.get(
    "/deliveries/{delivery_id}", permission=Permission.MESSAGES_READ, answer=MessageView, errors=(404,)
)
def get_delivery(call: Call) -> MessageView:
    """Get one delivery with its content and the explanation of what became of it."""
    return MessageView.of(messaging.get_delivery(call.tenant, call.params["delivery_id"]))


routes.include(routes_inbox.routes, routes_devices.routes)
