"""Staff: inviting, roles, removing (PLT-2). The account lies in the user pool, the role in our item, which decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from regulars.kernel.clock import SystemClock
from regulars.kernel.errors import ConflictError, NotFoundError, RegularsError, StaleError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import natural_id
from regulars.kernel.pagination import Page, page_of
from regulars.kernel.permissions import Role
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform import accounts
from regulars.platform.access_model import StaffMember
from regulars.platform.accounts import AccountExistsError
from regulars.platform.events import StaffInvited, StaffRemoved, StaffRoleChanged, about
from regulars.platform.staff_store import STAFF, StaffItem, TeamItem, staff_key
from regulars.platform.store import page_in_tenant

# An account that nobody has enlisted after this time was left over by an invitation that failed half-way.
_ABANDONED_AFTER = timedelta(minutes=5)
_TAKEN = "This address cannot be invited: it has an account already."


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to invite; `by` names who does. `name` is what the console calls them."""

    email: str
    name: str
    role: Role
    by: str


def invite_staff(
    tenant: Tenant,
    newcomer: Newcomer,
    *,
    now: datetime,
    once: Once | None = None,
    temporary_password: str | None = None,
) -> StaffMember:
    """Open an account, which mails a temporary password, and enlist its owner. With `temporary_password` nothing is mailed.

    Raises ConflictError when the address has an account: one address belongs to one tenant.
    """
    recall(tenant, once)
    with replaying(tenant, once), account_for(tenant, newcomer, temporary_password) as account:
        transaction = Transaction(tenant)
        member = enlist(transaction, newcomer, account, now)
        transaction.remember(once, member)
        transaction.commit()
    return member


def list_staff(tenant: Tenant, *, limit: int = 25, cursor: str | None = None) -> Page[StaffMember]:
    """Everybody who may sign in to the tenant."""
    return page_of(page_in_tenant(StaffItem, tenant, STAFF, limit, cursor), StaffItem.member)


def get_staff(tenant: Tenant, staff_id: str) -> StaffMember:
    """Raises NotFoundError."""
    return _read(tenant, staff_id).member()


def set_role(
    tenant: Tenant, staff_id: str, role: Role, *, now: datetime, if_match: int | None = None
) -> StaffMember:
    """Give a member another role, at once. Raises ConflictError for the last owner, NotFoundError, StaleError."""
    before = _read(tenant, staff_id).member()
    if if_match not in {None, before.version}:
        raise StaleError
    if before.role is role:
        return before
    transaction = Transaction(tenant)
    transaction.save(StaffItem.of(tenant, replace(before, role=role), before.version))
    if role is Role.OWNER:
        TeamItem.add_owner(transaction, staff_id)
    if before.role is Role.OWNER:
        TeamItem.drop_owner(transaction, staff_id)
    changed = StaffRoleChanged(staff_id=staff_id, role=role.value, previous=before.role.value)
    transaction.emit(changed, about(tenant, staff_id), at=now)
    transaction.commit()
    return replace(before, role=role, version=before.version + 1)


def remove_staff(tenant: Tenant, staff_id: str, *, now: datetime) -> None:
    """Shut a member out at once and delete the account. Raises ConflictError for the last owner, NotFoundError."""
    item = _read(tenant, staff_id)
    transaction = Transaction(tenant)
    transaction.delete(item)
    if item.role == Role.OWNER:
        TeamItem.drop_owner(transaction, staff_id)
    transaction.emit(StaffRemoved(staff_id=staff_id, role=item.role), about(tenant, staff_id), at=now)
    transaction.commit()
    accounts.close_account(item.email)


def enlist(transaction: Transaction, newcomer: Newcomer, account: str, now: datetime) -> StaffMember:
    """Make the person of `account` (its `sub`) a member, in the caller's transaction."""
    tenant = transaction.tenant
    member = StaffMember(
        natural_id("stf", now, tenant.id, account),
        newcomer.email,
        newcomer.name,
        newcomer.role,
        now,
        newcomer.by,
        1,
    )
    transaction.create(StaffItem.of(tenant, member, None), AccountExistsError(_TAKEN))
    if member.role is Role.OWNER:
        TeamItem.add_owner(transaction, member.id)
    invited = StaffInvited(staff_id=member.id, role=member.role.value)
    transaction.emit(invited, about(tenant, member.id), at=now)
    return member


@contextmanager
def replaying(keeper: Tenant, once: Once | None) -> Iterator[None]:
    """Who loses the race for an address to their own repeated request gets that one's answer, if it has one by then."""
    try:
        yield
    except ConflictError:
        recall(keeper, once)
        raise


@contextmanager
def account_for(tenant: Tenant, newcomer: Newcomer, temporary_password: str | None) -> Iterator[str]:
    """The `sub` of an account for the newcomer, opened now; closed again if what follows fails and nobody was enlisted.

    A leftover of an invitation that died half-way is taken over. Raises ConflictError for an address in use.
    """
    try:
        account = _open(tenant, newcomer, temporary_password)
    except AccountExistsError:
        account = _take_over(tenant, newcomer, temporary_password)
    try:
        yield account
    except RegularsError:
        if not _enlisted(tenant, account):
            accounts.close_account(newcomer.email)
        raise


def _take_over(tenant: Tenant, newcomer: Newcomer, temporary_password: str | None) -> str:
    found = accounts.find_account(newcomer.email)
    if not found.tenant or _enlisted(Tenant(found.tenant), found.sub):
        raise ConflictError(_TAKEN)
    if found.tenant == tenant.id:
        return found.sub
    if SystemClock().now() - found.created_at < _ABANDONED_AFTER:
        raise ConflictError(_TAKEN)
    accounts.close_account(newcomer.email)
    return _open(tenant, newcomer, temporary_password)


def _open(tenant: Tenant, newcomer: Newcomer, temporary_password: str | None) -> str:
    return accounts.open_account(newcomer.email, newcomer.name, tenant.id, temporary_password)


def _enlisted(tenant: Tenant, account: str) -> bool:
    return StaffItem.read(*staff_key(tenant, account), consistent=True) is not None


def _read(tenant: Tenant, staff_id: str) -> StaffItem:
    item = StaffItem.find(tenant, staff_id)
    if item is None or item.id != staff_id:
        raise NotFoundError
    return item
