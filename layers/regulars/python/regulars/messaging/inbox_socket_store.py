"""Open WebSocket connections in the table, beside their customer's profile. API Gateway ends each after two hours."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant

PREFIX = "SOCKET#"
# With an hour to spare, in case nobody told of the end.
_KEPT = timedelta(hours=3)


class SocketItem(Item):
    kind = UnicodeAttribute(default="inbox socket")
    connected_at = TimeAttribute()


def note_connection(tenant: Tenant, customer_id: str, connection_id: str, now: datetime) -> None:
    """Somebody has opened the customer's inbox."""
    SocketItem(
        *_place(tenant, customer_id, connection_id),
        connected_at=now,
        expires_at=int((now + _KEPT).timestamp()),
    ).save()


def forget_connection(tenant: Tenant, customer_id: str, connection_id: str) -> None:
    """Harmless if it is not there."""
    SocketItem(*_place(tenant, customer_id, connection_id)).delete()


def connections_of(tenant: Tenant, customer_id: str) -> Iterator[str]:
    """Ids of the customer's open connections. 1 request unit per 4 KB."""
    pk = tenant.partition("C", customer_id)
    for item in SocketItem.each(pk, SocketItem.sk.startswith(PREFIX), consistent=True):
        yield item.sk.removeprefix(PREFIX)


def _place(tenant: Tenant, customer_id: str, connection_id: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), PREFIX + connection_id
