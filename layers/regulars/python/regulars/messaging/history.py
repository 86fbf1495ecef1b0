"""What was sent, what was not, and why (MSG-5; communication history of CUS-4)."""

from regulars.kernel.errors import NotFoundError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel, Delivery, DeliveryWithContent, State
from regulars.messaging.store import find_delivery, page_deliveries, read_content


def list_deliveries(
    tenant: Tenant,
    *,
    customer_id: str | None = None,
    state: State | None = None,
    channel: Channel | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Delivery]:
    """Deliveries, newest first; a filtered page may be short and still have a next one."""
    return page_deliveries(
        tenant, customer_id=customer_id, state=state, channel=channel, limit=limit, cursor=cursor
    )


def get_delivery(tenant: Tenant, delivery_id: str) -> DeliveryWithContent:
    """One delivery with its content. Raises NotFoundError."""
    delivery = find_delivery(tenant, delivery_id)
    if delivery is None:
        raise NotFoundError("there is no such delivery")
    return DeliveryWithContent(delivery, read_content(tenant, delivery))


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
    return Page([DeliveryWithContent(one, read_content(tenant, one)) for one in page.items], page.next)
