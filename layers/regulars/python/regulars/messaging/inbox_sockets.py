"""What open apps are told of their inbox, over their WebSocket connections."""

import json
from typing import Any

from regulars.kernel.clock import iso
from regulars.kernel.tenancy import Tenant
from regulars.messaging.inbox_socket_store import connections_of, forget_connection
from regulars.messaging.inbox_store import InboxMessage, unread_count
from regulars.messaging.providers.sockets import send_to


def tell(tenant: Tenant, customer_id: str, what: str, message: InboxMessage | None = None) -> None:
    """Send `{type, unread, message}` to each connection of the customer; those that are gone are forgotten."""
    connections = list(connections_of(tenant, customer_id))
    if not connections:
        return
    told: dict[str, Any] = {"type": what, "unread": unread_count(tenant, customer_id)}
    if message is not None:
        told["message"] = {
            "id": message.id,
            "title": message.title,
            "body": message.body,
            "url": message.url,
            "at": iso(message.at),
            "read_at": None,
        }
    text = json.dumps(told, ensure_ascii=False)
    for connection in connections:
        if not send_to(connection, text):
            forget_connection(tenant, customer_id, connection)
