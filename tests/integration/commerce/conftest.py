"""A shop with settings and a customer, the functions' handlers, and a meter of request units."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from regulars import customers
from regulars.customers import Facts, facts_of
from regulars.kernel.table import Item
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


class Meter:
    """Request units that DynamoDB reports, per operation."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, float]] = []

    @property
    def units(self) -> float:
        return sum(units for _, units in self.calls)


@pytest.fixture
def meter(table: str) -> Callable[[], Any]:
    @contextmanager
    def measured() -> Iterator[Meter]:
        meter = Meter()
        client = Item._get_connection().connection.client
        ask, read = _asking(), _reading(meter)
        client.meta.events.register("before-parameter-build.dynamodb.*", ask)
        client.meta.events.register("after-call.dynamodb.*", read)
        try:
            yield meter
        finally:
            client.meta.events.unregister("before-parameter-build.dynamodb.*", ask)
            client.meta.events.unregister("after-call.dynamodb.*", read)

    return measured


def _asking() -> Callable[..., None]:
    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    return ask


def _reading(meter: Meter) -> Callable[..., None]:
    def read(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "Query":
            # The engine counts a query as one read whatever it finds: here by the size of what it found.
            size = sum(_size(item) for item in parsed["Items"])
            meter.calls.append((model.name, 0.5 * max(1, -(-size // 4096))))
            return
        found = parsed.get("ConsumedCapacity", [])
        for one in found if isinstance(found, list) else [found]:
            meter.calls.append((model.name, float(one["CapacityUnits"])))

    return read


def _size(item: dict[str, Any]) -> int:
    return sum(len(name) + len(json.dumps(value)) for name, value in item.items())
