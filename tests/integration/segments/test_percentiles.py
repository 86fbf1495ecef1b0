"""Percentiles over all customers: exact by nearest rank, and only those between an old and a new threshold are judged again."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest

from regulars.insights.facts import keep_facts
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.jobs import ACTIVE, State, get_job, list_jobs
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, due_timers, timer_of
from regulars.kernel.transaction import Transaction
from regulars.segments.bulk import PARTS, start_evaluation
from regulars.segments.catalogue import catalogue_of
from regulars.segments.evaluating import evaluate_events
from regulars.segments.thresholds import NIGHTLY, arm_nightly, compute_nightly
from tests.integration.killing import KilledError, killed_at
from tests.integration.pipeline.shop import buy, events_of
from tests.integration.segments.crowds import all_facts, check_books, check_stories, crowd, states
from tests.integration.segments.making import make_segments, message_of, moves, present
from tests.integration.segments.working import finish, turn

TOP = {
    "type": "field",
    "field": "total_spent",
    "is": {"operator": "percentile", "part": "top", "percent": 20},
}
LOW = {
    "type": "field",
    "field": "orders",
    "is": {"operator": "percentile", "part": "bottom", "percent": 30},
}
KEY = "total_spent:top:20"
NIGHT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def shop(shop: Tenant, bucket: str) -> Tenant:
    return shop


def threshold(tenant: Tenant, key: str = KEY) -> float | None:
    catalogue = catalogue_of(tenant)
    assert catalogue is not None
    return catalogue.thresholds.get(key)


def k_th(values: list[float], percent: int) -> float:
    return sorted(values, reverse=True)[math.ceil(percent / 100 * len(values)) - 1]


def ready(tenant: Tenant, now: datetime, count: int = 60) -> list[str]:
    ids = crowd(tenant, count, now)
    make_segments(tenant, now, top=TOP, low=LOW)
    done = finish(tenant, start_evaluation(tenant, None, now=now, name="all"), now)
    assert done.state is State.SUCCEEDED
    return ids


def nightly(tenant: Tenant, until: datetime) -> list[Timer]:
    return [
        timer_of(message_of(item))
        for shard in range(SHARDS)
        for item in due_timers(shard, until)
        if item.tenant == tenant.id and item.name == NIGHTLY
    ]


def test_a_rule_that_first_asks_for_one_has_it_computed_before_anybody_is_judged(
    shop: Tenant, now: datetime
) -> None:
    ids = ready(shop, now)
    facts = all_facts(shop)
    spent = [one.spent for one in facts]
    assert threshold(shop) == k_th(spent, 20)
    assert present(shop, "top") == {one.customer_id for one in facts if one.spent >= k_th(spent, 20)}
    least = -k_th([-one.orders for one in facts], 30)
    assert present(shop, "low") == {one.customer_id for one in facts if one.orders <= least}
    check_books(shop, now)
    check_stories(shop, ["top", "low"], ids)


def test_one_that_is_known_is_not_computed_again_but_at_a_refresh(shop: Tenant, now: datetime) -> None:
    ids = ready(shop, now)
    before = threshold(shop)
    buy(shop, ids[0], "o1", now, 10**6)
    keep_facts(shop, events_of(shop, [ids[0]]))
    finish(shop, start_evaluation(shop, None, now=now, name="edit"), now)
    assert threshold(shop) == before
    finish(shop, start_evaluation(shop, None, now=now, name="refresh", refresh=True), now)
    assert threshold(shop) == k_th([one.spent for one in all_facts(shop)], 20)
    check_books(shop, now)


def test_at_night_those_between_the_old_and_the_new_one_are_judged_and_nobody_else(
    shop: Tenant, now: datetime
) -> None:
    ids = ready(shop, now)
    tx = Transaction(shop)
    arm_nightly(tx, catalogue_of(shop).zone, now)  # type: ignore[union-attr]
    tx.commit()
    # given customers who pass the threshold by live evaluation, so that more than a fifth are in
    old = threshold(shop)
    assert old is not None
    poor = sorted((one for one in all_facts(shop) if one.spent < old), key=lambda one: -one.spent)[:6]
    for one in poor:
        buy(shop, one.customer_id, f"n{one.customer_id}", now, 5000)
        envelopes = events_of(shop, [one.customer_id])
        keep_facts(shop, envelopes)
        evaluate_events(shop, envelopes, now)
    assert {one.customer_id for one in poor} <= present(shop, "top")
    revisions = {one: item.revision for one, item in states(shop).items()}
    # when the night comes
    (timer,) = nightly(shop, NIGHT)
    job = compute_nightly(timer, NIGHT)
    assert job is not None
    done = finish(shop, job, NIGHT)
    # then the threshold is exact, and only who is between has been looked at
    new = threshold(shop)
    assert new == k_th([one.spent for one in all_facts(shop)], 20) > old
    check_books(shop, NIGHT)
    check_stories(shop, ["top"], ids)
    between = {one.customer_id for one in all_facts(shop) if old <= one.spent <= new}
    touched = {one for one, item in states(shop).items() if item.revision != revisions.get(one)}
    assert touched <= between | {one.customer_id for one in all_facts(shop) if one.orders <= 5}
    gone = {one for one in between if len(moves(shop, one, "top")) == 2}
    assert gone
    assert done.state is State.SUCCEEDED
    # and the next night is armed, once
    assert [one.due for one in nightly(shop, NIGHT + timedelta(days=2))] == [NIGHT + timedelta(days=1)]
    with pytest.raises(AlreadyHandledError):
        compute_nightly(timer, NIGHT)


def test_a_night_in_which_nothing_moved_judges_nobody(shop: Tenant, now: datetime) -> None:
    ready(shop, now)
    tx = Transaction(shop)
    arm_nightly(tx, catalogue_of(shop).zone, now)  # type: ignore[union-attr]
    tx.commit()
    revision = catalogue_of(shop).revision  # type: ignore[union-attr]
    job = compute_nightly(nightly(shop, NIGHT)[0], NIGHT)
    assert job is not None
    done = finish(shop, job, NIGHT)
    assert (done.state, done.counts["measured"], done.counts["read"]) == (State.SUCCEEDED, 60, 0)
    assert catalogue_of(shop).revision == revision  # type: ignore[union-attr]


def test_without_percentiles_in_any_rule_a_night_only_arms_the_next(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now)
    tx = Transaction(shop)
    arm_nightly(tx, catalogue_of(shop).zone, now)  # type: ignore[union-attr]
    tx.commit()
    assert compute_nightly(nightly(shop, NIGHT)[0], NIGHT) is None
    assert list_jobs(shop).items == []
    assert [one.due for one in nightly(shop, NIGHT + timedelta(days=1))] == [NIGHT + timedelta(days=1)]


def test_a_field_that_nobody_has_gives_no_threshold(shop: Tenant, now: datetime) -> None:
    crowd(shop, 5, now)
    make_segments(shop, now, points={**TOP, "field": "points_balance"})
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    assert threshold(shop, "points_balance:top:20") is None
    assert present(shop, "points") == set()


def test_workers_killed_while_measuring_and_judging_leave_exact_thresholds(
    shop: Tenant, now: datetime
) -> None:
    dice = random.Random(5)
    ids = crowd(shop, 40, now)
    make_segments(shop, now, top=TOP)
    job = start_evaluation(shop, None, now=now, name="all")
    deaths = 0
    while get_job(shop, job.id).state in ACTIVE:
        for part in range(PARTS):
            at = now + timedelta(seconds=61 * deaths)
            try:
                with killed_at(dice.randint(1, 120), answered=dice.random() < 0.5):
                    turn(shop, job.id, part, at)
            except KilledError:
                deaths += 1
    assert deaths > 2
    assert get_job(shop, job.id).counts["measured"] == 40
    assert threshold(shop) == k_th([one.spent for one in all_facts(shop)], 20)
    check_books(shop, at)
    check_stories(shop, ["top"], ids)
