"""A shop with a customer, and the function's handler."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from regulars import customers
from regulars.kernel.tenancy import Tenant
from tests.events import http_event

Api = Callable[..., dict[str, Any]]


def new_customer(tenant: Tenant, external_id: str) -> str:
    """The id of a new customer with this external id."""
    profile = customers.Profile(name="Ann Example", external_ids=[external_id])
    return customers.create(tenant, profile, now=datetime(2026, 1, 1, tzinfo=UTC)).id


@pytest.fixture
def customer(tenant: Tenant) -> str:
    return new_customer(tenant, "c-1")


@pytest.fixture
def api(tenant: Tenant) -> Api:
    """Calls the behaviour function as the tenant's owner."""
    from behaviour_api.handler import handler

    def call(route_key: str, **how: Any) -> dict[str, Any]:
        return handler(http_event(route_key, **({"tenant": tenant.id} | how)), None)

    return call
