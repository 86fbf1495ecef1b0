"""Request units of the hot paths, through the handlers, by DynamoDB's rules (see `tests.metering`)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.bench.report import Figure

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def measure() -> list[Figure]:
    """Needs an engine with a table. Bars are the issue's: units, not ratios."""
    from commerce_api.handler import handler as commerce
    from customers_api.handler import handler as customers
    from regulars.platform import settings_of
    from tests.bench.shop import open_shop

    shop = open_shop(NOW)
    who = [_send(customers, shop, "POST /customers", body=_person(number))["id"] for number in range(30)]
    settings_of(shop)
    for number in range(30):
        _send(commerce, shop, "POST /orders", body=_order(f"W-{number}", who[number]))
    paths: list[tuple[str, Handler, str, dict[str, Any], float | None]] = [
        (
            "read a customer",
            customers,
            "GET /customers/{customer_id}",
            {"params": {"customer_id": who[0]}},
            1,
        ),
        ("list 25 customers", customers, "GET /customers", {}, 10),
        ("list 25 customers by spend", customers, "GET /customers", {"query": {"sort": "-spent"}}, 10),
        ("search a name among customers", customers, "GET /customers", {"query": {"q": "lovelace017"}}, 10),
        ("list 25 orders", commerce, "GET /orders", {}, 10),
        ("create a customer", customers, "POST /customers", {"body": _person(99)}, None),
        (
            "place an order of three lines with an Idempotency-Key",
            commerce,
            "POST /orders",
            {"body": _order("A-1", who[1]), "headers": {"idempotency-key": "a-1"}},
            14,
        ),
        ("repeat it", commerce, "POST /orders", {"body": _order("A-1", who[1])}, None),
    ]
    return [_figure(name, handler, shop, route, how, bar) for name, handler, route, how, bar in paths]


def _figure(
    name: str, handler: Handler, shop: Any, route: str, how: dict[str, Any], bar: float | None
) -> Figure:
    from tests.metering import metered

    with metered() as meter:
        _send(handler, shop, route, **how)
    return Figure(name, meter.units, "units", bar=bar)


def _send(handler: Handler, shop: Any, route: str, **how: Any) -> dict[str, Any]:
    from tests.events import http_event

    answer = handler(http_event(route, tenant=shop.id, **how), None)
    if answer["statusCode"] >= 400:
        raise RuntimeError(answer["body"])
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def _person(number: int) -> dict[str, Any]:
    return {
        "name": f"Ada Lovelace{number:03d}",
        "emails": [f"ada{number}@example.com"],
        "phone": f"+4479111{number:05d}",
        "external_ids": [f"c-{number}"],
        "addresses": [{"type": "home", "city": "London", "country": "GB"}],
    }


def _order(number: str, customer: str) -> dict[str, Any]:
    line = {"name": "A mug with a handle", "quantity": 2, "unit_price": 850}
    return {
        "number": number,
        "customer": {"id": customer},
        "currency": "GBP",
        "channel": "web",
        "payment_method": "card",
        "lines": [line | {"product_id": f"MUG-{index}"} for index in range(3)],
    }
