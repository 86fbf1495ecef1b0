"""Facts and statistics come out the same whatever the queue does to the events."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from keep_facts.handler import handler as facts_handler
from keep_stats.handler import handler as stats_handler
from regulars import insights
from regulars.commerce import orders
from regulars.commerce.orders import NewOrderRefund
from regulars.customers import facts_of
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import buy, events_of, new_customer, queue_batch


def trade(tenant: Tenant, now: datetime, people: int = 3, each: int = 4) -> list[str]:
    """Some customers with orders over several days, one refund and one cancellation."""
    ids = [
        new_customer(tenant, now, f"c{number}@example.test", source="web" if number % 2 else None)
        for number in range(people)
    ]
    for place, one in enumerate(ids):
        for number in range(each):
            at = now - timedelta(days=number * 3)
            buy(tenant, one, f"{place}-{number}", at, 1000 + number, channel="web", payment_method="card")
    orders.refund(
        tenant, orders.by_number(tenant, "0-0").id, NewOrderRefund(number="R1", amount=300), now=now
    )
    orders.set_status(
        tenant, orders.by_number(tenant, "1-1").id, orders.StatusChange(status="cancelled"), now=now
    )
    return ids


def deliver(handler: Callable, envelopes: list[Envelope]) -> None:
    """As SQS does: in batches, again what failed."""
    pending = envelopes
    for _ in range(10):
        failed: list[Envelope] = []
        for start in range(0, len(pending), 25):
            lot = pending[start : start + 25]
            answer = handler(queue_batch(lot), None)
            failed += [lot[int(one["itemIdentifier"][1:])] for one in answer["batchItemFailures"]]
        if not failed:
            return
        pending = failed
    raise AssertionError("never done")


def test_statistics_of_a_small_trade(shop: Tenant, now: datetime) -> None:
    ids = trade(shop, now)

    deliver(stats_handler, events_of(shop, ids))

    found = insights.stats(shop, now)
    gross = 3 * 2 * (1000 + 1001 + 1002 + 1003) - 2 * 1001
    assert (found.customers, found.new_this_month, found.active, found.buyers) == (3, 3, 3, 3)
    assert (found.total.orders, found.total.gross, found.total.refunded) == (11, gross, 300)
    assert (found.total.net, found.total.cancelled, found.returning) == (gross - 300, 1, 3)
    assert found.by_source == {"none": 2, "web": 1}
    assert found.by_status == {"active": 3}
    assert found.by_channel == {"web": 12}
    by_day = insights.series(shop, "orders", (now - timedelta(days=9)).date(), now.date(), "day")
    assert [point.value for point in by_day] == [3, 0, 0, 3, 0, 0, 2, 0, 0, 3]


def test_facts_of_a_small_trade(shop: Tenant, now: datetime) -> None:
    ids = trade(shop, now)

    deliver(facts_handler, events_of(shop, ids))

    facts = facts_of(shop, ids[0], consistent=True)
    assert facts is not None
    assert facts.counts == {"order.placed": 4}
    assert facts.habits == {"payment": {"card": 4}, "channel": {"web": 4}}
    assert facts.last_activity_at == now


@pytest.mark.parametrize("seed", range(5))
def test_repeated_reordered_events_for_four_workers_at_once_change_nothing_more(
    shop: Tenant, now: datetime, seed: int
) -> None:
    ids = trade(shop, now, people=2, each=3)
    chance = random.Random(seed)
    events = events_of(shop, ids)
    lots = [chance.sample(events * 3, len(events) * 3) for _ in range(4)]

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda lot: (deliver(stats_handler, lot), deliver(facts_handler, lot)), lots))

    found = insights.stats(shop, now)
    assert found.total.orders == 5
    assert found.total.gross == 2 * 2 * (1000 + 1001 + 1002) - 2 * 1001
    assert (found.total.refunded, found.total.cancelled, found.customers) == (300, 1, 2)
    assert (found.active, found.buyers, found.returning) == (2, 2, 2)
    for one in ids:
        facts = facts_of(shop, one, consistent=True)
        assert facts is not None
        assert facts.counts == {"order.placed": 3}


def test_the_statistics_agree_with_the_exact_totals_on_the_facts(shop: Tenant, now: datetime) -> None:
    ids = trade(shop, now)
    deliver(stats_handler, events_of(shop, ids))

    facts = [facts_of(shop, one, consistent=True) for one in ids]

    found = insights.stats(shop, now).total
    assert found.orders == sum(one.orders for one in facts if one)
    assert found.gross == sum(one.gross for one in facts if one)
    assert found.net == sum(one.spent for one in facts if one)
