"""Where interactions and notes are kept: in the customer's partition, in order of time."""

from pynamodb.attributes import UnicodeAttribute, VersionAttribute

from regulars.customers.reference import customer_partition
from regulars.kernel.errors import NotFoundError
from regulars.kernel.pagination import decode_cursor
from regulars.kernel.table import Found, Item, TimeAttribute
from regulars.kernel.tenancy import Tenant


class NoteItem(Item):
    """`by` is the caller who wrote it (`staff:stf_…`)."""

    kind = UnicodeAttribute(default="note")
    text = UnicodeAttribute()
    by = UnicodeAttribute()
    created_at = TimeAttribute()
    updated_at = TimeAttribute()
    version = VersionAttribute()


class InteractionItem(Item):
    kind = UnicodeAttribute(default="interaction")
    type = UnicodeAttribute()
    direction = UnicodeAttribute(null=True)
    summary = UnicodeAttribute()
    outcome = UnicodeAttribute(null=True)
    happened_at = TimeAttribute()
    follow_up_at = TimeAttribute(null=True)
    reminded_at = TimeAttribute(null=True)
    by = UnicodeAttribute()
    created_at = TimeAttribute()
    updated_at = TimeAttribute()
    version = VersionAttribute()


def note_key(tenant: Tenant, customer_id: str, note_id: str) -> tuple[str, str]:
    return customer_partition(tenant, customer_id), f"N#{note_id}"


def interaction_key(tenant: Tenant, customer_id: str, interaction_id: str) -> tuple[str, str]:
    return customer_partition(tenant, customer_id), f"I#{interaction_id}"


def read_note(tenant: Tenant, customer_id: str, note_id: str) -> NoteItem:
    """A note, as it is now. Raises NotFoundError."""
    item = NoteItem.read(*note_key(tenant, customer_id, note_id), consistent=True)
    if item is None:
        raise NotFoundError("there is no such note")
    return item


def read_interaction(tenant: Tenant, customer_id: str, interaction_id: str) -> InteractionItem:
    """An interaction, as it is now. Raises NotFoundError."""
    item = InteractionItem.read(*interaction_key(tenant, customer_id, interaction_id), consistent=True)
    if item is None:
        raise NotFoundError("there is no such interaction")
    return item


def page_of_notes(tenant: Tenant, customer_id: str, limit: int, cursor: str | None) -> Found[NoteItem]:
    """The newest notes first."""
    return NoteItem.page(
        customer_partition(tenant, customer_id),
        NoteItem.sk.startswith("N#"),
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
    )


def page_of_interactions(
    tenant: Tenant, customer_id: str, limit: int, cursor: str | None
) -> Found[InteractionItem]:
    """The newest interactions first."""
    return InteractionItem.page(
        customer_partition(tenant, customer_id),
        InteractionItem.sk.startswith("I#"),
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
    )


def has_entries(tenant: Tenant, customer_id: str) -> bool:
    """Whether anybody has written a note or an interaction about this customer."""
    pk = customer_partition(tenant, customer_id)
    notes = NoteItem.page(pk, NoteItem.sk.startswith("N#"), limit=1, consistent=True)
    return bool(
        notes.items
        or InteractionItem.page(pk, InteractionItem.sk.startswith("I#"), limit=1, consistent=True).items
    )
