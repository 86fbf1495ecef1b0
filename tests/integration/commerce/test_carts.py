"""Carts and their abandonment at the right moment; visits."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.commerce import carts, orders, visits
from regulars.commerce.carts import CartInput
from regulars.commerce.visits import NewVisit
from regulars.kernel.errors import NotFoundError, StaleError
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, TimerItem, due_timers, timer_of
from tests.events import answer_body
from tests.integration.commerce.conftest import Api, new_customer, totals
from tests.integration.commerce.test_place import TOTAL, events_of, new

IDLE = timedelta(minutes=45)


def cart(*lines: tuple[str, int]) -> CartInput:
    given = [{"product_id": product, "quantity": quantity, "unit_price": 450} for product, quantity in lines]
    return CartInput.model_validate({"currency": "GBP", "lines": given})


def due(tenant: Tenant, at: datetime) -> list[Timer]:
    """The tenant's timers that are due."""
    found: list[TimerItem] = [item for shard in range(SHARDS) for item in due_timers(shard, at)]
    return [
        timer_of(
            {"tenant": item.tenant, "name": item.name, "subject": item.subject, "due": item.due.isoformat()}
        )
        for item in found
        if item.tenant == tenant.id
    ]


def test_a_cart_is_abandoned_once_at_the_right_moment(shop: Tenant, customer: str, now: datetime) -> None:
    carts.put(shop, customer, cart(("MUG", 2)), now=now)
    assert due(shop, now + IDLE - timedelta(seconds=1)) == []
    (timer,) = due(shop, now + IDLE)
    carts.abandon(timer, now + IDLE - timedelta(seconds=1))
    assert events_of(shop, customer, "cart.abandoned") == []
    carts.abandon(timer, now + IDLE + timedelta(seconds=20))
    with pytest.raises(AlreadyHandledError):
        carts.abandon(timer, now + IDLE + timedelta(seconds=20))
    (event,) = events_of(shop, customer, "cart.abandoned")
    assert (event.time, event.data["total"]) == (now + IDLE, 900)
    assert due(shop, now + timedelta(days=9)) == []
    assert carts.get(shop, customer).abandoned_at == now + IDLE


def test_each_change_moves_the_moment(shop: Tenant, customer: str, now: datetime) -> None:
    carts.put(shop, customer, cart(("MUG", 2)), now=now)
    (early,) = due(shop, now + IDLE)
    later = now + timedelta(minutes=30)
    made = carts.put(shop, customer, cart(("MUG", 3)), now=later)
    assert (made.version, made.abandons_at) == (2, later + IDLE)
    assert [timer.due for timer in due(shop, now + timedelta(days=1))] == [later + IDLE]
    with pytest.raises(AlreadyHandledError):
        carts.abandon(early, now + IDLE)
    assert events_of(shop, customer, "cart.abandoned") == []
    assert len(events_of(shop, customer, "cart.updated")) == 2


def test_a_late_message_of_an_old_timer_does_not_abandon_a_newer_cart(
    shop: Tenant, customer: str, now: datetime
) -> None:
    carts.put(shop, customer, cart(("MUG", 2)), now=now)
    (early,) = due(shop, now + IDLE)
    carts.put(shop, customer, cart(("MUG", 3)), now=now + timedelta(minutes=30))
    early.item().save()
    carts.abandon(early, now + IDLE)
    assert events_of(shop, customer, "cart.abandoned") == []
    assert len(due(shop, now + timedelta(days=1))) == 1


def test_the_same_content_again_is_a_sign_of_life_without_an_event(
    shop: Tenant, customer: str, now: datetime
) -> None:
    carts.put(shop, customer, cart(("MUG", 2)), now=now)
    again = carts.put(shop, customer, cart(("MUG", 2)), now=now + timedelta(minutes=1))
    assert again.abandons_at == now + timedelta(minutes=1) + IDLE
    assert len(events_of(shop, customer, "cart.updated")) == 1


