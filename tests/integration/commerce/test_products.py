"""Products: put, batch, archive, price history."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.commerce import products
from regulars.commerce.products import ProductInput, ProductRow
from regulars.kernel.errors import NotFoundError, StaleError
from regulars.kernel.events import EventItem
from regulars.kernel.tenancy import Tenant
from tests.events import answer_body
from tests.integration.commerce.conftest import Api


def mug(**more: Any) -> ProductInput:
    given = {"name": {"en": "Mug", "de": "Becher"}, "price": 450, "currency": "GBP", "stock": 5}
    return ProductInput.model_validate(given | more)


def told(tenant: Tenant, identifier: str) -> list[str]:
    found = EventItem.each(tenant.partition("P", identifier), EventItem.sk.startswith("E#"), consistent=True)
    return sorted(item.name.partition(".")[2] for item in found)


def test_a_change_of_price_or_stock_is_an_event(shop: Tenant, now: datetime) -> None:
    products.put(shop, "MUG", mug(), now=now)
    assert told(shop, "MUG") == ["created"]
    products.put(shop, "MUG", mug(price=400), now=now + timedelta(hours=1))
    assert told(shop, "MUG") == ["created", "price_changed", "updated"]
    products.put(shop, "MUG", mug(price=400, stock=0), now=now + timedelta(hours=2))
    assert told(shop, "MUG") == ["created", "out_of_stock", "price_changed", "updated", "updated"]
    made = products.put(shop, "MUG", mug(price=400, stock=3), now=now + timedelta(hours=3))
    assert "back_in_stock" in told(shop, "MUG")
    assert (made.version, made.available, made.created_at) == (4, True, now)


def test_an_unchanged_put_writes_nothing(shop: Tenant, now: datetime) -> None:
    first = products.put(shop, "MUG", mug(), now=now)
    again = products.put(shop, "MUG", mug(), now=now + timedelta(hours=1))
    assert again == first
    assert told(shop, "MUG") == ["created"]


def test_the_price_history_tells_every_price(shop: Tenant, now: datetime) -> None:
    for hour, price in enumerate((450, 450, 400, 500)):
        products.put(shop, "MUG", mug(price=price), now=now + timedelta(hours=hour))
    history = products.price_history(shop, "MUG").items
    assert [(point.old, point.new) for point in history] == [(400, 500), (450, 400), (None, 450)]
    with pytest.raises(NotFoundError):
        products.price_history(shop, "CUP")


def test_a_batch_answers_each_row(shop: Tenant, now: datetime) -> None:
    products.put(shop, "P-1", mug(), now=now)
    products.put(shop, "P-2", mug(), now=now)
    rows = [ProductRow(id=f"P-{index}", **mug(price=450 + index % 2).model_dump()) for index in range(100)]
    rows[99] = rows[0]
    outcomes = products.put_many(shop, rows, now=now)
    results = [outcome.result for outcome in outcomes]
    assert (results[0], results[1], results[2], results[99]) == ("created", "updated", "unchanged", "refused")
    assert results.count("created") == 97
    assert {outcome.result for outcome in products.put_many(shop, rows[:99], now=now)} == {"unchanged"}


def test_lists_filter_search_and_leave_out_what_is_archived(shop: Tenant, now: datetime) -> None:
    for index, (identifier, more) in enumerate(
        {
            "MUG": {"category": ["Home", "Kitchen"], "brand": "Acme"},
            "LAMP": {"name": {"en": "Lamp"}, "category": ["Home", "Light"], "stock": 0},
            "HOMER": {"name": {"en": "Book"}, "category": ["Homer"]},
        }.items()
    ):
        products.put(shop, identifier, mug(**more), now=now + timedelta(minutes=index))

    def ids(**how: Any) -> list[str]:
        return [product.id for product in products.list_products(shop, **how).items]

    assert ids() == ["HOMER", "LAMP", "MUG"]
    assert ids(category="Home") == ["LAMP", "MUG"]
    assert ids(category="Home > Kitchen") == ["MUG"]
    assert ids(available=False) == ["LAMP"]
    assert ids(q="ACME bech") == ["MUG"]
    products.archive(shop, "MUG", now=now)
    products.archive(shop, "MUG", now=now)
    assert ids(category="Home") == ["LAMP"]
    assert products.get(shop, "MUG").archived_at == now
    products.put(shop, "MUG", mug(), now=now)
    assert "MUG" in ids()


def test_if_match_guards_a_put(shop: Tenant, now: datetime) -> None:
    first = products.put(shop, "MUG", mug(), now=now)
    products.put(shop, "MUG", mug(price=1), now=now, if_match=first.version)
    with pytest.raises(StaleError):
        products.put(shop, "MUG", mug(price=2), now=now, if_match=first.version)


def test_products_over_http(api: Api, shop: Tenant, other_shop: Tenant) -> None:
    given = mug().model_dump(exclude_none=True)
    put = api("PUT /products/{product_id}", params={"product_id": "A/1 #2"}, body=given)
    assert (put["statusCode"], put["headers"]["etag"]) == (200, '"1"')
    got = api("GET /products/{product_id}", params={"product_id": "A/1 #2"})
    assert answer_body(got) == answer_body(put)
    foreign = api("GET /products/{product_id}", tenant=other_shop.id, params={"product_id": "A/1 #2"})
    assert foreign["statusCode"] == 404
    bad = api(
        "POST /products/batch", body={"products": [given | {"id": "x"}, given | {"price": -1, "id": "y"}]}
    )
    assert answer_body(bad)["errors"][0]["pointer"] == "/products/1/price"
    headers = {"idempotency-key": "b-1"}
    batch = {"products": [given | {"id": "x"}]}
    first, again = (api("POST /products/batch", body=batch, headers=headers) for _ in range(2))
    assert (
        answer_body(first)
        == answer_body(again)
        == {"items": [{"id": "x", "result": "created", "reason": None}]}
    )
    page = api("GET /products", query={"limit": "1", "fields": "id,price"})
    assert answer_body(page)["items"] == [{"id": "x", "price": 450}]
    prices = answer_body(api("GET /products/{product_id}/prices", params={"product_id": "x"}))
    assert [point["new"] for point in prices["items"]] == [450]
    assert api("DELETE /products/{product_id}", params={"product_id": "x"})["statusCode"] == 204
