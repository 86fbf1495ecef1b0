"""One message to a customer: what became of it, and what was in it."""

from console.formats import Clock
from console.pages.customer_views import state_badge, subject_of
from console.people import PATH, name_of
from console.routing import Pages
from console.shell import Crumb, shop_of, show
from console.web import Reply, Request
from regulars.customers import get
from regulars.kernel.errors import NotFoundError
from regulars.kernel.permissions import Permission
from regulars.messaging import DeliveryWithContent, get_delivery

PAGES = Pages()
_ONE = f"{PATH}/{{customer_id}}/messages/{{delivery_id}}"
# What was mailed is shown as a mail program would: its own styles, no scripts, nothing of ours within its reach.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'; sandbox"
)


@PAGES.get(_ONE, permission=Permission.MESSAGES_READ)
def message(request: Request) -> Reply:
    found = _found(request)
    delivery = found.delivery
    customer = get(request.tenant, delivery.customer_id)
    name, subject = name_of(customer.facts), subject_of(delivery)
    clock = Clock(shop_of(request).zone, request.call.now)
    at = delivery.finished_at or delivery.created_at
    rows = (
        ("To", delivery.to),
        ("When", clock.exact(at)),
        ("Attempts", str(delivery.attempts)),
        ("Language", delivery.language),
        ("Provider", delivery.provider),
        ("Id", delivery.id),
    )
    return show(
        request,
        "pages/message.html",
        title=subject,
        crumbs=(Crumb("Customers", PATH), Crumb(name, f"{PATH}/{customer.id}?tab=messages"), Crumb(subject)),
        badge=state_badge(delivery),
        explanation=delivery.explanation,
        details=[(label, value) for label, value in rows if value],
        content=f"{request.path}/content" if found.content else "",
        text=found.content.text if found.content else "",
    )


@PAGES.get(f"{_ONE}/content", permission=Permission.MESSAGES_READ)
def content(request: Request) -> Reply:
    """The mail itself, for the frame."""
    found = _found(request)
    if found.content is None:
        raise NotFoundError
    return Reply(200, found.content.html, {"content-security-policy": _MAIL_POLICY})


def _found(request: Request) -> DeliveryWithContent:
    found = get_delivery(request.tenant, request.params["delivery_id"])
    if found.delivery.customer_id != request.params["customer_id"]:
        raise NotFoundError
    return found
