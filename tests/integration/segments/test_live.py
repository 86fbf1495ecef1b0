"""Live membership: right after every event, once each, whatever the queue, the clock or the network do."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest

from regulars import customers
from regulars.commerce import orders
from regulars.commerce.orders import NewOrderRefund
from regulars.customers import facts_of
from regulars.customers.merge_patch import CustomerPatch
from regulars.insights.facts import keep_facts
from regulars.kernel.errors import ConflictError
from regulars.kernel.tenancy import Tenant
from regulars.segments import evaluating
from regulars.segments.documents import document_of, read_history
from regulars.segments.evaluating import evaluate_events, evaluate_timer
from regulars.segments.rules import Reads
from regulars.segments.rules.values import millis
from tests.integration.killing import KilledError, killed_at
from tests.integration.pipeline.shop import buy, events_of, new_customer
from tests.integration.segments.making import (
    BIG,
    ORDERED,
    alternate,
    flow,
    inside,
    let_time_pass,
    make_segments,
    moves,
    present,
    size,
    spells,
    state,
    timers,
)

DAY = timedelta(days=1)


def follow(tenant: Tenant, ids: list[str], now: datetime) -> int:
    """Have all events of customers judged."""
    envelopes = events_of(tenant, ids)
    keep_facts(tenant, envelopes)
    return evaluate_events(tenant, envelopes, now)


def test_an_order_takes_a_customer_in_and_tells_it_once(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, buyers=ORDERED, big=BIG)
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 1000)

    follow(shop, [ann], now)

    assert moves(shop, ann, "buyers") == [("in", now)]
    assert moves(shop, ann, "big") == []
    assert present(shop, "buyers") == {ann}
    assert (size(shop, "buyers"), size(shop, "big")) == (1, 0)
    assert flow(shop, "buyers") == {"2026-03-10": (1, 0)}


def test_a_refund_takes_a_customer_out_and_keeps_the_spell(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, big=BIG)
    ann = new_customer(shop, now)
    order = buy(shop, ann, "o1", now, 2500)
    follow(shop, [ann], now)
    orders.refund(shop, order.id, NewOrderRefund(number="R1", amount=300), now=now + DAY)

    follow(shop, [ann], now + DAY)

    assert moves(shop, ann, "big") == [("in", now), ("out", now + DAY)]
    assert present(shop, "big") == set()
    assert spells(shop, "big") == [(now, now + DAY)]
    assert flow(shop, "big") == {"2026-03-10": (1, 0), "2026-03-11": (0, 1)}


def test_the_same_events_again_in_any_order_and_from_many_workers_change_nothing_more(
    shop: Tenant, now: datetime
) -> None:
    make_segments(
        shop, now, buyers=ORDERED, big=BIG, both={"type": "all", "of": [inside("buyers"), inside("big")]}
    )
    ann = new_customer(shop, now)
    for number in range(6):
        buy(shop, ann, f"o{number}", now - number * DAY, 500)
    envelopes = events_of(shop, [ann])
    keep_facts(shop, envelopes)

    def work(seed: int) -> None:
        mine = [*envelopes, *envelopes]
        random.Random(seed).shuffle(mine)
        for start in range(0, len(mine), 5):
            evaluate_events(shop, mine[start : start + 5], now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert [moves(shop, ann, name) for name in ("buyers", "big", "both")] == [[("in", now)]] * 3
    assert size(shop, "both") == 1


def test_time_alone_takes_a_customer_out_at_the_very_moment(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, buyers=ORDERED)
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 1000)
    follow(shop, [ann], now)
    # Warsaw puts its clocks forward on 29 March: thirty days by the wall are an hour less.
    end = now + 30 * DAY - timedelta(hours=1)

    let_time_pass(shop, end - timedelta(milliseconds=1))
    assert present(shop, "buyers") == {ann}
    let_time_pass(shop, end)

    assert moves(shop, ann, "buyers") == [("in", now), ("out", end)]
    assert timers(shop, end + 1000 * DAY) == []


def test_a_minute_missed_is_caught_up_with_each_move_at_its_own_moment(shop: Tenant, now: datetime) -> None:
    lapsed = {
        "type": "field",
        "field": "last_order_at",
        "is": {"operator": "more_than_ago", "amount": 10, "unit": "days"},
    }
    make_segments(shop, now, buyers=ORDERED, lapsed=lapsed)
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 1000)
    follow(shop, [ann], now)

    let_time_pass(shop, now + 90 * DAY)

    assert moves(shop, ann, "lapsed") == [("in", now + 10 * DAY)]
    assert moves(shop, ann, "buyers") == [("in", now), ("out", now + 30 * DAY - timedelta(hours=1))]


def test_a_backdated_event_counts_by_its_own_time(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, buyers=ORDERED)
    ann, bob = new_customer(shop, now, "a@x.test"), new_customer(shop, now, "b@x.test")
    buy(shop, ann, "o1", now - 29 * DAY, 1000)
    buy(shop, bob, "o2", now - 31 * DAY, 1000)

    follow(shop, [ann, bob], now)

    assert present(shop, "buyers") == {ann}
    let_time_pass(shop, now + DAY)
    assert moves(shop, ann, "buyers") == [("in", now), ("out", now + DAY)]


def test_a_change_wakes_only_the_segments_that_read_what_changed(shop: Tenant, now: datetime) -> None:
    tagged = {"type": "field", "field": "tags", "is": {"operator": "contains", "value": "gold"}}
    make_segments(shop, now, big=BIG, **{f"tagged{number}": tagged for number in range(30)})
    ann = new_customer(shop, now)
    follow(shop, [ann], now)
    buy(shop, ann, "o1", now + DAY, 3000)
    [placed] = [one for one in events_of(shop, [ann]) if one.name == "order.placed"]

    assert evaluate_events(shop, [placed], now + DAY) == 1

    customers.patch(shop, ann, CustomerPatch(tags=["gold"]), now=now + DAY)
    [updated] = [one for one in events_of(shop, [ann]) if one.name == "customer.updated"]
    assert evaluate_events(shop, [updated], now + DAY) == 30


def test_membership_events_wake_nothing(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, buyers=ORDERED)
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 1000)
    follow(shop, [ann], now)
    told = [one for one in events_of(shop, [ann]) if one.name.startswith("segment.")]

    assert len(told) == 1
    assert evaluate_events(shop, told, now) == 0


def test_what_imported_history_moves_is_marked_as_history(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, buyers=ORDERED)
    ann = new_customer(shop, now)
    follow(shop, [ann], now)
    buy(shop, ann, "o1", now - DAY, 1000, history=True)
    evaluate_events(shop, [one for one in events_of(shop, [ann]) if one.history], now)

    [entered] = [one for one in events_of(shop, [ann]) if one.name == "segment.entered"]
    assert entered.history
    let_time_pass(shop, now + 60 * DAY)
    [exited] = [one for one in events_of(shop, [ann]) if one.name == "segment.exited"]
    assert not exited.history


def test_who_judged_by_older_facts_does_not_write_after_who_judged_by_newer_ones(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_segments(shop, now, small={"type": "not", "of": BIG})
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 3000)
    envelopes = events_of(shop, [ann])
    read = evaluating.facts_of_many
    interrupted = False

    def read_then_be_overtaken(*given: object, **how: object) -> object:
        nonlocal interrupted
        found = read(*given, **how)
        if not interrupted:
            interrupted = True
            # Another worker judges by a refund that we have not seen.
            order = orders.by_number(shop, "o1")
            orders.refund(shop, order.id, NewOrderRefund(number="R1", amount=2000), now=now)
            evaluate_events(shop, events_of(shop, [ann]), now)
        return found

    monkeypatch.setattr(evaluating, "facts_of_many", read_then_be_overtaken)
    evaluate_events(shop, envelopes, now)

    assert present(shop, "small") == {ann}
    assert moves(shop, ann, "small") == [("in", now)]


def test_a_deleted_customer_leaves_every_segment_and_nothing_is_left(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, buyers=ORDERED, **{f"big{number}": BIG for number in range(20)})
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 3000)
    follow(shop, [ann], now)
    assert len(state(shop, ann).members) == 21
    customers.delete(shop, ann, now=now + DAY)

    follow(shop, [ann], now + DAY)

    assert state(shop, ann).revision == 0
    assert [size(shop, name) for name in ("buyers", "big0", "big19")] == [0, 0, 0]
    assert present(shop, "big7") == set()
    assert timers(shop, now + 400 * DAY) == []


def test_entering_more_segments_than_fit_a_transaction_tells_each_once(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, **{f"big{number}": BIG for number in range(60)})
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 3000)

    follow(shop, [ann], now)

    assert len(state(shop, ann).members) == 60
    assert all(moves(shop, ann, f"big{number}") == [("in", now)] for number in range(60))


def test_a_worker_killed_in_between_such_transactions_is_made_good_by_the_timer(
    shop: Tenant, now: datetime
) -> None:
    make_segments(shop, now, **{f"big{number}": BIG for number in range(40)})
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 3000)
    envelopes = events_of(shop, [ann])

    call = 4
    while not state(shop, ann).members:
        with pytest.raises(KilledError), killed_at(call, answered=True):
            evaluate_events(shop, envelopes, now)
        call += 1
    assert 0 < len(state(shop, ann).members) < 40
    let_time_pass(shop, now)

    assert len(state(shop, ann).members) == 40
    assert all(moves(shop, ann, f"big{number}") == [("in", now)] for number in range(40))


def test_an_evaluation_that_fails_is_shown_and_tried_again(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_segments(shop, now, buyers=ORDERED, big=BIG)
    ann = new_customer(shop, now)
    buy(shop, ann, "o1", now, 3000)
    rule = type(evaluating.catalogue_of(shop).compiled("seg_big"))
    matches = rule.matches

    def fail(self: object, document: object, at: int) -> bool:
        if "orders" not in document.fields and "total_spent" in document.fields and not self.reads.kinds:
            raise ArithmeticError("no such luck")
        return matches(self, document, at)

    with monkeypatch.context() as broken:
        broken.setattr(rule, "matches", fail)
        follow(shop, [ann], now)
    assert present(shop, "buyers") == {ann}
    assert state(shop, ann).failed == {"seg_big": 1}

    let_time_pass(shop, now + timedelta(minutes=1))

    assert present(shop, "big") == {ann}
    assert state(shop, ann).failed == {}


STORIES = ("buyers", "big", "both", "silent")


@pytest.mark.parametrize("seed", range(12))
def test_killed_anywhere_and_raced_by_others_it_comes_out_the_same(
    shop: Tenant, now: datetime, seed: int
) -> None:
    dice = random.Random(seed)
    both = {"type": "all", "of": [inside("buyers"), inside("big")]}
    make_segments(shop, now, buyers=ORDERED, big=BIG, both=both, silent={"type": "not", "of": ORDERED})
    people = [new_customer(shop, now, f"c{number}@x.test") for number in range(3)]
    at = now
    for step in range(12):
        at += timedelta(hours=dice.randint(1, 400))
        placed = at - timedelta(days=dice.randint(0, 20))
        buy(shop, dice.choice(people), f"o{step}", placed, dice.randint(100, 3000))
        envelopes = events_of(shop, people)
        keep_facts(shop, envelopes)
        die(dice, partial(evaluate_events, shop, dice.sample(envelopes, 4), at))
        for timer in timers(shop, at):
            die(dice, partial(evaluate_timer, timer, at))
        # What a queue does in the end: everything comes again.
        for timer in timers(shop, at):
            evaluate_timer(timer, at)
        evaluate_events(shop, envelopes, at)

    for one in people:
        check_person(shop, one, at)
    for name in STORIES:
        assert size(shop, name) == len(present(shop, name))
        assert sum(entered - left for entered, left in flow(shop, name).values()) == size(shop, name)


def die(dice: random.Random, work: Callable[[], object]) -> None:
    """Do it, in a process that dies at some call or at none."""
    with suppress(KilledError, ConflictError), killed_at(dice.randint(1, 8), answered=dice.random() < 0.5):
        work()


def check_person(tenant: Tenant, customer_id: str, at: datetime) -> None:
    """Entries and exits take turns, all books agree, and the memberships are what the rules say."""
    held = state(tenant, customer_id).members
    for name in STORIES:
        story = moves(tenant, customer_id, name)
        assert alternate(story), (name, story)
        is_in = f"seg_{name}" in held
        assert is_in == (len(story) % 2 == 1) == (customer_id in present(tenant, name))
    catalogue = evaluating.catalogue_of(tenant)
    facts = facts_of(tenant, customer_id, consistent=True)
    rules = {one: catalogue.compiled(one) for one in catalogue.order}
    reads = Reads.of_all([rule.reads for rule in rules.values()])
    history = read_history(tenant, facts, reads.kinds, None)
    document = document_of(facts, reads, segments=frozenset(held), history=history)
    assert {one for one, rule in rules.items() if rule.matches(document, millis(at))} == set(held)
