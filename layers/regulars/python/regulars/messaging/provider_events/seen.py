"""In-app messages that a customer has read: what our own inbox tells, by the same queue as all providers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from regulars.kernel import queue
from regulars.kernel.clock import iso
from regulars.kernel.settings import ProviderEventsSettings
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel
from regulars.messaging.provider_events.told import OfDelivery, UnreadableError, moment, owner_of
from regulars.messaging.signals import Signal, SignalKind

_AT_ONCE = 100


def tell_seen(tenant: Tenant, customer_id: str, delivery_ids: Sequence[str], now: datetime) -> None:
    """Have the deliveries be known as opened."""
    messages = [
        {
            "seen": {
                "tenant": tenant.id,
                "customer": customer_id,
                "deliveries": list(delivery_ids[first : first + _AT_ONCE]),
                "at": iso(now),
            }
        }
        for first in range(0, len(delivery_ids), _AT_ONCE)
    ]
    for some in queue.batches(messages):
        queue.send(ProviderEventsSettings.load().provider_events_queue_url, some)


def read_seen(message: Mapping[str, Any]) -> Iterator[OfDelivery]:
    """What is read has also been delivered."""
    seen = message["seen"]
    at = moment(seen["at"])
    for delivery in seen["deliveries"]:
        owner = owner_of({**seen, "delivery": delivery})
        if owner is None:
            raise UnreadableError("a message of nobody")
        for kind in (SignalKind.DELIVERED, SignalKind.OPENED):
            yield OfDelivery(owner[0], Signal(owner[1], kind, at, Channel.IN_APP, provider="inbox"))
