"""A small shop for the browser to look at, made through the API."""

from dataclasses import dataclass
from typing import Any

from tests.running import LocalRun, eventually

NAMES = ("Ada Lovelace", "Hannah Becker", "Zofia Lis", "Tomas Oliveira", "Priya Raman", "Yuki Tanaka")
PRODUCTS = (("lantern", "Paper lantern", 1250), ("mug", "Blue mug", 800))


@dataclass(frozen=True)
class Shop:
    """What was made: ids by a name, and tokens by role."""

    url: str
    tenant: str
    tokens: dict[str, str]
    customers: dict[str, str]
    orders: dict[str, str]
    owner_email: str


def fill(run: LocalRun) -> Shop:
    """The tenant, six customers, two products, an order of each of the first four customers; statistics have caught up."""
    tenant, owner_email = run.open_shop()
    tokens = {role: run.token(tenant=tenant, role=role) for role in ("owner", "marketer", "agent", "viewer")}
    owner = tokens["owner"]
    rows = [
        {"id": id, "name": {"en": name}, "price": price, "currency": "GBP", "stock": 5}
        for id, name, price in PRODUCTS
    ]
    _post(run, "/products/batch", {"products": rows}, owner)
    customers = {name: _post(run, "/customers", _customer(name), owner)["id"] for name in NAMES}
    orders = {
        name: _post(run, "/orders", _order(number, customers[name]), owner)["id"]
        for number, name in enumerate(NAMES[:4])
    }
    refund = {
        "number": "C-1",
        "customer": {"id": customers["Ada Lovelace"]},
        "currency": "GBP",
        "amount": 250,
    }
    _post(run, "/refunds", refund, owner)
    eventually(lambda: run.call("GET", "/customers/stats", token=owner).json()["customers"] == len(NAMES), 60)
    return Shop(f"http://127.0.0.1:{run.port}", tenant, tokens, customers, orders, owner_email)


def _customer(name: str) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@example.com".lower(),
        "tags": ["newsletter"] if first in {"Ada", "Zofia"} else [],
        "addresses": [{"country": "GB", "city": "Leeds", "default": True}],
    }


def _order(number: int, customer_id: str) -> dict[str, Any]:
    line = {"product_id": "lantern", "name": "Paper lantern", "quantity": number + 1, "unit_price": 1250}
    return {
        "number": f"A-{number + 1}",
        "customer": {"id": customer_id},
        "currency": "GBP",
        "lines": [line],
        "channel": "web",
    }


def _post(run: LocalRun, path: str, body: Any, token: str) -> dict[str, Any]:
    answer = run.call("POST", path, body, token=token)
    assert answer.status < 300, answer.text
    made: dict[str, Any] = answer.json()
    return made
