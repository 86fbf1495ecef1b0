"""What history conditions see of a customer's timeline."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.kinds import kind_of
from regulars.segments.occurrences import Told, occurrences
from regulars.segments.rules.values import Occurrence

LINE = {"product_id": "MUG", "quantity": 2, "total": 900, "category": "Kitchen"}
ORDER = {
    "order_id": "ord_1",
    "number": "1",
    "total": 900,
    "currency": "GBP",
    "lines": [LINE],
    "nth": 1,
    "channel": "web",
    "payment_method": "card",
}


def told(name: str, id: str, at: int = 1000, **data: Any) -> Told:
    return Told(id, name, at, data)


def seen(kind: str, *events: Told) -> list[Occurrence]:
    return occurrences({kind}, events, lambda: "GBP")[kind]


def test_an_order_has_its_properties_and_the_number_of_pieces() -> None:
    [order] = seen("order.placed", told("order.placed", "evt_1", **ORDER))
    assert (order.at, order.id) == (1000, "evt_1")
    assert order.properties == {
        "total": 900,
        "channel": "web",
        "payment_method": "card",
        "nth": 1,
        "number": "1",
        "items": 2,
    }


def test_each_line_is_a_product_bought_with_what_its_order_says() -> None:
    lines = [LINE, {"product_id": "PEN", "quantity": 1, "total": 100}]
    pen, mug = seen("product.bought", told("order.placed", "evt_1", **(ORDER | {"lines": lines})))
    of_order = {"channel": "web", "payment_method": "card"}
    assert mug.properties == LINE | of_order
    assert pen.properties == {"product_id": "PEN", "quantity": 1, "total": 100} | of_order
    assert (mug.at, pen.at) == (1000, 1000)
    assert mug.id != pen.id


def test_further_lines_of_an_imported_order_belong_to_it() -> None:
    events = [
        told("order.placed", "evt_1", job="job_1", **ORDER),
        told(
            "order.lines_added",
            "evt_2",
            order_id="ord_1",
            job="job_1",
            added=500,
            total=1400,
            currency="GBP",
            lines=[{"product_id": "PEN", "quantity": 5, "total": 500}],
        ),
    ]
    [order] = seen("order.placed", *events)
    assert (order.properties["total"], order.properties["items"]) == (1400, 7)
    bought = {
        one.properties["product_id"]: one.properties["channel"] for one in seen("product.bought", *events)
    }
    assert bought == {"MUG": "web", "PEN": "web"}


def test_an_order_whose_import_was_undone_never_was() -> None:
    events = [
        told("order.placed", "evt_1", job="job_1", **ORDER),
        told("order.status_changed", "evt_2", order_id="ord_1", status="paid", current="paid", job="job_1"),
        told("order.cancelled", "evt_3", order_id="ord_1", number="1", total=900, job="job_1"),
        told("order.lines_added", "evt_4", order_id="ord_1", added=5, total=905, lines=[LINE], job="job_1"),
        told("order.removed", "evt_5", at=2000, order_id="ord_1", job="job_1"),
    ]
    found = occurrences(
        {"order.placed", "product.bought", "order.status_changed", "order.cancelled"}, events, lambda: "GBP"
    )
    assert found == {
        "order.placed": [],
        "product.bought": [],
        "order.status_changed": [],
        "order.cancelled": [],
    }


def test_an_order_imported_anew_is_another_one_than_that_which_was_removed() -> None:
    wrong = told("order.placed", "evt_1", job="job_1", **(ORDER | {"total": 90_000}))
    right = told("order.placed", "evt_3", job="job_2", **ORDER)
    removed = told("order.removed", "evt_2", at=2000, order_id="ord_1", job="job_1")
    assert [one.id for one in seen("order.placed", wrong, removed, right)] == ["evt_3"]


def test_a_refund_whose_import_was_undone_never_was() -> None:
    mine = told(
        "order.refunded", "evt_1", refund_id="ref_1", number="R1", amount=5, currency="GBP", job="job_1"
    )
    of_order = told(
        "order.refunded", "evt_2", order_id="ord_1", number="R2", amount=7, currency="GBP", whole=True
    )
    removed = told("order.refund_removed", "evt_3", at=2000, refund_id="ref_1", job="job_1")
    [left] = seen("order.refunded", mine, of_order, removed)
    assert left.properties == {"amount": 7, "whole": True, "number": "R2"}


def test_money_of_another_currency_is_missing() -> None:
    pounds = told("visit.recorded", "evt_1", at=1, spend=500, currency="GBP", party_size=2, product_ids=["A"])
    euros = told("visit.recorded", "evt_2", at=2, spend=500, currency="EUR", party_size=4, product_ids=[])
    later, first = seen("visit.recorded", pounds, euros)
    assert later.properties == {"party_size": 4, "product_ids": frozenset()}
    assert first.properties == {"party_size": 2, "product_ids": frozenset({"A"}), "spend": 500}


def test_the_currency_is_not_asked_for_where_there_is_no_money() -> None:
    def unknown() -> str:
        raise AssertionError

    [visit] = occurrences({"visit.recorded"}, [told("visit.recorded", "evt_1", party_size=1)], unknown)[
        "visit.recorded"
    ]
    assert visit.properties == {"party_size": 1}


@pytest.mark.parametrize("kind", ["behaviour.page_view", "behaviour.took_a_quiz"])
def test_a_shops_own_properties_have_dotted_names(kind: str) -> None:
    own = {
        "score": 7,
        "rate": 0.5,
        "done": True,
        "at": "2026-03-10T09:30:00Z",
        "topics": ["a", "b"],
        "none": None,
        "mixed": ["a", 1],
        "deep": {"x": {"y": "z"}, "list": []},
    }
    [one] = seen(kind, told(kind, "evt_1", url="https://shop.example/", properties=own))
    assert one.properties == {
        "url": "https://shop.example/",
        "properties.score": 7,
        "properties.rate": 0.5,
        "properties.done": True,
        "properties.at": "2026-03-10T09:30:00Z",
        "properties.topics": frozenset({"a", "b"}),
        "properties.deep.x.y": "z",
        "properties.deep.list": frozenset(),
    }


def test_a_kind_that_is_not_ours_is_open_only_if_it_is_behaviour() -> None:
    own = kind_of("behaviour.took_a_quiz")
    assert own is not None
    assert (own.label, own.open) == ("Took a quiz", True)
    assert kind_of("quiz.taken") is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12), st.randoms(use_true_random=False)
)
def test_the_order_and_repetition_of_reading_is_nothing_to_it(
    moments: list[tuple[int, int]], chance: random.Random
) -> None:
    events = [told("behaviour.login", f"evt_{number}", at=at) for number, (at, _) in enumerate(moments)]
    shuffled = [*events, *chance.choices(events, k=3)] if events else []
    chance.shuffle(shuffled)
    found = seen("behaviour.login", *shuffled)
    assert found == seen("behaviour.login", *events)
    places = [(one.at, one.id) for one in found]
    assert places == sorted(set(places), reverse=True)
    assert len(found) == len(events)
