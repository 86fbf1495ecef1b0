"""Routes of a customer's inbox: for the customer's own app, and for staff who want to see what they see."""

from messaging_api.schemas_inbox import InboxPage, InboxQuery, ReadMessages, UnreadView
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import inbox
from regulars.messaging.inbox import InboxMessage
from regulars.messaging.provider_events.seen import tell_seen

routes = Routes("messaging_api")


@routes.get("/customers/{customer_id}/inbox", permission=Permission.MESSAGES_READ, answer=InboxPage, own=True)
def list_inbox(call: Call, query: InboxQuery) -> Page[InboxMessage]:
    """List the in-app messages of a customer, newest first."""
    return inbox.page_messages(
        call.tenant,
        call.params["customer_id"],
        unread=query.unread,
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.get(
    "/customers/{customer_id}/inbox/unread", permission=Permission.MESSAGES_READ, answer=UnreadView, own=True
)
def count_unread_messages(call: Call) -> UnreadView:
    """Count the in-app messages that a customer has not read."""
    return UnreadView(unread=inbox.unread_count(call.tenant, call.params["customer_id"]))


@routes.post(
    "/customers/{customer_id}/inbox/read", permission=Permission.CUSTOMERS_WRITE, answer=UnreadView, own=True
)
def read_inbox(call: Call, body: ReadMessages) -> UnreadView:
    """Mark in-app messages as read: some by their ids, or all. Repeating it changes nothing."""
    if body.all == bool(body.ids):
        raise InvalidError.of("/ids", "give either ids or all: true")
    customer_id = call.params["customer_id"]
    if body.all:
        marked = inbox.read_all(call.tenant, customer_id, call.now)
    else:
        marked = inbox.read_some(call.tenant, customer_id, body.ids, call.now)
    tell_seen(call.tenant, customer_id, marked, call.now)
    return UnreadView(unread=inbox.unread_count(call.tenant, customer_id))


@routes.delete(
    "/customers/{customer_id}/inbox/{message_id}",
    permission=Permission.CUSTOMERS_WRITE,
    own=True,
    errors=(404,),
)
def remove_inbox_message(call: Call) -> None:
    """Remove an in-app message."""
    inbox.remove(call.tenant, call.params["customer_id"], call.params["message_id"])
