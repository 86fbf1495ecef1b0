"""One customer written in one transaction: profile, facts, guards of unique values, search tokens and events."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from regulars.customers import store
from regulars.customers.events import (
    CustomerCreated,
    CustomerDeleted,
    CustomerStatusChanged,
    CustomerTagged,
    CustomerUpdated,
)
from regulars.customers.facts import FactsItem, facts_key, new_item
from regulars.customers.model import Customer, Origin, Profile, changed_fields, row_of
from regulars.customers.reference import EMAIL, EXTERNAL_ID, customer_subject
from regulars.customers.terms import terms_of
from regulars.kernel.errors import ConflictError, Fault
from regulars.kernel.events import Event
from regulars.kernel.idempotency import GuardItem
from regulars.kernel.transaction import Transaction


class DuplicateError(ConflictError):
    """A value that must be unique belongs to another customer, `owner`."""

    slug, title = "duplicate", "This belongs to another customer"

    def __init__(self, pointer: str, owner: str | None) -> None:
        whom = f"the customer {owner}" if owner else "another customer"
        super().__init__(f"this belongs to {whom}", [Fault(pointer, f"belongs to {whom}")])
        self.owner = owner


class MovedError(ConflictError):
    """The customer changed between reading and writing."""


def write_new(tx: Transaction, customer: Customer, *, origin: Origin | None, history: bool) -> None:
    """Add to `tx` everything that a new customer is."""
    profile = customer.profile
    tx.create(store.new_profile_item(tx.tenant, customer, origin))
    tx.create(new_item(customer.facts))
    _claim(tx, customer.id, EMAIL, "email", profile.emails, ())
    _claim(tx, customer.id, EXTERNAL_ID, "external_id", profile.ids, ())
    store.change_tokens(tx, customer.id, [], terms_of(profile))
    row = row_of(profile)
    event = CustomerCreated(
        status=profile.status, source=profile.source, country=row["country"], language=profile.language
    )
    tx.emit(event, customer_subject(tx.tenant, customer.id), at=customer.created_at, history=history)


def write_changes(
    tx: Transaction,
    customer_id: str,
    before: Profile,
    after: Profile,
    *,
    at: datetime,
    history: bool,
    reason: str | None,
) -> None:
    """Add to `tx` what else changes with a profile: row, guards, tokens and events. The profile's item is the caller's."""
    store.change_row(tx, customer_id, before, after)
    for what, field, old, new in (
        (EMAIL, "email", before.emails, after.emails),
        (EXTERNAL_ID, "external_id", before.ids, after.ids),
    ):
        for value in set(old) - set(new):
            tx.release(what, value, customer_id)
        _claim(tx, customer_id, what, field, new, old)
    store.change_tokens(tx, customer_id, terms_of(before), terms_of(after))
    subject = customer_subject(tx.tenant, customer_id)
    for event in _events(before, after, reason):
        tx.emit(event, subject, at=at, history=history)


def write_removal(tx: Transaction, customer: Customer, *, at: datetime, history: bool) -> None:
    """Add to `tx` the removal of facts, guards and tokens, and its event. The tombstone is the caller's."""
    profile, facts = customer.profile, customer.facts
    # The event carries the totals, so they must be the last ones.
    unmoved = FactsItem.revision == facts.revision
    tx.delete(FactsItem(*facts_key(tx.tenant, customer.id)), unmoved, MovedError())
    for value in profile.emails:
        tx.release(EMAIL, value, customer.id)
    for value in profile.ids:
        tx.release(EXTERNAL_ID, value, customer.id)
    store.change_tokens(tx, customer.id, terms_of(profile), [])
    event = CustomerDeleted(
        status=profile.status,
        created_at=customer.created_at,
        source=profile.source,
        country=facts.country,
        currency=facts.currency,
        orders=facts.orders,
        spent=facts.spent,
    )
    tx.emit(event, customer_subject(tx.tenant, customer.id), at=at, history=history)


def _claim(
    tx: Transaction, customer_id: str, what: str, field: str, values: Iterable[str], held: Iterable[str]
) -> None:
    had = set(held)
    for index, value in enumerate(values):
        if value not in had:
            pointer = "/email" if field == "email" and index == 0 else f"/{field}s/{index}"
            tx.claim(what, value, customer_id, _taken(pointer))


def _taken(pointer: str) -> Callable[[dict[str, Any] | None], Exception]:
    def error(guard: dict[str, Any] | None) -> Exception:
        return DuplicateError(pointer, GuardItem.from_raw_data(guard).owner if guard else None)

    return error


def _events(before: Profile, after: Profile, reason: str | None) -> list[Event]:
    row, old = row_of(after), row_of(before)
    was = {name: old[name] for name in ("status", "source", "country") if old[name] != row[name]}
    events: list[Event] = [
        CustomerUpdated(
            changed=changed_fields(before, after),
            status=after.status,
            source=after.source,
            country=row["country"],
            was=was,
        )
    ]
    if "status" in was:
        events.append(CustomerStatusChanged(status=after.status, was=before.status, reason=reason))
    added, removed = set(after.tags) - set(before.tags), set(before.tags) - set(after.tags)
    if added or removed:
        events.append(CustomerTagged(added=sorted(added), removed=sorted(removed)))
    return events
