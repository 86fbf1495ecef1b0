"""One change of a contact: what it has become, the ledger's entries and the events in one transaction, decided anew when
another change came first. A claim that read the contact before fails (docs/adr/0016)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from regulars.customers import customer_subject
from regulars.kernel.backoff import full_jitter
from regulars.kernel.context import current_work
from regulars.kernel.errors import ConflictError, UnavailableError
from regulars.kernel.events import Event
from regulars.kernel.idempotency import Once
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import Contact
from regulars.messaging.contact_store import read_contact, save_contact
from regulars.messaging.preferences.ledger import Entry
from regulars.messaging.preferences.ledger_store import add_entry

_ATTEMPTS = 40


class ContactMovedError(ConflictError):
    """The contact was changed, or claimed upon, between reading and writing."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a contact becomes, what the ledger says of it, and whom it is told."""

    contact: Contact
    entries: tuple[Entry, ...] = ()
    events: tuple[Event, ...] = ()


# None: nothing is to be changed.
Decide = Callable[[Contact], Written | None]
Also = Callable[[Transaction], None]


def write_contact(
    tenant: Tenant,
    customer_id: str,
    decide: Decide,
    *,
    now: datetime,
    at: datetime | None = None,
    history: bool = False,
    also: Also | None = None,
    once: Once | None = None,
    render: Callable[[Contact], object] = lambda contact: contact,
) -> Contact:
    """The contact after `decide`'s change, or as it was. What has been erased stays so. `also` adds writes to the change's
    transaction, and to nothing if there is no change. Raises UnavailableError when others keep winning."""
    for attempt in range(_ATTEMPTS):
        before = read_contact(tenant, customer_id)
        written = None if before.erased else decide(before)
        tx = Transaction(tenant)
        contact = before
        if written is not None:
            contact = put_contact(tx, written, now=now, at=at or now, history=history)
            if also is not None:
                also(tx)
        tx.remember(once, render(contact))
        if not len(tx):
            return before
        try:
            tx.commit()
        except ContactMovedError:
            full_jitter(0.01, min(attempt, 5))
            continue
        return contact
    raise UnavailableError


def put_contact(tx: Transaction, written: Written, *, now: datetime, at: datetime, history: bool) -> Contact:
    """Add to `tx` a change of the contact that `written.contact` was read as; the commit raises ContactMovedError."""
    contact, by = written.contact, current_work().actor
    save_contact(tx, contact, ContactMovedError())
    revision = contact.revision + 1
    for part, entry in enumerate(written.entries):
        told = replace(entry, by=entry.by or by, recorded_at=now, revision=revision, part=part)
        add_entry(tx, contact.customer_id, told, ContactMovedError())
    subject = customer_subject(tx.tenant, contact.customer_id)
    for event in written.events:
        tx.emit(event, subject, at=at, history=history)
    return replace(contact, revision=revision)
