"""Rules of tenants and keys."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regulars.kernel.errors import ForbiddenError, InvalidError
from regulars.kernel.permissions import TENANT_PERMISSIONS, Permission, Role, of_role
from regulars.platform.access_model import check_customer_id, grantable
from regulars.platform.model import NewTenant, SettingsChange, TenantChange

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TENANT: dict[str, Any] = {
    "name": "Shop",
    "time_zone": "Europe/Warsaw",
    "currency": "PLN",
    "languages": ["pl", "en"],
    "sender": {"name": "Shop", "email": "Hello@Shop.Example"},
    "owner": {"name": "Ola", "email": " Ola@Shop.Example "},
}


def test_a_tenant_begins_active_with_its_first_language() -> None:
    settings = NewTenant.model_validate(TENANT).settings("ten_1", NOW)
    assert (settings.status, settings.default_language, settings.version) == ("active", "pl", 1)
    assert settings.cart_idle_minutes == 60
    assert settings.sender.email == "hello@shop.example"


def test_addresses_are_kept_in_one_spelling() -> None:
    assert NewTenant.model_validate(TENANT).owner.email == "ola@shop.example"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Nowhere"),
        ("time_zone", "America"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "/etc/localtime"),
        ("time_zone", ""),
        ("time_zone", "localtime"),
        ("currency", "EURO"),
        ("currency", "XXX"),
        ("currency", "pln"),
        ("languages", []),
        ("languages", ["pl", "pl"]),
        ("languages", ["polish!"]),
        ("name", "   "),
        ("name", "a\x00b"),
        ("cart_idle_minutes", 0),
        ("cart_idle_minutes", True),
        ("owner", {"name": "Ola", "email": "ola"}),
        ("owner", {"name": "Ola", "email": "ola@shop@example.com"}),
        ("branding", {"logo_url": "javascript:alert(1)"}),
        ("branding", {"logo_url": 'https://x.test/a"onload=b'}),
        ("branding", {"colour": "red; background:url(x)"}),
        ("status", "active"),
        ("id", "ten_1"),
    ],
)
def test_what_a_tenant_cannot_be(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        NewTenant.model_validate(TENANT | {field: value})
    assert refused.value.errors()[0]["loc"][0] == field


def test_the_default_language_is_one_of_the_languages() -> None:
    with pytest.raises(InvalidError) as refused:
        NewTenant.model_validate(TENANT | {"default_language": "de"}).settings("ten_1", NOW)
    assert refused.value.faults[0].pointer == "/default_language"


def test_a_change_leaves_the_rest_as_it_was() -> None:
    before = NewTenant.model_validate(TENANT).settings("ten_1", NOW)
    after = SettingsChange.model_validate({"name": "New"}).applied_to(before)
    assert after.name == "New"
    assert after.time_zone == before.time_zone


def test_the_default_language_cannot_be_taken_away() -> None:
    before = NewTenant.model_validate(TENANT).settings("ten_1", NOW)
    with pytest.raises(InvalidError):
        SettingsChange.model_validate({"languages": ["en"]}).applied_to(before)


@pytest.mark.parametrize("change", [{}, {"name": None}, {"currency": "EUR"}, {"status": "suspended"}])
def test_what_settings_cannot_be_changed_to(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SettingsChange.model_validate(change)


def test_an_operator_may_suspend() -> None:
    before = NewTenant.model_validate(TENANT).settings("ten_1", NOW)
    assert TenantChange.model_validate({"status": "suspended"}).applied_to(before).status == "suspended"


@given(st.sets(st.sampled_from(sorted(Permission))), st.sampled_from(Role))
def test_nobody_makes_a_key_that_may_do_more_than_they(wanted: set[Permission], role: Role) -> None:
    held = of_role(role)
    if wanted <= held:
        assert grantable(wanted, held) == sorted(wanted)
    else:
        with pytest.raises((ForbiddenError, InvalidError)):
            grantable(wanted, held)


def test_no_key_administers_tenants() -> None:
    with pytest.raises(InvalidError):
        grantable([Permission.TENANTS_ADMIN], frozenset(Permission))
    assert Permission.TENANTS_ADMIN not in TENANT_PERMISSIONS


@pytest.mark.parametrize(
    "customer_id", ["", "cus_1", "ord_01J00000000000000000000000", "cus_01J0000000000000000000000#"]
)
def test_a_customer_id_has_its_form(customer_id: str) -> None:
    with pytest.raises(InvalidError):
        check_customer_id(customer_id)
