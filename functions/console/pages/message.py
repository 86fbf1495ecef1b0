"""One message to a customer: what was decided and why, what became of it, and what was in it as it was sent."""

from console.content_views import MAIL_POLICY, shown
from console.delivery_texts import checks_of, moments_of, subject_of
from console.formats import Clock
from console.pages.deliveries import RESOLUTIONS
from console.people import PATH, name_of
from console.pieces import by_day
from console.routing import Pages
from console.shell import Crumb, shop_of, show
from console.template_texts import channel_name, language_name, state_badge
from console.web import Reply, Request
from regulars.customers import get
from regulars.kernel.errors import NotFoundError
from regulars.kernel.permissions import Permission
from regulars.messaging import DeliveryWithContent, State, get_delivery
from regulars.messaging.content import EmailContent

PAGES = Pages()
_ONE = f"{PATH}/{{customer_id}}/messages/{{delivery_id}}"


@PAGES.get(_ONE, permission=Permission.MESSAGES_READ)
def message(request: Request) -> Reply:
    found = _found(request)
    delivery = found.delivery
    customer = get(request.tenant, delivery.customer_id)
    name, subject = name_of(customer.facts), subject_of(delivery)
    clock = Clock(shop_of(request).zone, request.call.now)
    rows = (
        ("To", delivery.to),
        ("Channel", channel_name(delivery.channel)),
        (
            "Template",
            f"{delivery.template}{f' · version {delivery.version}' if delivery.version > 0 else ''}",
        ),
        ("Language", language_name(delivery.language) if delivery.language else ""),
        ("Attempts", str(delivery.attempts or "")),
        ("Provider", delivery.provider),
        ("Its id there", delivery.provider_id),
        ("Campaign", delivery.campaign_id),
        ("Variant", delivery.variant),
        ("Id", delivery.id),
    )
    mail = isinstance(found.content, EmailContent)
    return show(
        request,
        "pages/message.html",
        title=subject,
        crumbs=(Crumb("Customers", PATH), Crumb(name, f"{PATH}/{customer.id}?tab=messages"), Crumb(subject)),
        badge=state_badge(delivery.state),
        explanation=delivery.explanation,
        details=[(label, value) for label, value in rows if value],
        content=f"{request.path}/content" if mail else "",
        shown=shown(found.content),
        checks=checks_of(delivery),
        days=by_day(moments_of(delivery), clock),
        resolutions=RESOLUTIONS if delivery.state is State.UNKNOWN else (),
        delivery_id=delivery.id,
        sender=shop_of(request).name,
    )


@PAGES.get(f"{_ONE}/content", permission=Permission.MESSAGES_READ)
def content(request: Request) -> Reply:
    """The mail itself, for the frame."""
    found = _found(request)
    if not isinstance(found.content, EmailContent):
        raise NotFoundError
    return Reply(200, found.content.html, {"content-security-policy": MAIL_POLICY})


def _found(request: Request) -> DeliveryWithContent:
    found = get_delivery(request.tenant, request.params["delivery_id"])
    if found.delivery.customer_id != request.params["customer_id"]:
        raise NotFoundError
    return found
