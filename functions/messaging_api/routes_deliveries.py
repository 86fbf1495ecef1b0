"""What was sent, what was not, and why; whether marketing goes on."""

from messaging_api.schemas import (
    DeliveryPage,
    HistoryQuery,
    LogQuery,
    MessagePage,
    MessageView,
    Resolution,
    StandingChange,
    StandingView,
)
from regulars import messaging
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Delivery, Standing

routes = Routes("messaging_api")


@routes.get("/notifications/logs", permission=Permission.MESSAGES_READ, answer=DeliveryPage)
def list_deliveries(call: Call, query: LogQuery) -> Page[Delivery]:
    """List deliveries, newest first, each with the reason of its state and all that was checked.

    Of a campaign without a state, they are newest first within each state. A filtered page may be short, even empty, and still
    have a `next`.
    """
    return messaging.list_deliveries(
        call.tenant,
        customer_id=query.customer or "",
        state=query.state,
        channel=query.channel,
        template=query.template or "",
        category=query.category or "",
        campaign_id=query.campaign or "",
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


@routes.post(
    "/deliveries/{delivery_id}/resolve",
    permission=Permission.MESSAGES_WRITE,
    answer=MessageView,
    errors=(404,),
)
def resolve_delivery(call: Call, body: Resolution) -> MessageView:
    """Settle a delivery whose answer was lost: `sent`, `not_sent`, or `again`, which may reach the customer twice.

    Nothing settles it by itself, unless the provider's own events tell what became of it.
    """
    settled = messaging.resolve(call.tenant, call.params["delivery_id"], body.verdict, call.now)
    return MessageView.of(messaging.with_content(call.tenant, settled))


@routes.get("/messaging/standing", permission=Permission.MESSAGES_READ, answer=StandingView)
def get_standing(call: Call) -> Standing:
    """See whether marketing goes on, and the last day's bounces and complaints."""
    return messaging.get_standing(call.tenant, call.now)


@routes.post("/messaging/standing", permission=Permission.SETTINGS_WRITE, answer=StandingView)
def change_standing(call: Call, body: StandingChange) -> Standing:
    """Pause all marketing, or have it go on. Messages about orders are not affected."""
    by = f"{call.caller.kind}:{call.caller.id}"
    if body.paused:
        return messaging.pause_marketing(call.tenant, body.reason, call.now, by=by, once=call.once)
    return messaging.resume_marketing(call.tenant, call.now, by=by, once=call.once)
