"""The suppression list: addresses that are not written to, whoever they belong to (MSG-4).

Putting an address on it or taking it off moves the contacts of all customers who have it in the same transaction, so that a
claim which looked at the list before fails.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from regulars.customers import email_address, holders_of_phone, known_by, phone_number
from regulars.kernel.backoff import full_jitter
from regulars.kernel.context import current_work
from regulars.kernel.errors import InvalidError, NotFoundError, UnavailableError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact_store import read_contacts
from regulars.messaging.events import AddressLifted, AddressSuppressed
from regulars.messaging.model import Channel
from regulars.messaging.preferences.ledger import Entry, EntryKind
from regulars.messaging.preferences.writing import ContactMovedError, Written, put_contact
from regulars.messaging.suppression_model import Suppression, SuppressionReason, outweighs
from regulars.messaging.suppression_store import (
    Address,
    page_of_suppressions,
    put_suppression,
    read_suppression,
    read_suppressions,
    remove_suppression,
)

_ATTEMPTS = 40
# Three writes each (contact, ledger, event), and the suppression itself, in one transaction of a hundred.
_MOST_HOLDERS = 30


def suppress(
    tenant: Tenant,
    channel: Channel,
    address: str,
    reason: SuppressionReason,
    now: datetime,
    customer_id: str = "",
    detail: str = "",
    *,
    at: datetime | None = None,
    by: str = "",
) -> bool:
    """Put an address on the list, and whether that changed anything. `customer_id` is one who has it, if that is known; `at` is
    since when it is not written to, if that was before now.

    Raises InvalidError for what is no address of the channel.
    """
    address = address_of(channel, address)

    def write(tx: Transaction, before: Suppression | None) -> Suppression | None:
        if before is not None and not outweighs(reason, before.reason):
            return None
        after = Suppression(channel, address, reason, at or now, detail[:500], by or current_work().actor)
        put_suppression(tx, after, before, ContactMovedError())
        return after

    for attempt in range(_ATTEMPTS):
        tx = Transaction(tenant)
        after = write(tx, read_suppression(tenant, channel, address))
        if after is None:
            return False
        if _committed(tx, after, EntryKind.SUPPRESSED, customer_id, now, attempt):
            return True
    raise UnavailableError


def lift(
    tenant: Tenant, channel: Channel, address: str, now: datetime, customer_id: str = "", detail: str = ""
) -> bool:
    """Take an address off the list, and whether it was on it. Raises InvalidError for what is no address of the channel."""
    address = address_of(channel, address)
    for attempt in range(_ATTEMPTS):
        before = read_suppression(tenant, channel, address)
        if before is None:
            return False
        tx = Transaction(tenant)
        remove_suppression(tx, before, ContactMovedError())
        if _committed(tx, before, EntryKind.LIFTED, customer_id, now, attempt, detail):
            return True
    raise UnavailableError


def suppressed(tenant: Tenant, addresses: Iterable[Address]) -> dict[Address, Suppression]:
    """Of pairs of channel and (normalised) address those on the list, as they are now. 1 request unit each."""
    return read_suppressions(tenant, addresses)


def get_suppression(tenant: Tenant, channel: Channel, address: str) -> Suppression:
    """Raises NotFoundError, InvalidError."""
    found = read_suppression(tenant, channel, address_of(channel, address))
    if found is None:
        raise NotFoundError("this address is not on the suppression list")
    return found


def list_suppressions(
    tenant: Tenant,
    *,
    channel: Channel | None = None,
    reason: SuppressionReason | None = None,
    beginning: str = "",
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Suppression]:
    """The list, newest first; with `beginning` the addresses that begin so, in their order. A filtered page may be short."""
    return page_of_suppressions(
        tenant,
        channel=channel,
        reason=reason,
        beginning=beginning.strip().lower(),
        limit=limit,
        cursor=cursor,
    )


def address_of(channel: Channel, text: str) -> str:
    """The one form of an address. Raises InvalidError for what is none."""
    address: str | None = text.strip()
    if channel is Channel.EMAIL:
        address = email_address(text)
    elif channel is Channel.SMS:
        address = phone_number(text)
    if not address or len(address) > 2000:
        raise InvalidError.of("/address", f"is no address for {channel.value}")
    return address


def holders_of(tenant: Tenant, channel: Channel, address: str) -> list[str]:
    """The customers who have this (normalised) address."""
    if channel is Channel.EMAIL:
        return list(known_by(tenant, "email", [address]).values())
    return holders_of_phone(tenant, address) if channel is Channel.SMS else []


def _committed(
    tx: Transaction,
    one: Suppression,
    kind: EntryKind,
    customer_id: str,
    now: datetime,
    attempt: int,
    detail: str = "",
) -> bool:
    """Whether the change, together with the contacts of all who have the address, was written; False if one of them moved."""
    ids = {*holders_of(tx.tenant, one.channel, one.address), *([customer_id] if customer_id else ())}
    holders = sorted(ids)
    for start in range(_MOST_HOLDERS, len(holders), _MOST_HOLDERS):
        # So many share a phone that they do not fit: these are moved before, and the list is right either way.
        rest = Transaction(tx.tenant)
        _move(rest, holders[start : start + _MOST_HOLDERS], one, kind, now, detail)
        if not _commit(rest, attempt):
            return False
    _move(tx, holders[:_MOST_HOLDERS], one, kind, now, detail)
    return _commit(tx, attempt)


def _move(
    tx: Transaction, holders: list[str], one: Suppression, kind: EntryKind, now: datetime, detail: str
) -> None:
    event_class = AddressSuppressed if kind is EntryKind.SUPPRESSED else AddressLifted
    event = event_class(channel=one.channel.value, reason=one.reason.value)
    told = detail or (one.detail if kind is EntryKind.SUPPRESSED else "")
    entry = Entry(kind, now, one.reason.value, one.channel, reason=told)
    for contact in read_contacts(tx.tenant, holders).values():
        if kind is EntryKind.LIFTED:
            # The row of soft bounces begins anew, or the next one would put the address back at once.
            left = {name: count for name, count in contact.strikes.items() if name is not one.channel}
            contact = replace(contact, strikes=left)
        if not contact.erased:
            put_contact(tx, Written(contact, (entry,), (event,)), now=now, at=now, history=False)


def _commit(tx: Transaction, attempt: int) -> bool:
    try:
        tx.commit()
    except ContactMovedError:
        full_jitter(0.01, min(attempt, 5))
        return False
    return True
