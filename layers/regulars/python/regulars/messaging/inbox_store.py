"""In-app messages in the table: one item each beside the customer's profile, and a count of the unread, kept in the same
transactions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import ConflictError
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

PREFIX = "INBOX#"
MOVED = ConflictError("the inbox changed at the same moment; try again")


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """`id` is the delivery's."""

    id: str
    title: str
    body: str
    url: str
    at: datetime
    read_at: datetime | None = None


class InboxItem(Item):
    kind = UnicodeAttribute(default="inbox message")
    id = UnicodeAttribute()
    title = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)
    url = UnicodeAttribute(null=True)
    at = TimeAttribute()
    read_at = TimeAttribute(null=True)

    def message(self) -> InboxMessage:
        return InboxMessage(self.id, self.title or "", self.body or "", self.url or "", self.at, self.read_at)


class UnreadItem(Item):
    kind = UnicodeAttribute(default="inbox count")
    unread = NumberAttribute(default=0)


def add_message(tx: Transaction, customer_id: str, message: InboxMessage, otherwise: Exception) -> None:
    """Put the message and count it; `otherwise` is raised at the commit when it is there already."""
    item = InboxItem(*_place(tx.tenant, customer_id, message.id), id=message.id, at=message.at)
    item.title, item.body, item.url = message.title or None, message.body or None, message.url or None
    tx.create(item, otherwise)
    _count(tx, customer_id, 1)


def read_message(tenant: Tenant, customer_id: str, identifier: str) -> InboxMessage | None:
    """As it is now. 1 request unit."""
    item = InboxItem.read(*_place(tenant, customer_id, identifier), consistent=True)
    return item.message() if item else None


def read_messages(tenant: Tenant, customer_id: str, identifiers: Iterable[str]) -> list[InboxMessage]:
    """Those of up to 100 that exist, as they are now. 1 request unit each."""
    places = (_place(tenant, customer_id, one) for one in identifiers)
    return [item.message() for item in InboxItem.read_many(places, consistent=True)]


def unread_messages(tenant: Tenant, customer_id: str, limit: int) -> list[InboxMessage]:
    """The newest of them, as they are now."""
    found = InboxItem.page(
        _partition(tenant, customer_id),
        InboxItem.sk.startswith(PREFIX),
        newest_first=True,
        limit=limit,
        only=InboxItem.read_at.does_not_exist(),
        consistent=True,
    )
    return [item.message() for item in found.items]


def mark_read(tx: Transaction, customer_id: str, messages: Sequence[InboxMessage], now: datetime) -> None:
    """The messages, which were unread, are read; the commit raises ConflictError when one is not unread any more."""
    for message in messages:
        item = InboxItem(*_place(tx.tenant, customer_id, message.id))
        unread = InboxItem.pk.exists() & InboxItem.read_at.does_not_exist()
        tx.update(item, [InboxItem.read_at.set(now)], unread, MOVED)
    _count(tx, customer_id, -len(messages))


def delete_message(tx: Transaction, customer_id: str, message: InboxMessage) -> None:
    """Remove the message as it was read."""
    item = InboxItem(*_place(tx.tenant, customer_id, message.id))
    if message.read_at is None:
        tx.delete(item, InboxItem.pk.exists() & InboxItem.read_at.does_not_exist(), MOVED)
        _count(tx, customer_id, -1)
    else:
        tx.delete(item, InboxItem.pk.exists() & InboxItem.read_at.exists(), MOVED)


def page_messages(
    tenant: Tenant, customer_id: str, *, unread: bool, limit: int, cursor: str | None
) -> Page[InboxMessage]:
    """Newest first. 0.5 request units per 4 KB read."""
    found = InboxItem.page(
        _partition(tenant, customer_id),
        InboxItem.sk.startswith(PREFIX),
        newest_first=True,
        limit=limit,
        after=decode_cursor(tenant, cursor),
        only=InboxItem.read_at.does_not_exist() if unread else None,
    )
    return page_of(found, InboxItem.message)


def unread_count(tenant: Tenant, customer_id: str) -> int:
    """As it is now. 1 request unit."""
    item = UnreadItem.read(_partition(tenant, customer_id), "INBOX", consistent=True)
    return int(item.unread) if item else 0


def every_message(tenant: Tenant, customer_id: str) -> Iterator[InboxMessage]:
    for item in InboxItem.each(
        _partition(tenant, customer_id), InboxItem.sk.startswith(PREFIX), consistent=True
    ):
        yield item.message()


def forget_count(tenant: Tenant, customer_id: str) -> None:
    UnreadItem(_partition(tenant, customer_id), "INBOX").delete()


def _count(tx: Transaction, customer_id: str, change: int) -> None:
    if change:
        item = UnreadItem(_partition(tx.tenant, customer_id), "INBOX")
        tx.update(item, [UnreadItem.kind.set("inbox count"), UnreadItem.unread.add(change)])


def _partition(tenant: Tenant, customer_id: str) -> str:
    return tenant.partition("C", customer_id)


def _place(tenant: Tenant, customer_id: str, identifier: str) -> tuple[str, str]:
    return _partition(tenant, customer_id), PREFIX + identifier.rpartition("_")[2]
