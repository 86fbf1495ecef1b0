"""Tenants: created with their first owner, read, changed, listed, suspended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from regulars import platform
from regulars.kernel.errors import ConflictError, MalformedError, NotFoundError, StaleError
from regulars.kernel.events import EventItem
from regulars.kernel.idempotency import Answer, AnsweredBeforeError, Once
from regulars.kernel.permissions import Role
from regulars.kernel.tenancy import Tenant
from regulars.platform import tenants
from regulars.platform.accounts import NoAccountError, find_account
from regulars.platform.model import NewTenant, SettingsChange, TenantChange


def change(**fields: object) -> SettingsChange:
    return SettingsChange.model_validate(fields)


def events_of(tenant: Tenant) -> list[str]:
    return [item.name for item in EventItem.each(tenant.partition("PLATFORM"))]


def test_a_new_tenant_has_settings_an_owner_and_a_history(shop: Tenant, new_tenant: NewTenant) -> None:
    settings = platform.settings_of(shop)
    assert (settings.name, settings.currency, settings.default_language) == ("Shop", "PLN", "pl")
    assert settings == platform.get_tenant(shop)
    (owner,) = platform.list_staff(shop).items
    assert (owner.email, owner.role) == (new_tenant.owner.email, Role.OWNER)
    assert sorted(events_of(shop)) == ["staff.invited", "tenant.created"]


def test_an_owner_with_an_account_elsewhere_leaves_no_tenant(
    shop: Tenant, new_tenant: NewTenant, now: datetime
) -> None:
    before = len(platform.list_tenants(limit=100).items)
    with pytest.raises(ConflictError):
        platform.create_tenant(new_tenant, by="test", now=now)
    assert len(platform.list_tenants(limit=100).items) == before
    assert find_account(new_tenant.owner.email).tenant == shop.id


def test_a_repeated_creation_makes_one_tenant(new_tenant: NewTenant, now: datetime) -> None:
    once = Once("operator:1", f"key-{new_tenant.owner.email}", "r", lambda made: Answer(201, made.id))
    first = platform.create_tenant(new_tenant, by="test", now=now, once=once)
    with pytest.raises(AnsweredBeforeError) as before:
        platform.create_tenant(new_tenant, by="test", now=now, once=once)
    assert before.value.answer.body == first.id


def test_tenants_are_listed_page_by_page(shop: Tenant, new_tenant: NewTenant, now: datetime) -> None:
    later = new_tenant.model_copy(
        update={"owner": new_tenant.owner.model_copy(update={"email": "b" + new_tenant.owner.email})}
    )
    newest = platform.create_tenant(later, by="test", now=now + timedelta(days=1))
    seen, cursor = [], None
    while True:
        page = platform.list_tenants(limit=1, cursor=cursor)
        seen += [tenant.id for tenant in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen.index(newest.id) < seen.index(shop.id)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("cursor", ["x", "", "2026-03-10T09:30:00.000Z#ten_1", "S#KEY"])
def test_a_made_up_cursor_is_refused(table: str, cursor: str) -> None:
    with pytest.raises(MalformedError):
        platform.list_tenants(cursor=cursor)


def test_a_change_is_seen_at_once_and_told(shop: Tenant, now: datetime) -> None:
    platform.settings_of(shop)
    changed = platform.update_settings(shop, change(name="Better shop", cart_idle_minutes=5), now=now)
    assert (changed.name, changed.version) == ("Better shop", 2)
    assert platform.settings_of(shop).cart_idle_minutes == 5
    assert platform.get_tenant(shop) == changed
    assert "tenant.updated" in events_of(shop)


def test_the_same_values_are_no_change(shop: Tenant, now: datetime) -> None:
    assert platform.update_settings(shop, change(name="Shop"), now=now).version == 1
    assert "tenant.updated" not in events_of(shop)


def test_a_change_of_an_older_version_is_refused(shop: Tenant, now: datetime) -> None:
    platform.update_settings(shop, change(name="First"), now=now, if_match=1)
    with pytest.raises(StaleError):
        platform.update_settings(shop, change(name="Second"), now=now, if_match=1)
    assert platform.get_tenant(shop).name == "First"


def test_of_concurrent_changes_none_is_lost_silently(shop: Tenant, now: datetime) -> None:
    def attempt(minutes: int) -> bool:
        try:
            platform.update_settings(shop, change(cart_idle_minutes=minutes), now=now, if_match=1)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(1, 9))) == 1
    assert platform.get_tenant(shop).version == 2


def test_suspending_and_resuming_are_events(shop: Tenant, now: datetime) -> None:
    for status in ("suspended", "active"):
        platform.update_settings(shop, TenantChange.model_validate({"status": status}), now=now)
    assert {"tenant.suspended", "tenant.resumed"} <= set(events_of(shop))


def test_settings_are_kept_for_a_while_in_a_warm_process(shop: Tenant, now: datetime) -> None:
    platform.settings_of(shop)
    item = tenants.TenantItem.find(shop)
    item.name = "Elsewhere"
    item.save()
    assert platform.settings_of(shop).name == "Shop"
    assert platform.get_tenant(shop).name == "Elsewhere"


def test_an_unknown_tenant_is_not_there(tenant: Tenant, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        platform.settings_of(tenant)
    with pytest.raises(NotFoundError):
        platform.update_settings(tenant, change(name="x"), now=now)


def test_when_the_writing_fails_the_account_is_closed_again(
    new_tenant: NewTenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConflictError("lost")

    monkeypatch.setattr("regulars.kernel.transaction.Transaction.commit", refuse)
    with pytest.raises(ConflictError, match="lost"):
        platform.create_tenant(new_tenant, by="test", now=now)
    with pytest.raises(NoAccountError):
        find_account(new_tenant.owner.email)
