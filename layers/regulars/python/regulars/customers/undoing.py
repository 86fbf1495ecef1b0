"""Taking back what an import did: what it created goes, what it changed returns, what others touched since stays (CUS-7)."""

from datetime import datetime

from regulars.customers import store
from regulars.customers.entries_store import has_entries
from regulars.customers.facts import facts_of
from regulars.customers.model import Customer, Profile
from regulars.customers.service import change, delete
from regulars.kernel.errors import GoneError, NotFoundError, StaleError
from regulars.kernel.tenancy import Tenant


def remove_created(tenant: Tenant, customer_id: str, job: str, *, now: datetime) -> bool:
    """Delete a customer that this job created. False, and nothing is done, when it was not this job, or when somebody else has
    changed the customer since, has written about them, or an order or refund counts for them. A customer already gone is True.
    """
    try:
        item = store.read_item(tenant, customer_id)
    except (NotFoundError, GoneError):
        return True
    facts = facts_of(tenant, customer_id, consistent=True)
    if item.made_by != job or item.edited or facts is None or facts.orders or facts.refunds:
        return False
    if has_entries(tenant, customer_id):
        return False
    try:
        delete(tenant, customer_id, now=now, if_match=int(item.version), history=True)
    except StaleError:
        return False
    return True


def restore(tenant: Tenant, customer_id: str, before: Profile, version: int, *, now: datetime) -> Customer:
    """Put back the profile that an import changed into `version`. Raises StaleError when it has changed since."""
    return change(tenant, customer_id, lambda _: before, now=now, if_match=version, history=True)
