"""What was sent, what was not, and why (MSG-5; communication history of CUS-4)."""

from dataclasses import dataclass

from regulars.kernel.errors import NotFoundError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import EmailContent
from regulars.messaging.delivery_list_store import DeliveryFilter, page_deliveries
from regulars.messaging.delivery_store import find_delivery
from regulars.messaging.model import Channel, Delivery, State


@dataclass(frozen=True, slots=True)
class DeliveryWithContent:
    """A delivery and what was in it (None when nothing was ever rendered)."""

    delivery: Delivery
    content: EmailContent | None = None


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
    return DeliveryWithContent(delivery, content_of(delivery))


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
    return Page([DeliveryWithContent(one, content_of(one)) for one in page.items], page.next)


def content_of(delivery: Delivery) -> EmailContent | None:
    """What was in the message, rendered again from the version of its template and its inputs; None if it was never handed to a
    provider."""
    if not delivery.attempted_at:
        return None
    from regulars.messaging.order_confirmation import compose

    return compose(delivery)
