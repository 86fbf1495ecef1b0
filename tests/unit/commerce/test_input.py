"""What is taken as an order, a product, a cart, a visit; and what is refused, and where."""

from typing import Any

import pytest
from pydantic import ValidationError

from regulars.commerce.carts import CartInput
from regulars.commerce.orders import NewOrder, NewOrderRefund
from regulars.commerce.products import ProductInput
from regulars.commerce.visits import NewVisit
from regulars.kernel.http.serve import faults_of

LINE = {"product_id": "MUG", "quantity": 2, "unit_price": 450}


def order(**more: Any) -> dict[str, Any]:
    return {"customer": {"external_id": "c-1"}, "currency": "GBP", "lines": [LINE]} | more


def pointers(model: Any, body: dict[str, Any]) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(body)
    return {fault.pointer for fault in faults_of(caught.value)}


@pytest.mark.parametrize("bad", [-1, 1.5, float("nan"), 1e309, 2**63, "450", True, None])
def test_amounts_are_whole_minor_units(bad: Any) -> None:
    assert pointers(NewOrder, order(lines=[LINE | {"unit_price": bad}])) == {"/lines/0/unit_price"}
    assert pointers(NewOrder, order(shipping=bad)) == {"/shipping"}


@pytest.mark.parametrize("bad", [0, -1, 1.5, 2**63])
def test_quantities_and_refunds_are_positive(bad: Any) -> None:
    assert pointers(NewOrder, order(lines=[LINE | {"quantity": bad}])) == {"/lines/0/quantity"}
    assert pointers(NewOrderRefund, {"amount": bad}) == {"/amount"}


def test_the_total_is_computed_and_a_wrong_one_is_refused() -> None:
    made = NewOrder.model_validate(order(shipping=300, tax=20, discount=100))
    assert made.due == 900 + 300 + 20 - 100
    assert NewOrder.model_validate(order(total=900)).due == 900
    assert pointers(NewOrder, order(total=901)) == {"/total"}
    assert pointers(NewOrder, order(discount=901)) == {"/discount"}


def test_a_line_may_cost_less_and_a_rounded_fraction_more() -> None:
    for total in (0, 899, 902):
        assert NewOrder.model_validate(order(lines=[LINE | {"total": total}])).due == total
    assert pointers(NewOrder, order(lines=[LINE | {"total": 903}])) == {"/lines/0/total"}


def test_a_sum_beyond_exact_integers_is_refused() -> None:
    dear = {"product_id": "RING", "quantity": 1, "unit_price": 999_999_999_999}
    assert pointers(NewOrder, order(lines=[dear, dear])) == {"/total"}
    assert pointers(NewOrder, order(lines=[dear | {"quantity": 2}])) >= {"/lines/0/total"}
    assert pointers(CartInput, {"currency": "GBP", "lines": [dear, dear]}) == {"/lines"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"currency": "XXX"}, "/currency"),
        ({"currency": "gbp"}, "/currency"),
        ({"lines": []}, "/lines"),
        ({"lines": [LINE] * 1001}, "/lines"),
        ({"customer": {}}, "/customer"),
        ({"customer": {"id": "a", "email": "b@c.example"}}, "/customer"),
        ({"placed_at": "2026-03-10T09:30:00"}, "/placed_at"),
        ({"placed_at": "0001-01-01T00:00:00+14:00"}, "/placed_at"),
        ({"placed_at": 1773134400}, "/placed_at"),
        ({"status": "refunded"}, "/status"),
        ({"number": "\x00"}, "/number"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_bad_orders_are_refused_at_the_field(body: dict[str, Any], pointer: str) -> None:
    assert pointers(NewOrder, order(**body)) == {pointer}


def test_the_fingerprint_ignores_status_moment_and_number_only() -> None:
    first = NewOrder.model_validate(order(number="1", status="paid", placed_at="2026-03-10T09:30:00Z"))
    assert first.fingerprint("cus") == NewOrder.model_validate(order(number="2", total=900)).fingerprint(
        "cus"
    )
    assert first.fingerprint("cus") != NewOrder.model_validate(order(coupon="X")).fingerprint("cus")
    assert first.fingerprint("cus") != first.fingerprint("other")


PRODUCT = {"name": {"en": "Mug"}, "price": 450, "currency": "GBP"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": {}}, "/name"),
        ({"name": {"not a tag": "x"}}, "/name/not a tag/[key]"),
        ({"list_price": 449}, "/list_price"),
        ({"stock": -1}, "/stock"),
        ({"image": "javascript:alert(1)"}, "/image"),
        ({"attributes": {"text": "x" * 9000}}, "/attributes"),
        ({"attributes": {"n": float("inf")}}, "/attributes"),
        ({"category": ["a > b"]}, "/category/0"),
    ],
)
def test_bad_products_are_refused_at_the_field(body: dict[str, Any], pointer: str) -> None:
    assert pointers(ProductInput, PRODUCT | body) == {pointer}


def test_a_spend_needs_a_currency() -> None:
    assert pointers(NewVisit, {"spend": 100}) == {"/spend"}
    assert NewVisit.model_validate({"spend": 100, "currency": "GBP"}).spend == 100
