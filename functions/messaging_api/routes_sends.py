"""Messages to one customer and to many."""

from messaging_api.schemas import BulkView, NewBulk, NewSend, SentView
from regulars import customers, messaging
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging import Bulk, Delivery

routes = Routes("messaging_api")
_ONE = "/notifications/bulk/{dispatch_id}"


@routes.post("/notifications/send", permission=Permission.MESSAGES_WRITE, answer=SentView, status=202)
def send_notification(call: Call, body: NewSend) -> list[Delivery]:
    """Send a message to a customer.

    Each delivery says whether it is queued, waits for its moment, or is not sent and why. What is queued is decided about once
    more when it is sent: whoever unsubscribes before gets nothing.
    """
    customer_id = customers.resolve(call.tenant, body.customer)
    if customer_id is None:
        raise InvalidError.of("/customer", "there is no such customer")
    return messaging.send_one(call.tenant, body.request(customer_id), call.now, call.once)


@routes.post(
    "/notifications/bulk",
    permission=Permission.MESSAGES_WRITE,
    answer=BulkView,
    status=202,
    location="/notifications/bulk/{id}",
    max_body=900 * 1024,
)
def send_to_many(call: Call, body: NewBulk) -> Bulk:
    """Send a message to up to 1,000 customers. Those who are not known are named in the answer and stop nobody."""
    return messaging.start_bulk(call.tenant, body.given(), call.now, call.once)


@routes.get(_ONE, permission=Permission.MESSAGES_READ, answer=BulkView, errors=(404,))
def get_bulk(call: Call) -> Bulk:
    """Get how far a message to many has come. The counts are exact."""
    return messaging.get_bulk(call.tenant, call.params["dispatch_id"])


@routes.post(f"{_ONE}/cancel", permission=Permission.MESSAGES_WRITE, answer=BulkView, errors=(404,))
def cancel_bulk(call: Call) -> Bulk:
    """Cancel a message to many, for good: nobody is written to after this answer but for those who were being written to."""
    return messaging.move_bulk(call.tenant, call.params["dispatch_id"], "closed", call.now, call.once)


@routes.post(f"{_ONE}/pause", permission=Permission.MESSAGES_WRITE, answer=BulkView, errors=(404,))
def pause_bulk(call: Call) -> Bulk:
    """Pause a message to many."""
    return messaging.move_bulk(call.tenant, call.params["dispatch_id"], "paused", call.now, call.once)


@routes.post(f"{_ONE}/resume", permission=Permission.MESSAGES_WRITE, answer=BulkView, errors=(404,))
def resume_bulk(call: Call) -> Bulk:
    """Go on with a message to many that was paused."""
    return messaging.move_bulk(call.tenant, call.params["dispatch_id"], "open", call.now, call.once)
