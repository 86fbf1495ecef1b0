"""What becomes of placed orders: reports, refunds, cancellations, undone imports."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.commerce import orders
from regulars.commerce.orders import (
    NewLine,
    NewOrderRefund,
    NewRefund,
    OrderDiffersError,
    Origin,
    StatusChange,
)
from regulars.customers import facts_of
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError, StaleError
from regulars.kernel.tenancy import Tenant
from tests.events import answer_body
from tests.integration.commerce.conftest import Api, new_customer, totals
from tests.integration.commerce.test_place import TOTAL, body, events_of, new

STATUSES = ("paid", "shipped", "cancelled")


def report(status: str, at: datetime | None = None) -> StatusChange:
    return StatusChange.model_validate({"status": status, "at": at})


def test_reports_in_any_order_and_twice_end_in_the_same_order(
    shop: Tenant, customer: str, now: datetime
) -> None:
    ends = set()
    for index, arrival in enumerate(itertools.permutations(STATUSES)):
        order = orders.place(shop, new(f"A-{index}", customer), now=now)
        for status in (*arrival, *arrival):
            at = now + timedelta(hours=STATUSES.index(status))
            order = orders.set_status(shop, order.id, report(status, at), now=now + timedelta(days=1))
        ends.add((order.status, tuple(entry.status for entry in order.timeline)))
        assert totals(shop, customer) == (0, 0, 0, 0, 0)
    assert ends == {("cancelled", ("placed", "paid", "shipped", "cancelled"))}
    assert len(events_of(shop, customer, "order.cancelled")) == 6


def test_two_processes_that_cancel_at_once_reverse_once(shop: Tenant, customer: str, now: datetime) -> None:
    kept = orders.place(shop, new("A-1", customer, placed_at=now - timedelta(days=3)), now=now)
    order = orders.place(shop, new("A-2", customer), now=now)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: orders.set_status(shop, order.id, report("cancelled"), now=now), range(8)))
    assert totals(shop, customer) == (1, TOTAL, 0, 0, TOTAL)
    assert len(events_of(shop, customer, "order.cancelled")) == 1
    facts = facts_of(shop, customer)
    assert facts is not None
    assert facts.last_order_at == facts.first_order_at == kept.placed_at


def test_refunds_in_part_then_whole(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer), now=now)
    part = NewOrderRefund(number="R-1", amount=1000)
    for _ in range(2):
        order = orders.refund(shop, order.id, part, now=now)
        assert (order.status, order.refunded) == ("partially_refunded", 1000)
        assert totals(shop, customer) == (1, TOTAL, 1, 1000, TOTAL - 1000)
    order = orders.refund(shop, order.id, NewOrderRefund(), now=now)
    assert (order.status, order.refunded) == ("refunded", TOTAL)
    assert totals(shop, customer) == (1, TOTAL, 2, TOTAL, 0)
    with pytest.raises(ConflictError):
        orders.refund(shop, order.id, NewOrderRefund(amount=1), now=now)
    told = {
        event.data["amount"]: event.data["whole"] for event in events_of(shop, customer, "order.refunded")
    }
    assert told == {1000: False, TOTAL - 1000: True}


def test_concurrent_refunds_never_exceed_the_order(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer), now=now)

    def refund(index: int) -> bool:
        try:
            orders.refund(shop, order.id, NewOrderRefund(number=f"R-{index}", amount=1000), now=now)
        except (ConflictError, InvalidError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(refund, range(8)))
    assert done == TOTAL // 1000
    assert totals(shop, customer) == (1, TOTAL, done, done * 1000, TOTAL - done * 1000)


def test_a_refund_under_a_key_happens_once(api: Api, shop: Tenant, customer: str) -> None:
    order = answer_body(api("POST /orders", body=body()))
    how: dict[str, Any] = {
        "params": {"order_id": order["id"]},
        "body": {"amount": 500},
        "headers": {"idempotency-key": "r"},
    }
    first, again = (api("POST /orders/{order_id}/refunds", **how) for _ in range(2))
    assert first["statusCode"] == again["statusCode"] == 201
    assert first["body"] == again["body"]
    assert totals(shop, customer)[2:4] == (1, 500)


def test_if_match_guards_a_report(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer), now=now)
    orders.set_status(shop, order.id, report("paid"), now=now, if_match=order.version)
    with pytest.raises(StaleError):
        orders.set_status(shop, order.id, report("packed"), now=now, if_match=order.version)


def test_a_refund_without_an_order_moves_totals_once(shop: Tenant, customer: str, now: datetime) -> None:
    given = NewRefund.model_validate(
        {"number": "C-1", "customer": {"id": customer}, "currency": "GBP", "amount": 700}
    )
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: orders.record_refund(shop, given, now=now), range(6)))
    assert sum(refund.created for refund in made) == 1
    assert totals(shop, customer) == (0, 0, 1, 700, -700)
    with pytest.raises(ConflictError):
        orders.record_refund(shop, given.model_copy(update={"amount": 701}), now=now)
    (event,) = events_of(shop, customer, "order.refunded")
    assert event.data["refund_id"] == made[0].id
    assert [refund.number for refund in orders.list_refunds(shop).items] == ["C-1"]
    assert orders.get_refund(shop, made[0].id).amount == 700


def test_an_import_adds_lines_to_its_own_order_once_a_group(
    shop: Tenant, customer: str, now: datetime
) -> None:
    order = orders.place(shop, new("A-1", customer), now=now, history=True, origin=Origin.row("job_1", 3))
    with pytest.raises(OrderDiffersError):
        orders.place(shop, new("A-1", customer), now=now, history=True, origin=Origin.row("job_1", 9))
    lines = [NewLine(product_id="CUP", quantity=3, unit_price=100)]
    for _ in range(2):
        order = orders.append_lines(shop, order.id, lines, job="job_1", row=9, now=now)
        assert (order.total, len(order.lines)) == (TOTAL + 300, 4)
        assert totals(shop, customer) == (1, TOTAL + 300, 0, 0, TOTAL + 300)
    with pytest.raises(ConflictError):
        orders.append_lines(shop, order.id, lines, job="job_2", row=1, now=now)
    assert all(event.history for event in events_of(shop, customer, "order.lines_added"))
    resumed = orders.place(shop, new("A-1", customer), now=now, origin=Origin.row("job_1", 3))
    assert (resumed.created, resumed.total) == (False, TOTAL + 300)


def test_undoing_an_import_takes_back_exactly_what_it_brought(
    shop: Tenant, customer: str, now: datetime
) -> None:
    orders.place(shop, new("B-1", customer, placed_at=now - timedelta(days=9)), now=now)
    order = orders.place(shop, new("A-1", customer), now=now, history=True, origin=Origin.row("job_1", 3))
    refund = orders.record_refund(
        shop,
        NewRefund.model_validate(
            {"number": "C-1", "customer": {"id": customer}, "currency": "GBP", "amount": 700}
        ),
        now=now,
        history=True,
        origin=Origin.row("job_1", 4),
    )
    for _ in range(2):
        orders.remove_imported(shop, order.id, "job_1", now=now)
        orders.remove_refund(shop, refund.id, "job_1", now=now)
        assert totals(shop, customer) == (1, TOTAL, 0, 0, TOTAL)
    facts = facts_of(shop, customer)
    assert facts is not None
    assert facts.last_order_at == now - timedelta(days=9)
    (removed,) = events_of(shop, customer, "order.removed")
    assert (removed.history, removed.data["left"]) == (True, 1)
    with pytest.raises(NotFoundError):
        orders.get(shop, order.id)


def test_undoing_leaves_what_others_have_changed(shop: Tenant, customer: str, now: datetime) -> None:
    order = orders.place(shop, new("A-1", customer), now=now, origin=Origin.row("job_1", 3))
    with pytest.raises(ConflictError):
        orders.remove_imported(shop, order.id, "job_2", now=now)
    orders.set_status(shop, order.id, report("paid"), now=now)
    with pytest.raises(ConflictError):
        orders.remove_imported(shop, order.id, "job_1", now=now)
    assert totals(shop, customer)[0] == 1


def test_lists_filter_and_keep_to_their_tenant(
    api: Api, shop: Tenant, other_shop: Tenant, customer: str, now: datetime
) -> None:
    second = new_customer(shop, "c-2")
    for index, who in enumerate((customer, second, customer)):
        at = now + timedelta(hours=index)
        orders.place(shop, new(f"A-{index}", who, placed_at=at), now=at)
    orders.set_status(shop, orders.by_number(shop, "A-2").id, report("paid"), now=now)  # type: ignore[union-attr]

    def numbers(**query: str) -> list[str]:
        return [row["number"] for row in answer_body(api("GET /orders", query=query))["items"]]

    assert numbers() == ["A-2", "A-1", "A-0"]
    assert numbers(customer_id=customer) == ["A-2", "A-0"]
    assert numbers(status="paid") == ["A-2"]
    assert numbers(number="A-1") == ["A-1"]
    assert numbers(number="nothing") == []
    assert numbers(**{"from": "2026-03-10T10:30:00Z", "to": "2026-03-10T11:30:00Z"}) == ["A-1"]
    foreign = new_customer(other_shop, "c-9")
    placed = orders.place(other_shop, new("A-9", foreign), now=now)
    assert api("GET /orders", query={"customer_id": foreign})["statusCode"] == 404
    assert api("GET /orders/{order_id}", params={"order_id": placed.id})["statusCode"] == 404
    status = api("POST /orders/{order_id}/status", params={"order_id": placed.id}, body={"status": "paid"})
    assert status["statusCode"] == 404
    cursor = answer_body(api("GET /orders", query={"limit": "1"}))["next"]
    stolen = api("GET /orders", tenant=other_shop.id, query={"limit": "1", "cursor": cursor})
    assert stolen["statusCode"] == 400


def test_a_customer_sees_their_own_orders_only(api: Api, shop: Tenant, customer: str, now: datetime) -> None:
    second = new_customer(shop, "c-2")
    orders.place(shop, new("A-1", customer), now=now)
    me = {"caller_kind": "customer", "caller_id": customer}
    mine = api("GET /customers/{customer_id}/orders", caller=me, params={"customer_id": customer})
    assert [row["number"] for row in answer_body(mine)["items"]] == ["A-1"]
    other = api("GET /customers/{customer_id}/orders", caller=me, params={"customer_id": second})
    assert other["statusCode"] == 404
    assert api("GET /orders", caller=me)["statusCode"] == 403


@pytest.mark.parametrize(
    "bad", ["0", "-1", "1.5", "1e309", "9223372036854775808", "true", "null", '"1"', "[]"]
)
def test_bad_numbers_are_refused_at_the_field_and_write_nothing(
    api: Api, shop: Tenant, customer: str, bad: str
) -> None:
    raw = json.dumps(body(lines=[{"product_id": "MUG", "quantity": "BAD", "unit_price": 1}]))
    answer = api("POST /orders", raw_body=raw.replace('"BAD"', bad))
    assert answer["statusCode"] == 422
    assert answer_body(answer)["errors"][0]["pointer"] == "/lines/0/quantity"
    assert totals(shop, customer) == (0, 0, 0, 0, 0)


def test_what_is_no_json_or_does_not_agree_is_refused(api: Api, shop: Tenant, customer: str) -> None:
    assert api("POST /orders", raw_body='{"total": NaN}')["statusCode"] == 400
    for more, pointer in (
        ({"currency": "EUR"}, "/currency"),
        ({"total": 1}, "/total"),
        ({"placed_at": "2999-01-01T00:00:00Z"}, "/placed_at"),
        ({"placed_at": "2100-01-01T00:00:00Z"}, "/placed_at"),
    ):
        answer = api("POST /orders", body=body(**more))
        assert (answer["statusCode"], answer_body(answer)["errors"][0]["pointer"]) == (422, pointer)
    unknown = api("POST /orders", body=body(customer={"external_id": "nobody"}))
    assert (unknown["statusCode"], answer_body(unknown)["errors"][0]["pointer"]) == (404, "/customer")
    assert totals(shop, customer) == (0, 0, 0, 0, 0)
    assert api("GET /orders/{order_id}", params={"order_id": "ord_x"})["statusCode"] == 404
