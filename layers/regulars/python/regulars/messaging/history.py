"""What was sent, what was not, and why (MSG-5; communication history of CUS-4)."""

from dataclasses import dataclass

from regulars.kernel.errors import NotFoundError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import Content
from regulars.messaging.delivery_list_store import DeliveryFilter, page_deliveries
from regulars.messaging.delivery_store import find_delivery
from regulars.messaging.model import Channel, Delivery, State


@dataclass(frozen=True, slots=True)
class DeliveryWithContent:
    """A delivery and what was in it (None when nothing was ever handed over)."""

    delivery: Delivery
    content: Content | None = None


def list_deliveries(
    tenant: Tenant,
    *,
    customer_id: str = "",
    state: State | None = None,
    channel: Channel | None = None,
    template: str = "",
    category: str = "",
    campaign_id: str = "",
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Delivery]:
    """Deliveries, newest first; a filtered page may be short and still have a next one."""
    wanted = DeliveryFilter(customer_id, state, channel, template, category, campaign_id)
    return page_deliveries(tenant, wanted, limit=limit, cursor=cursor)


def get_delivery(tenant: Tenant, delivery_id: str) -> DeliveryWithContent:
    """One delivery with its content. Raises NotFoundError."""
    delivery = find_delivery(tenant, delivery_id)
    if delivery is None:
        raise NotFoundError("there is no such delivery")
    return with_content(tenant, delivery)


def customer_history(
    tenant: Tenant,
    customer_id: str,
    *,
    state: State | None = None,
    channel: Channel | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[DeliveryWithContent]:
    """A customer's messages with the content sent, newest first."""
    page = list_deliveries(
        tenant, customer_id=customer_id, state=state, channel=channel, limit=limit, cursor=cursor
    )
    return Page([with_content(tenant, one) for one in page.items], page.next)


def with_content(tenant: Tenant, delivery: Delivery) -> DeliveryWithContent:
    """A delivery with what was in it."""
    return DeliveryWithContent(delivery, content_of(tenant, delivery))


def content_of(tenant: Tenant, delivery: Delivery) -> Content | None:
    """What was in the message, filled in again: its template's version does not change, and the delivery kept what it reads.
    Links lead where they led, without being counted. None when it was never handed to a provider."""
    if not delivery.attempted_at:
        return None
    # Templates are loaded only by who looks at a message.
    from regulars.messaging.sending.showing import content_again

    return content_again(tenant, delivery)
