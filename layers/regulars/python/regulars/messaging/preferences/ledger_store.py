"""The ledger's entries in the table, beside the customer's profile, in the order in which they were made."""

from typing import Any, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Otherwise, Transaction
from regulars.messaging.contact import ConsentState
from regulars.messaging.model import Channel
from regulars.messaging.preferences.ledger import Entry, EntryKind
from regulars.messaging.preferences.wishes import packed, unpacked

_PREFIX = "W#"


class EntryItem(Item):
    """The sort key follows from the contact's revision, so no two changes can make the same entry."""

    kind = UnicodeAttribute(default="ledger entry")
    what = UnicodeAttribute()
    at = TimeAttribute()
    recorded_at = TimeAttribute()
    source = UnicodeAttribute()
    channel = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    proof = JsonAttribute(null=True)
    wishes = JsonAttribute(null=True)
    delivery_id = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)
    revision = NumberAttribute()
    part = NumberAttribute(default=0)

    @classmethod
    def of(cls, tenant: Tenant, customer_id: str, entry: Entry) -> Self:
        return cls(
            tenant.partition("C", customer_id),
            _PREFIX + entry.id,
            what=entry.kind.value,
            at=entry.at,
            recorded_at=entry.recorded_at or entry.at,
            source=entry.source,
            channel=entry.channel.value if entry.channel else None,
            state=entry.state.value if entry.state else None,
            reason=entry.reason or None,
            proof=dict(entry.proof) or None,
            wishes=packed(entry.wishes) if entry.wishes else None,
            delivery_id=entry.delivery_id or None,
            by=entry.by or None,
            revision=entry.revision,
            part=entry.part,
        )

    def entry(self) -> Entry:
        return Entry(
            EntryKind(self.what),
            self.at,
            self.source,
            Channel(self.channel) if self.channel else None,
            ConsentState(self.state) if self.state else None,
            self.reason or "",
            self.proof or {},
            unpacked(self.wishes) if self.wishes else None,
            self.delivery_id or "",
            self.by or "",
            self.recorded_at,
            int(self.revision),
            int(self.part),
        )


def add_entry(tx: Transaction, customer_id: str, entry: Entry, otherwise: Otherwise) -> None:
    """Add to `tx` an entry that must not exist."""
    tx.create(EntryItem.of(tx.tenant, customer_id, entry), otherwise)


def page_of_ledger(tenant: Tenant, customer_id: str, *, limit: int, cursor: str | None) -> Page[Entry]:
    """Newest first. 0.5 request units per 4 KB."""
    after: dict[str, Any] | None = decode_cursor(tenant, cursor)
    found = EntryItem.page(
        tenant.partition("C", customer_id),
        EntryItem.sk.startswith(_PREFIX),
        limit=limit,
        newest_first=True,
        after=after,
    )
    return page_of(found, EntryItem.entry)


def whole_ledger(tenant: Tenant, customer_id: str) -> list[Entry]:
    """All entries, the oldest first, as they are now."""
    items = EntryItem.each(
        tenant.partition("C", customer_id), EntryItem.sk.startswith(_PREFIX), consistent=True
    )
    return [item.entry() for item in items]
