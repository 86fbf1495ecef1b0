"""A small shop with made-up customers, so that there is a second tenant to tell apart."""

from datetime import datetime, timedelta
from typing import Any

from local.demo.api import Api

_NAMES = (
    "Zofia Lis,Jan Wrona,Hanna Sowa,Adam Dudek,Maja Kania,Piotr Czapla,Lena Wilga,Oskar Szpak,Iga Mewa,Filip Kos,"
    "Greta Amsel,Emil Specht,Clara Zeisig,Anton Falke,Ida Meise,Nora Finch,Owen Wren,Ruby Swift,Leo Heron,Mina Lark"
).split(",")
_THINGS = (("teapot", "Czajniczek", 8900), ("mug", "Kubek", 3200), ("tray", "Taca", 5450))
_ORDERS = 12


def fill(api: Api, now: datetime) -> None:
    """Products, twenty customers and a dozen orders; doing it again changes nothing."""
    rows = [
        {"id": code, "name": {"pl": name}, "price": price, "currency": "EUR", "stock": 25}
        for code, name, price in _THINGS
    ]
    api.post("/products/batch", {"products": rows})
    for number, name in enumerate(_NAMES):
        api.post("/customers/upsert", _customer(number, name), f"demo-customer-{number}")
    for number in range(_ORDERS):
        api.post("/orders", _order(number, now), f"demo-order-{number}")


def _customer(number: int, name: str) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    language, country = (("pl", "PL"), ("de", "DE"), ("en", "GB"))[
        0 if number < 10 else 1 if number < 15 else 2
    ]
    return {
        "external_ids": [f"K{number:03d}"],
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@example.org".lower(),
        "language": language,
        "addresses": [{"country": country}],
        "tags": ["newsletter"] if number % 3 == 0 else [],
    }


def _order(number: int, now: datetime) -> dict[str, Any]:
    code, name, price = _THINGS[number % 3]
    placed = (now - timedelta(days=2 * (_ORDERS - number))).replace(microsecond=0)
    return {
        "number": f"Z-{number + 1:04d}",
        "customer": {"external_id": f"K{number * 3 % 20:03d}"},
        "currency": "EUR",
        "lines": [{"product_id": code, "name": name, "quantity": 1 + number % 2, "unit_price": price}],
        "placed_at": placed.isoformat(),
    }
