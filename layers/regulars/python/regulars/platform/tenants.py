"""Tenants: creating, reading, changing, suspending (PLT-1)."""

import re
from dataclasses import replace
from datetime import datetime

from regulars.kernel.errors import ConflictError, MalformedError, NotFoundError, StaleError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import new_id
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Role
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform import staff
from regulars.platform.events import TenantCreated, TenantResumed, TenantSuspended, TenantUpdated, about
from regulars.platform.model import NewTenant, SettingsChange, TenantSettings
from regulars.platform.settings import read, remember
from regulars.platform.store import ALL_TENANTS, TenantItem

_FORM = re.compile(r"ten_[0-9A-HJKMNP-TV-Z]{26}\Z")
_POSITION = re.compile(r"[0-9TZ:.\-]{24}#ten_[0-9A-HJKMNP-TV-Z]{26}\Z")
# Where the Idempotency-Keys of operators are kept, who have no tenant. No tenant gets this id.
_OPERATORS = Tenant("ten_" + "0" * 26)


def tenant_named(tenant_id: str) -> Tenant:
    """The tenant an operator names: the one place where a tenant comes from a request's path, and its routes need
    `tenants:admin`. Raises NotFoundError for text that is no tenant's id."""
    if not _FORM.match(tenant_id) or tenant_id == _OPERATORS.id:
        raise NotFoundError
    return Tenant(tenant_id)


def create_tenant(
    new: NewTenant,
    *,
    by: str,
    now: datetime,
    once: Once | None = None,
    temporary_password: str | None = None,
) -> TenantSettings:
    """Create a tenant and invite its first owner, in one transaction but for the owner's account in the user pool.

    `by` names the operator. Raises InvalidError (default language), ConflictError (the owner's address has an account).
    """
    recall(_OPERATORS, once)
    tenant = Tenant(new_id("ten", now))
    settings = new.settings(tenant.id, now)
    newcomer = staff.Newcomer(new.owner.email, new.owner.name, Role.OWNER, by)
    with (
        staff.replaying(_OPERATORS, once),
        staff.account_for(tenant, newcomer, temporary_password) as account,
    ):
        transaction = Transaction(tenant)
        transaction.create(TenantItem.of(settings, None))
        staff.enlist(transaction, newcomer, account, now)
        created = TenantCreated(
            time_zone=settings.time_zone, currency=settings.currency, languages=settings.languages
        )
        transaction.emit(created, about(tenant, tenant.id), at=now)
        if once is not None:
            transaction.create(once.item(_OPERATORS, settings), once.replay)
        transaction.commit()
    return settings


def list_tenants(*, limit: int = 25, cursor: str | None = None) -> Page[TenantSettings]:
    """All tenants, the newest first."""
    found = TenantItem.page(
        ALL_TENANTS, index="by_list", limit=limit, newest_first=True, after=_position(cursor)
    )
    return Page(
        [item.settings() for item in found.items], found.last["g1sk"]["S"] if found.last is not None else None
    )


def update_settings(
    tenant: Tenant, change: SettingsChange, *, now: datetime, if_match: int | None = None
) -> TenantSettings:
    """Change what `change` names. Raises StaleError (If-Match), NotFoundError, InvalidError, ConflictError (a race)."""
    item = read(tenant)
    before = item.settings()
    if if_match not in {None, before.version}:
        raise StaleError
    after = change.applied_to(before)
    if after == before:
        return before
    transaction = Transaction(tenant)
    race = ConflictError("the settings were changed by somebody else at the same moment")
    transaction.save(
        TenantItem.of(after, before.version), otherwise=race if if_match is None else StaleError()
    )
    subject = about(tenant, tenant.id)
    if after.status != before.status:
        event = TenantSuspended() if after.status == "suspended" else TenantResumed()
        transaction.emit(event, subject, at=now)
    if fields := sorted(change.model_fields_set - {"status"}):
        transaction.emit(TenantUpdated(fields=fields), subject, at=now)
    transaction.commit()
    return remember(replace(after, version=before.version + 1))


def _position(cursor: str | None) -> dict[str, dict[str, str]] | None:
    """The keys a cursor of the list of tenants stands for: it is the sort key, from which the others follow."""
    if cursor is None:
        return None
    if not _POSITION.match(cursor):
        raise MalformedError("the cursor is not one that was given out here")
    keys = {
        "pk": tenant_named(cursor.partition("#")[2]).partition(),
        "sk": "TENANT",
        "g1pk": ALL_TENANTS,
        "g1sk": cursor,
    }
    return {name: {"S": value} for name, value in keys.items()}
