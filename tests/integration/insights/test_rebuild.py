"""A rebuild gives what the live statistics say, also while events keep coming."""

from datetime import datetime, timedelta

import pytest

from keep_stats.handler import handler as stats_handler
from regulars import customers, insights
from regulars.insights import rebuild as rebuilding
from regulars.insights.keeping import keep_stats
from regulars.insights.rebuild import rebuild
from regulars.insights.store import read_generations
from regulars.kernel.errors import ConflictError
from regulars.kernel.tenancy import Tenant
from tests.integration.insights.test_exactly_once import deliver, trade
from tests.integration.pipeline.shop import buy, events_of, new_customer, open_shop


def test_rebuilt_statistics_equal_the_live_ones(shop: Tenant, now: datetime) -> None:
    ids = trade(shop, now)
    customers.delete(shop, ids[2], now=now)
    deliver(stats_handler, events_of(shop, ids))
    live = insights.stats(shop, now)
    days = insights.figures(shop, (now - timedelta(days=30)).date(), now.date())

    rebuild(shop)

    assert live.customers == 2
    assert insights.stats(shop, now) == live
    assert insights.figures(shop, (now - timedelta(days=30)).date(), now.date()) == days
    assert read_generations(shop, consistent=True).current == 1


def test_events_that_come_during_a_rebuild_count_once(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = trade(shop, now, people=2)
    deliver(stats_handler, events_of(shop, ids))
    count = rebuilding.count_events

    def with_traffic(*given: object) -> None:
        late = new_customer(shop, now, "late@example.test")
        buy(shop, late, "late", now, 500)
        deliver(stats_handler, events_of(shop, [*ids, late]))
        count(*given)
        deliver(stats_handler, events_of(shop, [*ids, late]))

    before = insights.stats(shop, now).total
    monkeypatch.setattr(rebuilding, "count_events", with_traffic)
    rebuild(shop)

    after = insights.stats(shop, now).total
    assert (after.orders, after.gross) == (before.orders + 1, before.gross + 1000)


def test_an_interrupted_rebuild_changes_nothing_and_can_be_begun_again(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = trade(shop, now)
    deliver(stats_handler, events_of(shop, ids))
    live = insights.stats(shop, now)

    def killed(generation: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(shop, progress=lambda customers, events: killed(events))
    assert insights.stats(shop, now) == live

    rebuild(shop)
    assert insights.stats(shop, now) == live


def test_of_two_rebuilds_at_once_the_later_one_counts(shop: Tenant, now: datetime) -> None:
    ids = trade(shop, now)
    deliver(stats_handler, events_of(shop, ids))
    live = insights.stats(shop, now)
    later: list[int] = []

    def begin_another(customers: int, events: int) -> None:
        if not later:
            later.append(events)
            rebuild(shop)

    with pytest.raises(ConflictError):
        rebuild(shop, progress=begin_another)
    assert insights.stats(shop, now) == live


def test_statistics_of_tenants_do_not_meet(shop: Tenant, other_tenant: Tenant, now: datetime) -> None:
    open_shop(other_tenant, now)
    deliver(stats_handler, events_of(shop, trade(shop, now)))

    assert insights.stats(other_tenant, now).customers == 0
    assert insights.recent_activity(other_tenant, 10) == []


def test_recent_activity_lists_the_latest_and_no_history(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    buy(shop, ann, "now", now)
    buy(shop, ann, "then", now - timedelta(days=1), history=True)

    for _ in range(2):
        keep_stats(shop, events_of(shop, [ann]), now=now)

    names = [entry.name for entry in insights.recent_activity(shop, 10)]
    assert sorted(names) == ["customer.created", "order.placed"]
    assert insights.recent_activity(shop, 1)[0].time == now


def test_activity_older_than_a_month_is_not_listed(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)

    keep_stats(shop, events_of(shop, [ann]), now=now + timedelta(days=31))

    assert insights.recent_activity(shop, 10) == []
