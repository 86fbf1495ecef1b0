"""A shop with settings and a customer, the functions' handlers, and a meter of request units."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from regulars import customers
from regulars.customers import Facts, facts_of
from regulars.kernel.tenancy import Tenant
from regulars.platform.model import NewTenant
from regulars.platform.store import TenantItem
from tests.events import http_event

Api = Callable[..., dict[str, Any]]


@pytest.fixture
def shop(tenant: Tenant, now: datetime) -> Tenant:
    """A tenant that sells in pounds and lets a cart rest for 45 minutes."""
    return _open(tenant, now)


@pytest.fixture
def other_shop(other_tenant: Tenant, now: datetime) -> Tenant:
    return _open(other_tenant, now)


def _open(tenant: Tenant, now: datetime) -> Tenant:
    new = NewTenant(
        name="Shop",
        time_zone="Europe/London",
        currency="GBP",
        sender={"name": "Shop", "email": "shop@shop.example"},
        cart_idle_minutes=45,
        owner={"email": "owner@shop.example", "name": "Owner"},
    )
    TenantItem.of(new.settings(tenant.id, now), None).save()
    return tenant


def new_customer(tenant: Tenant, external_id: str) -> str:
    """The id of a new customer with this external id."""
    profile = customers.Profile(name="Ann Example", external_ids=[external_id])
    return customers.create(tenant, profile, now=datetime(2026, 1, 1, tzinfo=UTC)).id


@pytest.fixture
def customer(shop: Tenant) -> str:
    return new_customer(shop, "c-1")


def totals(tenant: Tenant, customer_id: str) -> tuple[int, int, int, int, int]:
    """Orders, gross, refunds, refunded, spent."""
    facts: Facts | None = facts_of(tenant, customer_id, consistent=True)
    assert facts is not None
    return facts.orders, facts.gross, facts.refunds, facts.refunded, facts.spent


@pytest.fixture
def api(shop: Tenant) -> Api:
    """Calls the commerce function as the shop's owner."""
    from commerce_api.handler import handler

    def call(route_key: str, **how: Any) -> dict[str, Any]:
        return handler(http_event(route_key, **({"tenant": shop.id} | how)), None)

    return call
