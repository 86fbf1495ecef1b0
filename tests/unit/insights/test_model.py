"""Statistics are a sum over events: the order of arrival is nothing to them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers import is_activity
from regulars.insights.model import (
    TOTAL,
    Increments,
    Local,
    Recency,
    Sums,
    increments_of,
    moves,
)
from regulars.kernel.events import Envelope, Key

WARSAW = Local(ZoneInfo("Europe/Warsaw"), "GBP")
TENANT = "ten_" + "0" * 26
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(name: str, at: datetime = START, **data: Any) -> Envelope:
    return Envelope(
        id=f"evt_{at:%d%H}",
        name=name,
        version=1,
        tenant=TENANT,
        time=at,
        subject="cus_1",
        key=Key(pk=f"T#{TENANT}#C#cus_1", sk="E#1"),
        data=data,
    )


def order(name: str, at: datetime, total: int, **data: Any) -> Envelope:
    return event(name, at, total=total, currency="GBP", placed_at=START.isoformat(), **data)


def sums(*events: Envelope) -> Sums:
    added = Increments()
    for one in events:
        added.merge(increments_of(one, WARSAW))
    return Counter({key: amount for key, amount in added.sums.items() if amount})


def test_days_are_the_tenants_days() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert sums(order("order.placed", late, 500)) == {
        ("2026-03-02", "orders"): 1,
        ("2026-03-02", "gross"): 500,
        (TOTAL, "orders"): 1,
        (TOTAL, "gross"): 500,
    }


def test_a_cancelled_order_leaves_the_day_it_was_placed_on() -> None:
    found = sums(
        order("order.placed", START, 500), order("order.cancelled", START + timedelta(days=2), 500, left=0)
    )
    assert found["2026-03-01", "gross"] == found["2026-03-01", "orders"] == 0
    assert found["2026-03-03", "cancelled"] == 1


def test_an_import_that_was_undone_leaves_nothing() -> None:
    placed, removed = order("order.placed", START, 500), order("order.removed", START, 700, left=0)
    more = event(
        "order.lines_added", START, added=200, total=700, currency="GBP", placed_at=START.isoformat()
    )
    refund = event("order.refunded", START, amount=50, currency="GBP")
    refund_gone = event(
        "order.refund_removed", START, amount=50, currency="GBP", refunded_at=START.isoformat()
    )
    assert sums(placed, more, refund, refund_gone, removed) == {}


def test_a_cancelled_order_that_is_removed_is_not_taken_off_twice() -> None:
    found = sums(
        order("order.placed", START, 500),
        order("order.cancelled", START, 500, left=0),
        order("order.removed", START, 500, left=0, cancelled=True),
    )
    assert found == {
        ("2026-03-01", "cancelled"): 1,
        ("2026-03-01", "cancelled_gross"): 500,
        (TOTAL, "cancelled"): 1,
        (TOTAL, "cancelled_gross"): 500,
    }


def test_a_customer_of_an_undone_import_was_never_new() -> None:
    created = event("customer.created", START, status="active")
    later = START + timedelta(days=3)
    gone = event("customer.deleted", later, status="active", created_at=START.isoformat())
    assert sums(created, gone.model_copy(update={"history": True})) == {}
    assert sums(created, gone)["2026-03-01", "new_customers"] == 1
    assert sums(created, gone)["2026-03-04", "deleted_customers"] == 1


def test_money_of_another_currency_is_not_mixed_in() -> None:
    found = sums(event("order.placed", START, total=900, currency="EUR"))
    assert (found[TOTAL, "orders"], found[TOTAL, "gross"]) == (1, 0)


def test_a_customers_dimensions_move_with_them() -> None:
    added = Increments()
    for one in (
        event("customer.created", START, status="active", country="GB"),
        event(
            "customer.updated",
            START,
            changed=["status"],
            status="vip",
            country="GB",
            was={"status": "active"},
        ),
        event("customer.updated", START, changed=["name"], status="vip", country="GB"),
    ):
        added.merge(increments_of(one, WARSAW))
    left = {key: amount for key, amount in added.splits.items() if amount}
    assert left == {
        ("status", "vip", "customers"): 1,
        ("country", "GB", "customers"): 1,
        ("source", "none", "customers"): 1,
    }


NAMES = ["order.placed", "order.cancelled", "behaviour.page_view", "cart.updated", "customer.updated"]
EVENTS = st.lists(
    st.builds(
        lambda name, hours: order(name, START + timedelta(hours=hours), 100, status="active"),
        st.sampled_from(NAMES),
        st.integers(0, 2000),
    ),
    max_size=12,
)


@given(EVENTS, st.randoms())
def test_a_customer_is_counted_at_their_last_days_in_any_order(events: list[Envelope], chance: Any) -> None:
    def counted(given: list[Envelope]) -> tuple[Recency, Sums]:
        recency, found = Recency(), Sums()
        for one in given:
            after = recency.after(one, WARSAW)
            found.update(moves(recency, after))
            recency = after
        return recency, Counter({key: amount for key, amount in found.items() if amount})

    shuffled = list(events)
    chance.shuffle(shuffled)

    recency, found = counted(events)
    assert counted(shuffled) == (recency, found)
    assert found == recency.counted()
    days = [WARSAW.day(one.time) for one in events if is_activity(one.name)]
    assert sum(amount for (_, measure), amount in found.items() if measure == "active") == bool(days)
    assert recency.active == max(days, default="")


def test_who_is_gone_is_counted_nowhere() -> None:
    bought = Recency().after(order("order.placed", START, 1), WARSAW)
    gone = bought.after(event("customer.deleted", START), WARSAW)
    late = gone.after(order("order.placed", START + timedelta(days=1), 1), WARSAW)
    assert moves(bought, gone) == {("2026-03-01", "active"): -1, ("2026-03-01", "buyers"): -1}
    assert late.counted() == {}


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("behaviour.page_view", True),
        ("order.placed", True),
        ("cart.updated", True),
        ("cart.abandoned", False),
        ("message.sent", False),
        ("customer.updated", False),
        ("order.cancelled", False),
    ],
)
def test_activity_is_what_the_customer_does(name: str, is_one: bool) -> None:
    assert is_activity(name) is is_one
