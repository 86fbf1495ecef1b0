"""Staff: one address one tenant, a role that counts at once, always an owner left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from regulars import platform
from regulars.kernel.errors import ConflictError, MalformedError, NotFoundError, StaleError
from regulars.kernel.http.caller import Caller
from regulars.kernel.idempotency import Answer, AnsweredBeforeError, Once
from regulars.kernel.permissions import Permission, Role, of_role
from regulars.kernel.tenancy import Tenant
from regulars.platform import StaffMember, staff
from regulars.platform.accounts import NoAccountError, find_account, open_account
from regulars.platform.staff import Newcomer

Address = Callable[[], str]


def invite(shop: Tenant, email: str, now: datetime, role: Role = Role.AGENT) -> StaffMember:
    return platform.invite_staff(shop, Newcomer(email, "Jan", role, "test"), now=now)


def owner_of(shop: Tenant) -> StaffMember:
    return next(member for member in platform.list_staff(shop).items if member.role is Role.OWNER)


def test_an_invited_member_is_listed(shop: Tenant, address: Address, now: datetime) -> None:
    member = invite(shop, address(), now)
    assert platform.get_staff(shop, member.id) == member
    assert {each.id for each in platform.list_staff(shop).items} == {member.id, owner_of(shop).id}


def test_an_address_belongs_to_one_tenant(
    shop: Tenant, tenant: Tenant, address: Address, now: datetime
) -> None:
    email = address()
    invite(shop, email, now)
    for other in (shop, tenant):
        with pytest.raises(ConflictError):
            invite(other, email, now)
    assert platform.list_staff(tenant).items == []


def test_concurrent_invitations_make_one_member(shop: Tenant, address: Address, now: datetime) -> None:
    email = address()

    def attempt(_: int) -> bool:
        try:
            invite(shop, email, now)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1
    assert [each.email for each in platform.list_staff(shop).items].count(email) == 1
    assert find_account(email).tenant == shop.id


def test_a_repeated_invitation_gets_the_first_answer(shop: Tenant, address: Address, now: datetime) -> None:
    once = Once("staff:1", "k", "r", lambda member: Answer(201, member.id))
    newcomer = Newcomer(address(), "Jan", Role.VIEWER, "test")
    first = platform.invite_staff(shop, newcomer, now=now, once=once)
    with pytest.raises(AnsweredBeforeError) as before:
        platform.invite_staff(shop, newcomer, now=now, once=once)
    assert before.value.answer.body == first.id


def test_an_invitation_that_died_half_way_is_finished_by_the_next(
    shop: Tenant, address: Address, now: datetime
) -> None:
    email = address()
    open_account(email, "Jan", shop.id)
    assert invite(shop, email, now).email == email


def test_an_account_left_over_from_another_tenant_is_replaced_later_not_at_once(
    shop: Tenant, tenant: Tenant, address: Address, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = address()
    open_account(email, "Jan", tenant.id)
    with pytest.raises(ConflictError):
        invite(shop, email, now)

    monkeypatch.setattr(staff, "_ABANDONED_AFTER", timedelta(0))
    invite(shop, email, now)
    assert find_account(email).tenant == shop.id


def test_a_role_is_changed(shop: Tenant, address: Address, now: datetime) -> None:
    member = invite(shop, address(), now)
    changed = platform.set_role(shop, member.id, Role.ADMIN, now=now, if_match=1)
    assert (changed.role, changed.version) == (Role.ADMIN, 2)
    assert platform.get_staff(shop, member.id) == changed
    with pytest.raises(StaleError):
        platform.set_role(shop, member.id, Role.VIEWER, now=now, if_match=1)


def test_the_last_owner_stays(shop: Tenant, address: Address, now: datetime) -> None:
    owner = owner_of(shop)
    with pytest.raises(ConflictError):
        platform.set_role(shop, owner.id, Role.ADMIN, now=now)
    with pytest.raises(ConflictError):
        platform.remove_staff(shop, owner.id, now=now)
    assert find_account(owner.email)

    second = invite(shop, address(), now, Role.OWNER)
    platform.remove_staff(shop, owner.id, now=now)
    with pytest.raises(ConflictError):
        platform.remove_staff(shop, second.id, now=now)


def test_a_promoted_member_is_an_owner_like_the_first(shop: Tenant, address: Address, now: datetime) -> None:
    owner, member = owner_of(shop), invite(shop, address(), now)
    platform.set_role(shop, member.id, Role.OWNER, now=now)
    platform.set_role(shop, owner.id, Role.VIEWER, now=now)
    with pytest.raises(ConflictError):
        platform.set_role(shop, member.id, Role.ADMIN, now=now)


def test_two_owners_who_remove_each_other_leave_one(shop: Tenant, address: Address, now: datetime) -> None:
    owners = [owner_of(shop), invite(shop, address(), now, Role.OWNER)]

    def attempt(member: StaffMember) -> bool:
        try:
            platform.remove_staff(shop, member.id, now=now)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(attempt, owners)) == 1
    assert len(platform.list_staff(shop).items) == 1


def test_who_is_removed_may_be_invited_by_another_tenant(
    shop: Tenant, tenant: Tenant, address: Address, now: datetime
) -> None:
    member = invite(shop, address(), now)
    platform.remove_staff(shop, member.id, now=now)
    with pytest.raises(NoAccountError):
        find_account(member.email)
    with pytest.raises(NotFoundError):
        platform.remove_staff(shop, member.id, now=now)
    assert invite(tenant, member.email, now).email == member.email


@pytest.mark.parametrize("staff_id", ["", "x", "stf_01J00000000000000000000000", "stf_#"])
def test_an_unknown_member_is_not_there(shop: Tenant, staff_id: str, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        platform.get_staff(shop, staff_id)
    with pytest.raises(NotFoundError):
        platform.set_role(shop, staff_id, Role.OWNER, now=now)


def test_another_tenants_member_is_not_there(shop: Tenant, tenant: Tenant, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        platform.get_staff(tenant, owner_of(shop).id)


def test_pages_of_staff_follow_each_other(shop: Tenant, address: Address, now: datetime) -> None:
    for _ in range(3):
        invite(shop, address(), now)
    seen: list[str] = []
    page = platform.list_staff(shop, limit=2)
    while True:
        seen += [member.id for member in page.items]
        if page.next is None:
            break
        page = platform.list_staff(shop, limit=2, cursor=page.next)
    assert len(seen) == len(set(seen)) == 4


def test_a_cursor_of_another_list_or_tenant_is_refused(
    shop: Tenant, tenant: Tenant, address: Address, now: datetime
) -> None:
    invite(shop, address(), now)
    caller = Caller("staff", "stf_1", shop, of_role(Role.OWNER), Role.OWNER)
    for label in ("one", "two"):
        platform.create_key(shop, caller, label, [Permission.ORDERS_READ], now=now)
    cursors = [platform.list_staff(shop, limit=1).next, platform.list_keys(shop, limit=1).next]
    for cursor in cursors:
        assert cursor
        with pytest.raises(MalformedError):
            platform.list_staff(tenant, cursor=cursor)
    with pytest.raises(MalformedError):
        platform.list_staff(shop, cursor=cursors[1])
    with pytest.raises(MalformedError):
        platform.list_keys(shop, cursor=cursors[0])
