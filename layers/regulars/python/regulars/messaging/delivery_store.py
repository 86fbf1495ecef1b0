"""Deliveries in the table. A delivery's key follows from its id, and its id from the message, customer and channel: creating
the item is the claim. Its place sorts by the moment the message was asked for."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Self

from pydantic_core import to_json
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from regulars.kernel.ids import tail
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Otherwise, Transaction
from regulars.messaging.model import HANDED_OVER, Channel, Check, Delivery, Reason, State, explain

LIST_SHARDS = 8
# `extra` is raw deflate with this to refer to. It says how it was squeezed, and what it refers to must never change.
_SQUEEZED = b"1"
_USUAL = (
    b'"},"links":{"1.0":"https://"clicked":["1""message.language":"en","data.customer.name":"customer.first_name":"'
    b'["suppression",1,""],["expiry",1,""]],"inputs":{"shop.name":"{"checks":[["customer",1,""],["status",1,""],'
    b'["address",1,""],["content",1,""],["category",1,""],["channel",1,""],["consent",1,"soft_opt_in"],'
    b'["suppression",1,""],["marketing",1,""],["expiry",1,""],["duplicate",1,""],["frequency",1,""],["hours",1,""],'
    b'["caps",1,""],["pacing",1,""]],"inputs":{"'
)


class DeliveryItem(Item):
    """`extra` is compact JSON of checks, inputs, links and clicked links, compressed if that is shorter."""

    kind = UnicodeAttribute(default="delivery")
    id = UnicodeAttribute()
    customer_id = UnicodeAttribute()
    channel = UnicodeAttribute()
    template = UnicodeAttribute()
    about = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    version = NumberAttribute(default=0)
    category = UnicodeAttribute(null=True)
    campaign_id = UnicodeAttribute(null=True)
    variant = UnicodeAttribute(null=True)
    dispatch_id = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    to = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    explanation = UnicodeAttribute(null=True)
    extra = BinaryAttribute(null=True, legacy_encoding=False)
    attempts = NumberAttribute(default=0)
    created_at = TimeAttribute()
    due_at = TimeAttribute(null=True)
    # Not `expires_at`, which would have the table remove the item.
    useful_until = TimeAttribute(null=True)
    attempted_at = TimeAttribute(null=True)
    sent_at = TimeAttribute(null=True)
    delivered_at = TimeAttribute(null=True)
    opened_at = TimeAttribute(null=True)
    clicked_at = TimeAttribute(null=True)
    machine_at = TimeAttribute(null=True)
    soft_at = TimeAttribute(null=True)
    bounced_at = TimeAttribute(null=True)
    complained_at = TimeAttribute(null=True)
    unsubscribed_at = TimeAttribute(null=True)
    converted_at = TimeAttribute(null=True)
    finished_at = TimeAttribute(null=True)
    provider = UnicodeAttribute(null=True)
    provider_id = UnicodeAttribute(null=True)
    revision = NumberAttribute(default=0)

    @classmethod
    def of(cls, tenant: Tenant, delivery: Delivery) -> Self:
        given = {name: getattr(delivery, name) for name in _STORED}
        item = cls(
            *delivery_place(tenant, delivery.customer_id, delivery.id),
            useful_until=delivery.expires_at,
            extra=pack(delivery),
            **{name: value for name, value in given.items() if value not in ("", None)},
        )
        item.explanation = explanation_kept(delivery) or None
        item.g1pk, item.g1sk = list_partition(tenant, delivery.id), delivery.id
        if delivery.campaign_id:
            item.g2pk = campaign_partition(tenant, delivery.campaign_id, delivery.id)
            item.g2sk = f"{delivery.state.value}#{delivery.id}"
        return item

    def delivery(self) -> Delivery:
        given = {name: getattr(self, name) for name in _STORED}
        plain = {name: value if value is not None else _EMPTY[name] for name, value in given.items()}
        plain |= {name: int(plain[name]) for name in ("version", "attempts", "revision")}
        plain |= {"channel": Channel(self.channel), "state": State(self.state)}
        plain["reason"] = Reason(self.reason) if self.reason else None
        plain["explanation"] = self.explanation or _said(plain["state"], plain["reason"])
        return Delivery(**plain, **_unpacked(self.extra), expires_at=self.useful_until)


_PACKED = ("checks", "inputs", "links", "clicked_links")
_STORED = tuple(one.name for one in fields(Delivery) if one.name not in (*_PACKED, "expires_at"))
_EMPTY: Mapping[str, Any] = {one.name: "" if one.type is str else None for one in fields(Delivery)}


def explanation_kept(delivery: Delivery) -> str:
    """The explanation where it says more than state and reason do, which is what is stored of it."""
    usual = _said(delivery.state, delivery.reason)
    return "" if delivery.explanation == usual else delivery.explanation


def _said(state: State, reason: Reason | None) -> str:
    return explain(reason) if reason or state in HANDED_OVER else ""


def delivery_place(tenant: Tenant, customer_id: str, delivery_id: str) -> tuple[str, str]:
    return tenant.partition("C", customer_id), "D#" + delivery_id.rpartition("_")[2]


def shard_of(delivery_id: str) -> int:
    """In which of the eight parts of a list or of a sum a delivery is."""
    return zlib.crc32(tail(delivery_id).encode()) % LIST_SHARDS


def list_partition(tenant: Tenant, delivery_id: str) -> str:
    return tenant.partition("L", "delivery", str(shard_of(delivery_id)))


def campaign_partition(tenant: Tenant, campaign_id: str, delivery_id: str) -> str:
    """Of `by_sort`: a campaign's deliveries by state."""
    return tenant.partition("L", campaign_id, str(shard_of(delivery_id)))


