"""Tenants with their people."""

from collections.abc import Callable
from datetime import datetime

import pytest

from regulars import platform
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.platform import settings
from regulars.platform.model import NewTenant
from tests.integration.platform.people import TEMPORARY, signed_in, tenant_body


@pytest.fixture(autouse=True)
def _fresh_process(accounts: str) -> None:
    """What a warm process remembers would hide what is stored."""
    settings._cache.clear()


@pytest.fixture
def address(now: datetime) -> Callable[[], str]:
    """Addresses nobody has used."""
    return lambda: f"{new_id('x', now).lower()}@shop.example"


@pytest.fixture
def new_tenant(address: Callable[[], str]) -> NewTenant:
    return NewTenant.model_validate(tenant_body(address()))


@pytest.fixture
def shop(new_tenant: NewTenant, now: datetime) -> Tenant:
    """A tenant whose owner may sign in with PASSWORD after choosing it."""
    made = platform.create_tenant(new_tenant, by="test", now=now, temporary_password=TEMPORARY)
    return Tenant(made.id)


@pytest.fixture
def owner_token(shop: Tenant, new_tenant: NewTenant) -> str:
    """The id token of the shop's owner."""
    return signed_in(new_tenant.owner.email)
