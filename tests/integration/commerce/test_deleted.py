"""A deleted customer answers 410, and nothing more is told of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers
from regulars.commerce import carts, orders
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer
from tests.integration.commerce.conftest import Api
from tests.integration.commerce.test_carts import IDLE, cart
from tests.integration.commerce.test_place import events_of, new

CART: dict[str, Any] = {"currency": "GBP", "lines": []}


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("GET /customers/{customer_id}/orders", None),
        ("GET /customers/{customer_id}/cart", None),
        ("PUT /customers/{customer_id}/cart", CART),
        ("DELETE /customers/{customer_id}/cart", None),
        ("GET /customers/{customer_id}/visits", None),
        ("POST /customers/{customer_id}/visits", {}),
    ],
)
def test_a_deleted_customer_is_gone(
    api: Api, shop: Tenant, customer: str, now: datetime, route: str, body: dict[str, Any] | None
) -> None:
    orders.place(shop, new("A-1", customer), now=now)
    customers.delete(shop, customer, now=now)
    assert api(route, params={"customer_id": customer}, body=body)["statusCode"] == 410
    assert api("GET /orders", query={"customer_id": customer})["statusCode"] == 410


def test_the_cart_of_a_deleted_customer_is_not_abandoned(shop: Tenant, customer: str, now: datetime) -> None:
    carts.put(shop, customer, cart(("MUG", 2)), now=now)
    customers.delete(shop, customer, now=now + timedelta(minutes=1))
    carts.abandon(Timer(shop, carts.ABANDON, customer, now + IDLE), now + IDLE)
    assert events_of(shop, customer, "cart.abandoned") == []
