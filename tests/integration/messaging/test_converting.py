"""Orders put down to messages, and taken back."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from keep_engagement.handler import handler
from regulars.commerce import orders
from regulars.commerce.orders import NewOrderRefund, Progress, StatusChange
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.model import Delivery, Reason, State
from regulars.messaging.settings_model import ORDER_UPDATES, Attribution, MessagingSettings
from regulars.messaging.settings_store import forget_messaging_settings, save_settings
from regulars.messaging.signals import SignalKind
from regulars.messaging.tracking.applying import apply
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging.sent import day, gates, hours, now_of, sent, told
from tests.integration.pipeline.shop import buy, events_of, new_customer, queue_batch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ann(shop: Tenant, now: datetime) -> str:
    return new_customer(shop, now - 30 * DAY)


def touched(
    tenant: Tenant,
    customer_id: str,
    at: datetime,
    key: str,
    kind: SignalKind = SignalKind.CLICKED,
    **changes: str,
) -> Delivery:
    """A delivery sent an hour before it was opened or clicked at `at`."""
    delivery = sent(tenant, customer_id, at - HOUR, key, **{"dispatch_id": f"dsp_{key}"} | changes)
    apply(tenant, told(delivery, kind, at, "0"), at)
    return delivery


def consume(tenant: Tenant, customer_id: str, times: int = 1) -> None:
    batch = queue_batch([one for one in events_of(tenant, [customer_id]) if one.name.startswith("order.")])
    for _ in range(times):
        assert handler(batch, None) == {"batchItemFailures": []}


def choose(tenant: Tenant, now: datetime, model: Attribution) -> None:
    transaction = Transaction(tenant)
    save_settings(transaction, MessagingSettings(attribution=model), 0, now)
    transaction.commit()
    forget_messaging_settings()


def revenue(tenant: Tenant, *dispatches: str) -> list[tuple[int, int, int]]:
    """Last, first and linear, of each dispatch."""
    found = [gates(tenant, one) for one in dispatches]
    return [
        (one["email_revenue_last"], one["email_revenue_first"], one["email_revenue_linear"]) for one in found
    ]


def conversions(tenant: Tenant, *dispatches: str) -> list[tuple[int, int]]:
    return [
        (one["email_converted"], one["email_buyers"]) for one in (gates(tenant, each) for each in dispatches)
    ]


def test_an_order_is_shared_by_all_models(shop: Tenant, ann: str, now: datetime) -> None:
    one = touched(shop, ann, now - 3 * HOUR, "a")
    two = touched(shop, ann, now - 2 * HOUR, "b", SignalKind.OPENED)
    three = touched(shop, ann, now - HOUR, "c")
    order = buy(shop, ann, "1", now, 500)

    consume(shop, ann, times=3)

    assert order.total == 1000
    assert revenue(shop, "dsp_a", "dsp_b", "dsp_c") == [(0, 1000, 334), (0, 0, 333), (1000, 0, 333)]
    assert conversions(shop, "dsp_a", "dsp_b", "dsp_c") == [(0, 1), (0, 1), (1, 1)]
    assert [now_of(shop, each).converted_at for each in (one, two, three)] == [None, None, now]
    (event,) = [each for each in events_of(shop, [ann]) if each.name == "message.converted"]
    assert event.data["delivery_id"] == three.id
    assert (event.data["last"], event.data["first"], event.data["linear"]) == (1000, 0, 333)
    total = day(shop, "2026-03-10")
    assert [total[f"revenue_{model}"] for model in ("last", "first", "linear")] == [1000] * 3
    assert total["converted"] == 1
    assert hours(shop, "dsp_c", "2026031009")["email_revenue_last"] == 1000


def test_the_linear_model_converts_each_touch(shop: Tenant, ann: str, now: datetime) -> None:
    choose(shop, now, "linear")
    for hour, key in ((3, "a"), (2, "b")):
        touched(shop, ann, now - hour * HOUR, key)
    buy(shop, ann, "1", now, 500)
    consume(shop, ann)
    assert conversions(shop, "dsp_a", "dsp_b") == [(1, 1), (1, 1)]
    told_of = [one.data["linear"] for one in events_of(shop, [ann]) if one.name == "message.converted"]
    assert told_of == [500, 500]


def test_refunds_take_back_their_part_and_in_the_end_all(shop: Tenant, ann: str, now: datetime) -> None:
    for hour, key in ((3, "a"), (2, "b"), (1, "c")):
        touched(shop, ann, now - hour * HOUR, key)
    order = buy(shop, ann, "1", now, 500)
    consume(shop, ann)
    orders.refund(shop, order.id, NewOrderRefund(number="r1", amount=301), now=now + DAY)
    consume(shop, ann, times=2)
    assert revenue(shop, "dsp_a", "dsp_b", "dsp_c") == [(0, 699, 233), (0, 0, 233), (699, 0, 233)]
    assert conversions(shop, "dsp_c") == [(1, 1)]

    orders.refund(shop, order.id, NewOrderRefund(number="r2"), now=now + 2 * DAY)
    consume(shop, ann, times=2)
    assert revenue(shop, "dsp_a", "dsp_b", "dsp_c") == [(0, 0, 0)] * 3
    assert conversions(shop, "dsp_a", "dsp_b", "dsp_c") == [(0, 0)] * 3
    assert +day(shop, "2026-03-10") == {"delivered": 3, "opened": 3, "clicked": 3}


def test_events_in_any_order_come_to_the_same(shop: Tenant, ann: str, now: datetime) -> None:
    touched(shop, ann, now - HOUR, "a")
    order = buy(shop, ann, "1", now, 500)
    orders.refund(shop, order.id, NewOrderRefund(number="r1", amount=301), now=now + DAY)
    told_of = [one for one in events_of(shop, [ann]) if one.name.startswith("order.")]
    for event in reversed(told_of):
        assert handler(queue_batch([event]), None) == {"batchItemFailures": []}
    assert revenue(shop, "dsp_a") == [(699, 699, 699)]


def test_two_orders_convert_a_delivery_once_until_both_are_cancelled(
    shop: Tenant, ann: str, now: datetime
) -> None:
    delivery = touched(shop, ann, now - HOUR, "a")
    both = [buy(shop, ann, str(number), now + number * HOUR, 500) for number in range(2)]
    told_of = [one for one in events_of(shop, [ann]) if one.name == "order.placed"]
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = pool.map(lambda one: handler(queue_batch([one]), None), told_of * 4)
    assert {str(one) for one in answers} == {"{'batchItemFailures': []}"}
    assert conversions(shop, "dsp_a") == [(1, 1)]
    assert gates(shop, "dsp_a")["email_buyers_revenue"] == 2000
    for order, counts in zip(both, [(1, 1), (0, 0)], strict=True):
        orders.set_status(shop, order.id, StatusChange(status=Progress.CANCELLED), now=now + DAY)
        consume(shop, ann)
        assert conversions(shop, "dsp_a") == [counts]
    assert now_of(shop, delivery).converted_at is None


def test_who_was_held_out_is_compared_and_nothing_else(shop: Tenant, ann: str, now: datetime) -> None:
    held = {"state": State.NOT_SENT, "reason": Reason.HOLD_OUT, "attempted_at": None, "sent_at": None}
    sent(shop, ann, now - DAY, "held", dispatch_id="dsp_held", **held)
    sent(shop, ann, now - DAY, "plain", dispatch_id="dsp_plain")
    buy(shop, ann, "1", now, 500)
    consume(shop, ann, times=2)
    amounts = {f"email_revenue_{model}": 1000 for model in ("last", "first", "linear")}
    compared = {"email_buyers": 1, "email_buyers_revenue": 1000}
    assert gates(shop, "dsp_held") == {"email_converted": 1} | compared | amounts
    assert gates(shop, "dsp_plain") == compared
    assert day(shop, "2026-03-09") == Counter()


def test_what_does_not_count(shop: Tenant, ann: str, now: datetime) -> None:
    touched(shop, ann, now - 6 * DAY, "old")
    touched(shop, ann, now - HOUR, "bill", category=ORDER_UPDATES, dispatch_id="")
    buy(shop, ann, "1", now, 500)
    touched(shop, ann, now + HOUR, "late")
    buy(shop, ann, "h", now + 2 * HOUR, 500, history=True)
    consume(shop, ann)
    assert revenue(shop, "dsp_old", "dsp_late") == [(0, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize("answered", [False, True])
def test_dying_at_any_call_counts_neither_twice_nor_never(
    shop: Tenant, now: datetime, answered: bool
) -> None:
    for call in range(1, 40):
        customer = new_customer(shop, now - DAY, f"c{call}@example.test")
        touched(shop, customer, now - 2 * HOUR, f"a{call}")
        touched(shop, customer, now - HOUR, f"b{call}")
        buy(shop, customer, f"n{call}", now, 500)
        survived = True
        try:
            with killed_at(call, answered=answered):
                consume(shop, customer)
        except KilledError:
            survived = False
        consume(shop, customer)
        assert revenue(shop, f"dsp_a{call}", f"dsp_b{call}") == [(0, 1000, 500), (1000, 0, 500)]
        assert conversions(shop, f"dsp_b{call}") == [(1, 1)]
        if survived:
            break
    assert survived
    assert call > 5
