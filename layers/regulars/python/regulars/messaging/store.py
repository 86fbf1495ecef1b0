"""Deliveries in the table: the record in its customer's partition, listed by time, and its content beside it."""

import json
import zlib
from dataclasses import asdict
from typing import Any, Self

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel, Content, Delivery, Reason, State


def _place(tenant: Tenant, customer_id: str, prefix: str, delivery_id: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), prefix + delivery_id.rpartition("_")[2]


class DeliveryItem(Item):
    kind = UnicodeAttribute(default="delivery")
    id = UnicodeAttribute()
    customer_id = UnicodeAttribute()
    channel = UnicodeAttribute()
    template = UnicodeAttribute()
    about = UnicodeAttribute()
    state = UnicodeAttribute()
    language = UnicodeAttribute(null=True)
    to = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    explanation = UnicodeAttribute(null=True)
    attempts = NumberAttribute(default=0)
    created_at = TimeAttribute()
    attempted_at = TimeAttribute(null=True)
    finished_at = TimeAttribute(null=True)
    provider = UnicodeAttribute(null=True)
    provider_id = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, tenant: Tenant, delivery: Delivery) -> Self:
        values = {name: value for name, value in asdict(delivery).items() if value not in ("", None)}
        item = cls(*_place(tenant, delivery.customer_id, "D#", delivery.id), **values)
        # The id sorts by time and is known to whoever asks for one delivery: one index serves both.
        item.g1pk, item.g1sk = tenant.partition("L", "delivery"), delivery.id
        return item

    @classmethod
    def key_of(cls, tenant: Tenant, delivery: Delivery) -> Self:
        """An item that stands for the stored one in an update."""
        return cls(*_place(tenant, delivery.customer_id, "D#", delivery.id))

    def delivery(self) -> Delivery:
        return Delivery(
            id=self.id,
            customer_id=self.customer_id,
            channel=Channel(self.channel),
            template=self.template,
            about=self.about,
            state=State(self.state),
            created_at=self.created_at,
            language=self.language or "",
            to=self.to or "",
            subject=self.subject or "",
            reason=Reason(self.reason) if self.reason else None,
            explanation=self.explanation or "",
            attempts=int(self.attempts),
            attempted_at=self.attempted_at,
            finished_at=self.finished_at,
            provider=self.provider or "",
            provider_id=self.provider_id or "",
        )


class ContentItem(Item):
    """What was in a message; apart from the record, so that lists do not read it."""

    kind = UnicodeAttribute(default="content")
    content = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, tenant: Tenant, delivery: Delivery, content: Content) -> Self:
        packed = zlib.compress(json.dumps(asdict(content), ensure_ascii=False).encode(), 9)
        return cls(*_place(tenant, delivery.customer_id, "M#", delivery.id), content=packed)


def read_delivery(tenant: Tenant, customer_id: str, delivery_id: str) -> Delivery | None:
    """A delivery of a customer, as it is now."""
    item = DeliveryItem.read(*_place(tenant, customer_id, "D#", delivery_id), consistent=True)
    return item.delivery() if item else None


def find_delivery(tenant: Tenant, delivery_id: str) -> Delivery | None:
    """A delivery whose customer the asker does not know. 0.5 request units; a moment behind."""
    found = DeliveryItem.page(
        tenant.partition("L", "delivery"), DeliveryItem.g1sk == delivery_id, index="by_list", limit=1
    )
    return found.items[0].delivery() if found.items else None


def read_content(tenant: Tenant, delivery: Delivery) -> Content | None:
    item = ContentItem.read(*_place(tenant, delivery.customer_id, "M#", delivery.id))
    return Content(**json.loads(zlib.decompress(item.content))) if item else None


def page_deliveries(
    tenant: Tenant,
    *,
    customer_id: str | None,
    state: State | None,
    channel: Channel | None,
    limit: int,
    cursor: str | None,
) -> Page[Delivery]:
    """Newest first; of one customer from their partition, of all from the list."""
    how: dict[str, Any] = {
        "limit": limit,
        "newest_first": True,
        "after": decode_cursor(tenant, cursor),
        "only": _only(state, channel),
    }
    if customer_id is not None:
        found = DeliveryItem.page(tenant.partition("C", customer_id), DeliveryItem.sk.startswith("D#"), **how)
    else:
        found = DeliveryItem.page(tenant.partition("L", "delivery"), index="by_list", **how)
    return page_of(found, DeliveryItem.delivery)


def _only(state: State | None, channel: Channel | None) -> Condition | None:
    only: Condition | None = None
    if state is not None:
        only = DeliveryItem.state == state.value
    if channel is not None:
        same_channel: Condition = DeliveryItem.channel == channel.value
        only = same_channel if only is None else only & same_channel
    return only