@pytest.mark.parametrize("way", ["cleared", "emptied", "ordered"])
def test_a_cart_that_is_gone_is_not_abandoned(shop: Tenant, customer: str, now: datetime, way: str) -> None:
    made = carts.put(shop, customer, cart(("MUG", 2)), now=now)
    if way == "cleared":
        carts.clear(shop, customer, now=now)
        carts.clear(shop, customer, now=now)
    elif way == "emptied":
        carts.put(shop, customer, cart(), now=now)
    else:
        order = orders.place(shop, new("A-1", customer, from_cart=True), now=now, converts=carts.convert)
        assert order.cart_id == made.id
        assert totals(shop, customer)[:2] == (1, TOTAL)
    assert due(shop, now + timedelta(days=1)) == []
    if way != "emptied":
        with pytest.raises(NotFoundError):
            carts.get(shop, customer)


def test_an_order_from_no_cart_is_placed_all_the_same(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer, from_cart=True), now=now, converts=carts.convert)
    assert (order.created, order.cart_id) == (True, None)


def test_carts_over_http(api: Api, shop: Tenant, other_shop: Tenant, customer: str) -> None:
    me: dict[str, Any] = {
        "caller": {"caller_kind": "customer", "caller_id": customer},
        "params": {"customer_id": customer},
    }
    given = cart(("MUG", 2)).model_dump(exclude_none=True)
    put = api("PUT /customers/{customer_id}/cart", body=given, **me)
    assert (put["statusCode"], put["headers"]["etag"]) == (200, '"1"')
    assert answer_body(put)["items"] == 2
    stale = api("PUT /customers/{customer_id}/cart", body=given, headers={"if-match": '"7"'}, **me)
    assert stale["statusCode"] == 412
    got = api("GET /customers/{customer_id}/cart", **me)
    assert answer_body(got) == answer_body(put)
    foreign = new_customer(other_shop, "c-9")
    path = {"customer_id": foreign}
    for route, content in (("PUT", given), ("DELETE", None), ("GET", None)):
        answer = api(f"{route} /customers/{{customer_id}}/cart", params=path, body=content)
        assert answer["statusCode"] == 404
    bad = api("PUT /customers/{customer_id}/cart", body=given | {"lines": [{"product_id": "MUG"}]}, **me)
    assert answer_body(bad)["errors"][0]["pointer"] == "/lines/0/quantity"
    assert api("DELETE /customers/{customer_id}/cart", **me)["statusCode"] == 204


def test_if_match_guards_a_cart(shop: Tenant, customer: str, now: datetime) -> None:
    with pytest.raises(StaleError):
        carts.put(shop, customer, cart(("MUG", 2)), now=now, if_match=1)


def test_visits_are_recorded_and_listed(shop: Tenant, customer: str, now: datetime) -> None:
    for day in (2, 1):
        visits.record(
            shop,
            customer,
            NewVisit.model_validate(
                {
                    "visited_at": now - timedelta(days=day),
                    "party_size": 4,
                    "seating": "Terrace",
                    "items": [{"name": "Tea", "product_id": "TEA"}],
                    "currency": "GBP",
                    "spend": 1200,
                }
            ),
            now=now,
        )
    found = visits.list_visits(shop, customer).items
    assert [visit.visited_at for visit in found] == [now - timedelta(days=1), now - timedelta(days=2)]
    event = events_of(shop, customer, "visit.recorded")[0]
    assert event.data["product_ids"] == ["TEA"]
    assert (event.data["party_size"], event.data["spend"]) == (4, 1200)
    with pytest.raises(NotFoundError):
        visits.list_visits(shop, "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV")


def test_visits_over_http(api: Api, shop: Tenant, customer: str) -> None:
    how: dict[str, Any] = {
        "params": {"customer_id": customer},
        "body": {"party_size": 2},
        "headers": {"idempotency-key": "v"},
    }
    first, again = (api("POST /customers/{customer_id}/visits", **how) for _ in range(2))
    assert first["statusCode"] == 201
    assert first["body"] == again["body"]
    page = api("GET /customers/{customer_id}/visits", params={"customer_id": customer})
    assert [row["party_size"] for row in answer_body(page)["items"]] == [2]
    bad = api(
        "POST /customers/{customer_id}/visits", params={"customer_id": customer}, body={"party_size": 0}
    )
    assert answer_body(bad)["errors"][0]["pointer"] == "/party_size"
