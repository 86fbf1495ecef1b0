"""The inbox of a customer's app as they see it: the tab of their page."""

from typing import Any

from console.people import PATH
from console.tables import link
from console.web import Request
from regulars.customers import Customer
from regulars.messaging.inbox import page_messages, unread_count

_SHOWN = 25


def inbox_values(request: Request, found: Customer) -> dict[str, Any]:
    """A page of what is in it, newest first; each leads to the delivery that put it there."""
    page = page_messages(
        request.tenant, found.id, unread=False, limit=_SHOWN, cursor=request.query.get("cursor") or None
    )
    here = f"{PATH}/{found.id}"
    return {
        "inbox": [{"message": one, "href": f"{here}/messages/{one.id}"} for one in page.items],
        "unread": unread_count(request.tenant, found.id),
        "older": link(here, {"tab": "inbox"}, cursor=page.next) if page.next else "",
    }
