"""What a customer's events add up to."""

from datetime import UTC, datetime
from typing import Any

from regulars.customers import latest_points
from regulars.insights.facts import activity_of
from regulars.kernel.events import Envelope, Key

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


def event(name: str, **data: Any) -> Envelope:
    return Envelope(
        id=f"evt_{name}",
        name=name,
        version=1,
        tenant="ten_1",
        time=AT,
        subject="cus_1",
        key=Key(pk="pk", sk="sk"),
        data=data,
    )


def test_a_category_counts_once_an_order_as_the_event_names_it() -> None:
    lines = [{"product_id": one, "category": "Kitchen"} for one in ("MUG", "PLATE")]
    placed = event("order.placed", lines=[*lines, {"product_id": "PEN"}], channel="web", payment_method=None)
    found = activity_of([placed, placed, event("behaviour.login")])
    assert found.habits == {"category": {"Kitchen": 2}, "channel": {"web": 2}}
    assert found.counts == {"order.placed": 2, "login": 1}


def test_of_balances_told_in_any_order_the_highest_movement_holds_and_is_no_activity() -> None:
    def told(program: str, number: int, balance: int) -> Envelope:
        return event("points.earned", program_id=program, number=number, balance=balance)

    found = activity_of([told("a", 2, 30), told("b", 1, 5), told("a", 10, 7), told("a", 9, 99)])
    assert found.points == {"a": [10, 7], "b": [1, 5]}
    assert (found.counts, found.seen) == ({}, {})
    assert latest_points({"a": [11, 1]}, found.points) == {"a": [11, 1], "b": [1, 5]}
