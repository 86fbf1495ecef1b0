"""Use cases of customers: create, get, change, upsert, delete. Each change is one transaction with its events."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.customers import store
from regulars.customers.facts import Facts, facts_of
from regulars.customers.merge_patch import patched
from regulars.customers.model import Customer, Origin, Profile, row_of, whole, with_tags
from regulars.customers.reference import customer_partition
from regulars.customers.settling import settle
from regulars.customers.writing import MovedError, write_changes, write_new, write_removal
from regulars.kernel.errors import ConflictError, StaleError
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import natural_id, new_id, time_of
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

Also = Callable[[Transaction], None]
_ATTEMPTS = 6


def create(
    tenant: Tenant,
    profile: Profile,
    *,
    now: datetime,
    once: Once | None = None,
    at: datetime | None = None,
    history: bool = False,
    origin: Origin | None = None,
    also: Also | None = None,
    render: Callable[[Customer], Any] = lambda customer: customer,
) -> Customer:
    """A new customer, known since `at` (now). Raises DuplicateError, InvalidError.

    From an import (`origin`) the id follows from job and row: the same row again gives the same customer and changes nothing.
    `also` adds writes of the caller's to the transaction; `render` makes of the customer what `once` remembers.
    """
    now, at = whole(now), whole(at or now)
    known = _by_origin(tenant, origin)
    if known is not None:
        return known
    customer = _new(tenant, settle(tenant, profile, now), now=now, at=at, origin=origin)
    tx = Transaction(tenant)
    tx.remember(once, render(customer))
    write_new(tx, customer, origin=origin, history=history)
    if also is not None:
        also(tx)
    tx.commit()
    return customer


def _new(tenant: Tenant, profile: Profile, *, now: datetime, at: datetime, origin: Origin | None) -> Customer:
    customer_id = _id_of_row(tenant, origin) if origin else new_id("cus", at)
    facts = Facts(tenant, customer_id, created_at=at, **row_of(profile))
    return Customer(customer_id, profile, facts, 1, created_at=at, updated_at=now)


def _id_of_row(tenant: Tenant, origin: Origin) -> str:
    return natural_id("cus", time_of(origin.job), tenant.id, origin.job, str(origin.row))


def _by_origin(tenant: Tenant, origin: Origin | None) -> Customer | None:
    if origin is None:
        return None
    pk = customer_partition(tenant, _id_of_row(tenant, origin))
    item = store.ProfileItem.read(pk, store.PROFILE, consistent=True)
    return store.customer_of(tenant, item) if item and not item.deleted_at else None


def get(tenant: Tenant, customer_id: str, *, for_themselves: bool = False) -> Customer:
    """A customer; `for_themselves` without what staff keep about them. 1 request unit. Raises NotFoundError, GoneError."""
    customer = store.customer_of(tenant, store.read_item(tenant, customer_id, consistent=False))
    if for_themselves:
        shown = customer.profile.model_copy(update={"tags": []})
        return replace(customer, profile=shown, status_reason=None)
    return customer


def update(
    tenant: Tenant, customer_id: str, profile: Profile, *, now: datetime, if_match: int | None = None
) -> Customer:
    """Put `profile` in place of what was written before. Raises StaleError, DuplicateError, InvalidError."""
    return change(tenant, customer_id, lambda _: profile, now=now, if_match=if_match)


def patch(
    tenant: Tenant, customer_id: str, changes: dict[str, Any], *, now: datetime, if_match: int | None = None
) -> Customer:
    """Apply a JSON merge patch. Raises StaleError, DuplicateError, InvalidError."""
    return change(tenant, customer_id, lambda profile: patched(profile, changes), now=now, if_match=if_match)


def set_status(
    tenant: Tenant,
    customer_id: str,
    status: str,
    *,
    now: datetime,
    reason: str | None = None,
    once: Once | None = None,
) -> Customer:
    """Change the status, with the reason why."""
    return change(
        tenant,
        customer_id,
        lambda profile: profile.model_copy(update={"status": status}),
        now=now,
        reason=reason,
        once=once,
    )


def retag(
    tenant: Tenant,
    customer_id: str,
    *,
    add: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    now: datetime,
    once: Once | None = None,
) -> Customer:
    """Add and remove tags (in their normal form). Raises InvalidError beyond 50."""
    return change(tenant, customer_id, lambda profile: with_tags(profile, add, remove), now=now, once=once)


def change(
    tenant: Tenant,
    customer_id: str,
    decide: Callable[[Profile], Profile],
    *,
    now: datetime,
    if_match: int | None = None,
    reason: str | None = None,
    once: Once | None = None,
    history: bool = False,
    origin: Origin | None = None,
    also: Also | None = None,
    render: Callable[[Customer], Any] = lambda customer: customer,
) -> Customer:
    """Change a profile by a rule that is applied anew to whatever the profile is by then, unless `if_match` says which version
    it must be. A change that changes nothing writes nothing."""
    now = whole(now)
    for _ in range(_ATTEMPTS):
        item = store.read_item(tenant, customer_id)
        current = store.customer_of(tenant, item)
        if if_match is not None and if_match != current.version:
            raise StaleError
        after = (
            current.profile
            if store.was_applied(item, origin)
            else settle(tenant, decide(current.profile), now, current.profile)
        )
        tx = Transaction(tenant)
        changed = _changed(current, after, now, reason)
        tx.remember(once, render(changed))
        if changed is not current:
            item.status_reason = changed.status_reason
            store.write_onto(item, after, at=now, origin=origin)
            tx.save(item, otherwise=MovedError())
            write_changes(tx, customer_id, current.profile, after, at=now, history=history, reason=reason)
        if also is not None:
            also(tx)
        if not len(tx):
            return current
        try:
            tx.commit()
        except MovedError:
            continue
        return changed
    raise ConflictError("others keep changing this customer; try again")


def _changed(current: Customer, after: Profile, now: datetime, reason: str | None) -> Customer:
    new_status = after.status != current.profile.status
    if after.stored() == current.profile.stored():
        return current
    return replace(
        current,
        profile=after,
        facts=replace(current.facts, **row_of(after)),
        version=current.version + 1,
        updated_at=now,
        status_reason=reason if new_status else current.status_reason,
    )


def delete(
    tenant: Tenant,
    customer_id: str,
    *,
    now: datetime,
    if_match: int | None = None,
    history: bool = False,
) -> None:
    """Remove profile, facts, guards and search tokens; a tombstone answers 410 from now on.

    The customer's events, orders, notes and interactions stay where they are, out of reach of the API: an erasure, which takes
    them too, is another operation. Raises StaleError, NotFoundError, GoneError.
    """
    for _ in range(_ATTEMPTS):
        item = store.read_item(tenant, customer_id)
        customer = store.customer_of(tenant, item, facts_of(tenant, customer_id, consistent=True))
        if if_match is not None and if_match != customer.version:
            raise StaleError
        tx = Transaction(tenant)
        store.bury(item, now)
        tx.save(item, otherwise=MovedError())
        write_removal(tx, customer, at=now, history=history)
        try:
            return tx.commit()
        except MovedError:
            continue
    raise ConflictError("others keep changing this customer; try again")
