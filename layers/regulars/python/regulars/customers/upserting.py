"""Create or change, by external id or email address, safely when many do so at once."""

from datetime import datetime
from typing import Any

from regulars.customers.merge_patch import united
from regulars.customers.model import Origin, Profile, Upserted
from regulars.customers.reference import EMAIL, EXTERNAL_ID, by_guard
from regulars.customers.service import Also, change, create
from regulars.customers.writing import DuplicateError
from regulars.kernel.errors import ConflictError, GoneError, InvalidError
from regulars.kernel.idempotency import Once
from regulars.kernel.tenancy import Tenant

_ATTEMPTS = 6


def upsert(
    tenant: Tenant,
    profile: Profile,
    *,
    now: datetime,
    once: Once | None = None,
    at: datetime | None = None,
    history: bool = False,
    origin: Origin | None = None,
    also: Also | None = None,
) -> Upserted:
    """The customer with one of these external ids, or else one of these email addresses, with what `profile` says; a new one if
    there is none. Raises InvalidError without either, DuplicateError when another customer holds one of the other values.
    """
    if not profile.emails and not profile.external_ids:
        raise InvalidError("give an external id or an email address to find the customer by")
    how: dict[str, Any] = {"now": now, "once": once, "history": history, "origin": origin, "also": also}
    for _ in range(_ATTEMPTS):
        holder = _holder(tenant, profile)
        try:
            if holder is None:
                made = create(tenant, profile, at=at, render=lambda customer: Upserted(customer, True), **how)
                return Upserted(made, created=True)
            return _update(tenant, holder, profile, how)
        except DuplicateError as error:
            # Somebody created it between our look and our write: look again.
            if holder is not None or error.owner is None:
                raise
        except GoneError:
            continue
    raise ConflictError("others keep changing this customer; try again")


def _holder(tenant: Tenant, profile: Profile) -> str | None:
    for what, values in ((EXTERNAL_ID, profile.ids), (EMAIL, profile.emails)):
        for value in values:
            if (holder := by_guard(tenant, what, value)) is not None:
                return holder
    return None


def _update(tenant: Tenant, customer_id: str, profile: Profile, how: dict[str, Any]) -> Upserted:
    read: list[Profile] = []

    def decide(before: Profile) -> Profile:
        read.append(before)
        return united(before, profile)

    changed = change(tenant, customer_id, decide, render=lambda customer: Upserted(customer, False), **how)
    return Upserted(changed, created=False, before=read[-1] if read else None)
