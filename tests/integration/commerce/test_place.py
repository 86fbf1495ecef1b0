"""Placing orders, against the embedded engine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.commerce import orders, products
from regulars.commerce.orders import NewOrder, OrderDiffersError
from regulars.commerce.products import ProductInput
from regulars.customers import facts_of
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.events import EventItem
from regulars.kernel.tenancy import Tenant
from tests.events import answer_body
from tests.integration.commerce.conftest import Api, new_customer, totals
from tests.metering import metered

LINES = [
    {"product_id": "MUG", "name": "A mug", "quantity": 2, "unit_price": 450},
    {"product_id": "PLATE-L", "name": "A large plate", "quantity": 1, "unit_price": 1250},
    {"product_id": "SPOON", "name": "A spoon", "quantity": 6, "unit_price": 199},
]
TOTAL = 2 * 450 + 1250 + 6 * 199


def body(number: str | None = "A-1", **more: Any) -> dict[str, Any]:
    given = {"customer": {"external_id": "c-1"}, "currency": "GBP", "lines": LINES}
    return given | ({"number": number} if number else {}) | more


def new(number: str, customer: str, **more: Any) -> NewOrder:
    return NewOrder.model_validate(body(number, customer={"id": customer}, **more))


def events_of(tenant: Tenant, customer: str, name: str) -> list[EventItem]:
    found = EventItem.each(tenant.partition("C", customer), EventItem.sk.startswith("E#"), consistent=True)
    return [item for item in found if item.name == name]


def test_an_order_moves_totals_and_tells_of_it(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer, shipping=300, discount=100), now=now)
    assert (order.created, order.total, order.status) == (True, TOTAL + 200, "placed")
    assert totals(shop, customer) == (1, TOTAL + 200, 0, 0, TOTAL + 200)
    (event,) = events_of(shop, customer, "order.placed")
    assert event.data["total"] == TOTAL + 200
    assert event.data["nth"] == 1
    assert orders.get(shop, order.id).model_copy(update={"created": True}) == order


def test_the_same_order_again_changes_nothing(shop: Tenant, customer: str, now: datetime) -> None:
    first = orders.place(shop, new("A-1", customer), now=now)
    again = orders.place(shop, new("A-1", customer), now=now + timedelta(days=2))
    assert (again.created, again.id, again.placed_at) == (False, first.id, first.placed_at)
    assert totals(shop, customer) == (1, TOTAL, 0, 0, TOTAL)
    assert len(events_of(shop, customer, "order.placed")) == 1


def test_the_same_order_with_a_further_status_is_a_report(shop: Tenant, customer: str, now: datetime) -> None:
    orders.place(shop, new("A-1", customer, status="shipped"), now=now)
    late = orders.place(shop, new("A-1", customer, status="paid"), now=now)
    assert (late.status, [entry.status for entry in late.timeline]) == (
        "shipped",
        ["placed", "paid", "shipped"],
    )
    assert totals(shop, customer) == (1, TOTAL, 0, 0, TOTAL)


def test_another_order_under_the_same_number_is_refused(shop: Tenant, customer: str, now: datetime) -> None:
    orders.place(shop, new("A-1", customer), now=now)
    with pytest.raises(OrderDiffersError) as caught:
        orders.place(shop, new("A-1", customer, tax=1), now=now)
    assert caught.value.order.number == "A-1"


def test_an_order_that_arrives_cancelled_does_not_count(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer, status="cancelled"), now=now)
    assert order.status == "cancelled"
    assert totals(shop, customer) == (0, 0, 0, 0, 0)
    assert events_of(shop, customer, "order.cancelled")[0].data["left"] == 0


def test_unknown_and_foreign_customers_are_refused(
    shop: Tenant, other_shop: Tenant, customer: str, now: datetime
) -> None:
    foreign = new_customer(other_shop, "c-1")
    for who in (foreign, "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense"):
        with pytest.raises(NotFoundError):
            orders.place(shop, new("A-1", who), now=now)
    assert orders.by_number(shop, "A-1") is None


def test_a_future_order_and_another_currency_are_refused(shop: Tenant, customer: str, now: datetime) -> None:
    orders.place(shop, new("A-1", customer), now=now)
    with pytest.raises(InvalidError, match="future"):
        orders.place(shop, new("A-2", customer, placed_at=now + timedelta(minutes=6)), now=now)
    with pytest.raises(InvalidError, match="GBP"):
        orders.place(shop, new("A-2", customer, currency="EUR"), now=now)
    assert orders.place(shop, new("A-2", customer, placed_at=now + timedelta(minutes=4)), now=now).created


def test_a_large_order_is_kept_and_one_that_is_too_large_refused(
    shop: Tenant, customer: str, now: datetime
) -> None:
    line = {"product_id": "P" * 100, "name": "ü" * 20, "quantity": 1, "unit_price": 1}
    order = orders.place(shop, new("A-1", customer, lines=[line] * 1000), now=now)
    assert len(orders.get(shop, order.id).lines) == 1000
    with pytest.raises(InvalidError, match="too large"):
        orders.place(shop, new("A-2", customer, lines=[line | {"name": "ü" * 200}] * 1000), now=now)
    assert totals(shop, customer)[0] == 1


def test_fifty_posts_with_one_key_have_one_effect_and_one_answer(
    api: Api, shop: Tenant, customer: str
) -> None:
    def post(_: int) -> dict[str, Any]:
        return api("POST /orders", body=body(number=None), headers={"idempotency-key": "k-1"})

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))
    assert {answer["statusCode"] for answer in answers} == {201}
    assert len({answer["body"] for answer in answers}) == 1
    assert len({answer["headers"]["location"] for answer in answers}) == 1
    assert totals(shop, customer) == (1, TOTAL, 0, 0, TOTAL)
    assert len(events_of(shop, customer, "order.placed")) == 1


def test_a_key_with_another_body_is_refused(api: Api, shop: Tenant, customer: str) -> None:
    api("POST /orders", body=body(), headers={"idempotency-key": "k-1"})
    answer = api("POST /orders", body=body("A-2"), headers={"idempotency-key": "k-1"})
    assert answer["statusCode"] == 422
    assert answer_body(answer)["type"].endswith("idempotency-key-reused")
    assert totals(shop, customer)[0] == 1


def test_many_different_orders_at_once_leave_exact_totals(shop: Tenant, customer: str, now: datetime) -> None:
    def place(index: int) -> int:
        at = now - timedelta(days=index)
        return orders.place(shop, new(f"A-{index}", customer, placed_at=at, tax=index), now=now).total

    with ThreadPoolExecutor(20) as pool:
        gross = sum(pool.map(place, range(20)))
    assert totals(shop, customer) == (20, gross, 0, 0, gross)
    facts = facts_of(shop, customer)
    assert facts is not None
    assert (facts.first_order_at, facts.last_order_at) == (now - timedelta(days=19), now)
    placed = events_of(shop, customer, "order.placed")
    assert sorted(event.data["nth"] for event in placed) == list(range(1, 21))


def test_one_order_by_many_processes_at_once_counts_once(shop: Tenant, customer: str, now: datetime) -> None:
    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda _: orders.place(shop, new("A-1", customer), now=now), range(10)))
    assert sum(order.created for order in made) == 1
    assert totals(shop, customer) == (1, TOTAL, 0, 0, TOTAL)


def test_placing_three_lines_costs_14_units_at_the_most_once_their_products_are_known(
    api: Api, shop: Tenant, customer: str, now: datetime
) -> None:
    put_into_categories(shop, now)

    def units(number: str, who: dict[str, str]) -> float:
        headers = {"idempotency-key": f"2f1e4b0a-7a1c-4f53-9a43-1f0f3a6d9f10-{number}"}
        with metered() as used:
            answer = api("POST /orders", body=body(number, customer=who), headers=headers)
        assert answer["statusCode"] == 201
        return used.units

    met_first = units("10000", {"id": customer})
    assert met_first <= 14 + 0.5 * len(LINES) + 0.5, "half a unit a product, and half for the settings"
    assert units("10001", {"id": customer}) <= 14
    assert units("10002", {"external_id": "c-1"}) <= 14


def test_the_event_says_in_which_category_each_product_is(shop: Tenant, customer: str, now: datetime) -> None:
    put_into_categories(shop, now)
    orders.place(shop, new("A-1", customer), now=now)
    (event,) = events_of(shop, customer, "order.placed")
    assert [line.get("category") for line in event.data["lines"]] == ["Kitchen", "Table", None]


def put_into_categories(tenant: Tenant, now: datetime) -> None:
    """The mug and the plate have categories, the spoon is no product that we know."""
    for identifier, path in (("MUG", ["Kitchen", "Mugs"]), ("PLATE-L", ["Table"])):
        given = {"name": {"en": identifier}, "price": 450, "currency": "GBP", "category": path}
        products.put(tenant, identifier, ProductInput.model_validate(given), now=now)


def test_a_huge_order_is_told_without_categories(shop: Tenant, customer: str, now: datetime) -> None:
    categories = ["K" * 100]
    given = {"name": {"en": "Mug"}, "price": 1, "currency": "GBP", "category": categories}
    products.put(shop, "M" * 100, ProductInput.model_validate(given), now=now)
    line = {"product_id": "M" * 100, "name": "A mug", "quantity": 1, "unit_price": 1}
    orders.place(shop, new("A-1", customer, lines=[line] * 1000), now=now)
    orders.place(shop, new("A-2", customer, lines=[line] * 201), now=now)
    huge, large = sorted(
        events_of(shop, customer, "order.placed"), key=lambda event: str(event.data["number"])
    )
    assert {line.get("category") for line in huge.data["lines"]} == {None}
    assert {line.get("category") for line in large.data["lines"]} == set(categories)


def test_listing_25_costs_10_units_at_the_most(api: Api, shop: Tenant, customer: str, now: datetime) -> None:
    for index in range(30):
        orders.place(shop, new(f"A-{index}", customer, placed_at=now - timedelta(hours=index)), now=now)
    with metered() as used:
        page = answer_body(api("GET /orders"))
    assert [row["number"] for row in page["items"]] == [f"A-{index}" for index in range(25)]
    assert used.units <= 10, used.calls
    rest = answer_body(api("GET /orders", query={"cursor": page["next"]}))
    assert [row["number"] for row in rest["items"]] == [f"A-{index}" for index in range(25, 30)]
    assert rest["next"] is None
