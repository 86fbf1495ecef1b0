"""Deliveries that have been handed over, without the way there."""

from collections import Counter
from datetime import datetime
from typing import Any

from regulars.kernel.tenancy import Tenant
from regulars.messaging.delivery_store import DeliveryItem, read_delivery
from regulars.messaging.model import Channel, Delivery, Message, State, delivery_id
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.tally_store import rows_of, sums


def put_delivery(tenant: Tenant, delivery: Delivery) -> None:
    """Writes a delivery as it is."""
    DeliveryItem.of(tenant, delivery).save()


def sent(tenant: Tenant, customer_id: str, at: datetime, key: str = "m1", **changes: Any) -> Delivery:
    """A delivery handed over at `at`."""
    channel = changes.pop("channel", Channel.EMAIL)
    message = Message(key, at, "news", (channel,), "promotions")
    given: dict[str, Any] = {
        "id": delivery_id(tenant, message, customer_id, channel),
        "customer_id": customer_id,
        "channel": channel,
        "template": "news",
        "about": "",
        "state": State.SENT,
        "created_at": at,
        "category": "promotions",
        "to": "ann@example.test" if channel is Channel.EMAIL else "+48501502503",
        "attempted_at": at,
        "sent_at": at,
        "finished_at": at,
        "attempts": 1,
    }
    delivery = Delivery(**(given | changes))
    put_delivery(tenant, delivery)
    return now_of(tenant, delivery)


def now_of(tenant: Tenant, delivery: Delivery) -> Delivery:
    """The delivery as it is now."""
    found = read_delivery(tenant, delivery.customer_id, delivery.id)
    assert found is not None
    return found


def told(delivery: Delivery, kind: SignalKind, at: datetime, link: str = "", detail: str = "") -> Signal:
    ref = DeliveryRef(delivery.customer_id, delivery.id)
    return Signal(ref, kind, at, delivery.channel, detail, "ses", "m-1", link)


def gates(tenant: Tenant, dispatch_id: str) -> Counter[str]:
    """What a dispatch's gates add up to."""
    return _counted(tenant.partition("DSP", dispatch_id), "GATE#")


def hours(tenant: Tenant, dispatch_id: str, hour: str) -> Counter[str]:
    return _counted(tenant.partition("DSP", dispatch_id), f"HOUR#{hour}")


def links(tenant: Tenant, dispatch_id: str, link: str) -> Counter[str]:
    return _counted(tenant.partition("DSP", dispatch_id), f"LINK#{link}#")


def day(tenant: Tenant, day: str, prefix: str = "") -> Counter[str]:
    return _counted(tenant.partition("N", day), prefix)


def _counted(pk: str, prefix: str) -> Counter[str]:
    return Counter({name: amount for name, amount in sums(rows_of(pk, prefix)).items() if amount})
