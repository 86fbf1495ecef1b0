"""Notes that staff keep about a customer. A note is changed by its author alone; the event never carries its text."""

from dataclasses import dataclass, replace
from datetime import datetime

from regulars.customers.entries_store import NoteItem, note_key, page_of_notes, read_note
from regulars.customers.events import NoteAdded, NoteDeleted, NoteEdited
from regulars.customers.model import whole
from regulars.customers.reference import customer_subject
from regulars.customers.store import read_item
from regulars.kernel.errors import ForbiddenError, StaleError
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import new_id
from regulars.kernel.pagination import Page, page_of
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Note:
    """`by` is the caller who wrote it, such as `staff:stf_01…`."""

    id: str
    customer_id: str
    text: str
    by: str
    created_at: datetime
    updated_at: datetime
    version: int


def add_note(
    tenant: Tenant, customer_id: str, text: str, *, by: str, now: datetime, once: Once | None = None
) -> Note:
    """A new note. Raises NotFoundError, GoneError for the customer."""
    read_item(tenant, customer_id, consistent=False)
    now = whole(now)
    note = Note(new_id("not", now), customer_id, text, by, now, now, 1)
    tx = Transaction(tenant)
    tx.remember(once, note)
    tx.create(
        NoteItem(*note_key(tenant, customer_id, note.id), text=text, by=by, created_at=now, updated_at=now)
    )
    tx.emit(NoteAdded(note_id=note.id), customer_subject(tenant, customer_id), at=now)
    tx.commit()
    return note


def list_notes(tenant: Tenant, customer_id: str, *, limit: int = 25, cursor: str | None = None) -> Page[Note]:
    """The newest first. Raises NotFoundError, GoneError for the customer."""
    read_item(tenant, customer_id, consistent=False)
    return page_of(page_of_notes(tenant, customer_id, limit, cursor), lambda item: _note(customer_id, item))


def edit_note(
    tenant: Tenant,
    customer_id: str,
    note_id: str,
    text: str,
    *,
    by: str,
    now: datetime,
    if_match: int | None = None,
) -> Note:
    """New text for one's own note. Raises ForbiddenError for another's, StaleError."""
    read_item(tenant, customer_id, consistent=False)
    item = read_note(tenant, customer_id, note_id)
    _check(item, if_match)
    if item.by != by:
        raise ForbiddenError("a note is changed by its author only")
    note = _note(customer_id, item)
    now = whole(now)
    item.text, item.updated_at = text, now
    tx = Transaction(tenant)
    tx.save(item, otherwise=StaleError())
    tx.emit(NoteEdited(note_id=note_id), customer_subject(tenant, customer_id), at=now)
    tx.commit()
    return replace(note, text=text, updated_at=now, version=note.version + 1)


def delete_note(
    tenant: Tenant,
    customer_id: str,
    note_id: str,
    *,
    by: str,
    now: datetime,
    any_author: bool = False,
    if_match: int | None = None,
) -> None:
    """Remove one's own note, or anybody's with `any_author`. Raises ForbiddenError, StaleError."""
    read_item(tenant, customer_id, consistent=False)
    item = read_note(tenant, customer_id, note_id)
    _check(item, if_match)
    if item.by != by and not any_author:
        raise ForbiddenError("a note is deleted by its author, or by who may delete customers")
    tx = Transaction(tenant)
    tx.delete(item, NoteItem.version == item.version, StaleError())
    tx.emit(NoteDeleted(note_id=note_id), customer_subject(tenant, customer_id), at=now)
    tx.commit()


def _check(item: NoteItem, if_match: int | None) -> None:
    if if_match is not None and if_match != item.version:
        raise StaleError


def _note(customer_id: str, item: NoteItem) -> Note:
    return Note(
        item.sk.removeprefix("N#"),
        customer_id,
        item.text,
        item.by,
        item.created_at,
        item.updated_at,
        int(item.version),
    )
