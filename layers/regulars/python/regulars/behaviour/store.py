"""Where behaviour is kept: known people's in their own partition, anonymous people's in one of the id until it is known."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Self

from pynamodb.attributes import UnicodeAttribute

from regulars.behaviour.events import behaviour
from regulars.behaviour.model import NewEvent, place_of
from regulars.customers import customer_subject
from regulars.kernel.clock import iso
from regulars.kernel.errors import RegularsError
from regulars.kernel.events import EventItem, Subject, event_item
from regulars.kernel.idempotency import GuardItem
from regulars.kernel.ids import natural_id, new_id
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


class IdentifiedError(RegularsError):
    """An anonymous id has become a customer's since it was looked up."""


class AliasItem(Item):
    """The anonymous id in the partition key is this customer."""

    kind = UnicodeAttribute(default="alias")
    customer = UnicodeAttribute()
    at = TimeAttribute()

    @classmethod
    def of(cls, tenant: Tenant, anonymous_id: str, customer_id: str, at: datetime) -> Self:
        return cls(*alias_key(tenant, anonymous_id), customer=customer_id, at=at)


def anonymous_partition(tenant: Tenant, anonymous_id: str) -> str:
    return tenant.partition("A", anonymous_id)


def alias_key(tenant: Tenant, anonymous_id: str) -> tuple[str, str]:
    return anonymous_partition(tenant, anonymous_id), "ALIAS"


def load_alias(tenant: Tenant, anonymous_id: str) -> AliasItem | None:
    return AliasItem.read(*alias_key(tenant, anonymous_id), consistent=True)


def aliases(tenant: Tenant, anonymous_ids: Iterable[str], *, consistent: bool) -> dict[str, str]:
    """Which of the anonymous ids are known to be whose."""
    partitions = {anonymous_partition(tenant, one): one for one in anonymous_ids}
    found: dict[str, str] = {}
    keys = [(pk, "ALIAS") for pk in partitions]
    for start in range(0, len(keys), 100):
        for item in AliasItem.batch_get(keys[start : start + 100], consistent_read=consistent):
            found[partitions[item.pk]] = item.customer
    return found


def check_unknown(transaction: Transaction, anonymous_id: str) -> None:
    """Require that nobody has identified an anonymous id, so that no event is left behind in its partition."""
    item = AliasItem(*alias_key(transaction.tenant, anonymous_id))
    transaction.check(item, AliasItem.pk.does_not_exist(), IdentifiedError())


def item_of(
    tenant: Tenant,
    event: NewEvent,
    *,
    given_id: str | None,
    customer_id: str | None,
    at: datetime,
    history: bool,
) -> EventItem:
    """The item of an event. With an id of the sender's its key follows from that id and its moment (in milliseconds)."""
    at = datetime.fromisoformat(iso(at))
    if customer_id is not None:
        subject = customer_subject(tenant, customer_id)
    else:
        anonymous_id = event.anonymous_id or ""
        subject = Subject(anonymous_id, anonymous_partition(tenant, anonymous_id))
    made = behaviour(
        event.kind,
        product_id=event.product_id,
        properties=event.properties or None,
        url=place_of(event.url),
        referrer=place_of(event.referrer),
        anonymous_id=event.anonymous_id,
    )
    identifier = natural_id("evt", at, tenant.id, "behaviour", given_id) if given_id else new_id("evt", at)
    item = event_item(tenant, made, subject, at=at, id=identifier, history=history)
    item.name = f"behaviour.{event.kind}"
    return item


def guard_of(tenant: Tenant, given_id: str, event_id: str) -> GuardItem:
    """Makes a sender's id count once where no moment was sent, which the event's own key would need."""
    return GuardItem.of(tenant, "behaviour", given_id, event_id)


def existing(items: Iterable[Item]) -> set[tuple[str, str]]:
    """Which of the items are in the table."""
    keys = [(item.pk, item.sk) for item in items]
    found: set[tuple[str, str]] = set()
    for start in range(0, len(keys), 100):
        read = Item.batch_get(keys[start : start + 100], consistent_read=True, attributes_to_get=["pk", "sk"])
        found |= {(item.pk, item.sk) for item in read}
    return found


def anonymous_events(tenant: Tenant, anonymous_id: str) -> Iterator[EventItem]:
    """Events still in an anonymous id's partition, the oldest first."""
    return EventItem.each(
        anonymous_partition(tenant, anonymous_id), EventItem.sk.startswith("E#"), consistent=True
    )


def moved(tenant: Tenant, item: EventItem, customer_id: str) -> EventItem:
    """The same event in its customer's timeline, with the marks of those who have handled it."""
    subject = customer_subject(tenant, customer_id)
    return EventItem(
        subject.pk,
        item.sk,
        subject=subject.id,
        **{
            name: value
            for name, value in item.attribute_values.items()
            if name not in {"pk", "sk", "kind", "subject"}
        },
    )