def delivery_of(raw: Mapping[str, Any]) -> Delivery:
    """A delivery as it came over the wire."""
    return DeliveryItem.from_raw_data(dict(raw)).delivery()


def read_delivery(tenant: Tenant, customer_id: str, delivery_id: str) -> Delivery | None:
    """A delivery of a customer, as it is now. 1 request unit."""
    item = DeliveryItem.read(*delivery_place(tenant, customer_id, delivery_id), consistent=True)
    return item.delivery() if item else None


def read_deliveries(tenant: Tenant, refs: Iterable[tuple[str, str]]) -> dict[str, Delivery]:
    """Of up to 100 pairs of customer and delivery id, those that exist by their ids, as they are now. 1 request unit each."""
    items = DeliveryItem.read_many((delivery_place(tenant, *ref) for ref in refs), consistent=True)
    return {item.id: item.delivery() for item in items}


def find_delivery(tenant: Tenant, delivery_id: str) -> Delivery | None:
    """A delivery by its id alone. 0.5 request units."""
    if not tail(delivery_id):
        return None
    found = DeliveryItem.page(
        list_partition(tenant, delivery_id), DeliveryItem.g1sk == delivery_id, index="by_list", limit=1
    )
    return found.items[0].delivery() if found.items else None


def save_delivery(tx: Transaction, after: Delivery, before: Delivery, otherwise: Otherwise) -> None:
    """Replace the delivery that was read as `before`; `otherwise` is raised at the commit when it moved meanwhile."""
    item = DeliveryItem.of(tx.tenant, after)
    item.revision = before.revision + 1
    tx.save(item, DeliveryItem.revision == before.revision, otherwise)


def deliveries_since(tenant: Tenant, customer_id: str, since: datetime, limit: int = 100) -> list[Delivery]:
    """A customer's deliveries of messages asked for at `since` or later, newest first. 0.5 request units per 4 KB."""
    from regulars.kernel.ids import ulid

    first = "D#" + ulid(since)[:10]
    found = DeliveryItem.page(
        tenant.partition("C", customer_id),
        DeliveryItem.sk.between(first, "D#~"),
        newest_first=True,
        limit=limit,
    )
    return [item.delivery() for item in found.items]


def pack(delivery: Delivery) -> bytes | None:
    """Checks, inputs and links as `extra` keeps them."""
    data = {
        "checks": [[check.name, int(check.passed), check.seen] for check in delivery.checks],
        "inputs": dict(delivery.inputs),
        "links": dict(delivery.links),
        "clicked": list(delivery.clicked_links),
    }
    kept = {name: value for name, value in data.items() if value}
    if not kept:
        return None
    # A small window: half of the time for data of this size goes into making a large one.
    packer = zlib.compressobj(6, wbits=-12, memLevel=3, zdict=_USUAL)
    return _SQUEEZED + packer.compress(to_json(kept)) + packer.flush()


def _unpacked(extra: bytes | None) -> dict[str, Any]:
    if not extra:
        return {}
    packer = zlib.decompressobj(wbits=-15, zdict=_USUAL)
    data = json.loads(packer.decompress(extra.removeprefix(_SQUEEZED)))
    checks = tuple(Check(name, bool(passed), seen) for name, passed, seen in data.get("checks", ()))
    return {
        "checks": checks,
        "inputs": data.get("inputs", {}),
        "links": data.get("links", {}),
        "clicked_links": tuple(data.get("clicked", ())),
    }
