"""What a customer's events add up to."""

from datetime import UTC, datetime
from typing import Any

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
