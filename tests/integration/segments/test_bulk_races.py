"""Bulk evaluation while the shop lives on: whatever happens between any two of its calls, nothing is lost or told twice."""

import random
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers
from regulars.insights.facts import keep_facts
from regulars.kernel.jobs import ACTIVE, Job, get_job
from regulars.kernel.jobs import State as JobState
from regulars.kernel.leases import LEASE
from regulars.kernel.tenancy import Tenant
from regulars.segments.bulk import PARTS, start_evaluation
from regulars.segments.evaluating import evaluate_events
from regulars.segments.model import Status
from regulars.segments.store import (
    CatalogueMovedError,
    move_catalogue,
    read_item,
    read_revision,
    save_segment,
    segment_of,
)
from tests.integration.interrupting import interrupted_before
from tests.integration.killing import KilledError, killed_at
from tests.integration.pipeline.shop import buy, events_of, new_customer
from tests.integration.segments.crowds import ROOTS, check_books, check_stories, crowd, states
from tests.integration.segments.making import make_segments, moves, present, size, timers
from tests.integration.segments.working import finish, turn

NAMES = [*ROOTS]
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(shop: Tenant, bucket: str) -> Tenant:
    return shop


def part_of(customer_id: str) -> int:
    return zlib.crc32(customer_id.encode()) % PARTS


def follow(tenant: Tenant, customer_id: str, now: datetime) -> None:
    """What the consumers do with the events of a customer."""
    envelopes = events_of(tenant, [customer_id])
    keep_facts(tenant, envelopes)
    evaluate_events(tenant, envelopes, now)


def edit(tenant: Tenant, name: str, root: dict[str, Any], now: datetime, *, quiet: bool = False) -> Job:
    """Give a segment another rule, as the use case does."""
    item = read_item(tenant, f"seg_{name}")
    revision = read_revision(tenant)
    assert item is not None
    assert revision is not None
    before = segment_of(item)
    after = replace(
        before,
        rule={"version": 1, "root": root},
        definition=before.definition + 1,
        status=Status.EVALUATING,
        quiet=quiet,
        previous=before.rule if quiet else None,
        updated_at=now,
    )

    def also(tx: Any, job: Job) -> None:
        save_segment(tx, item, replace(after, job=job.id), CatalogueMovedError())
        move_catalogue(tx, revision)

    return start_evaluation(tenant, [after.id], now=now, name="edit", also=also, defined=[after])


def calls_of_a_turn(tenant: Tenant, job: Job, part: int, now: datetime) -> int:
    with interrupted_before(0, lambda: None) as made:
        turn(tenant, job.id, part, now)
    return len(made)


def test_a_live_change_between_any_two_calls_is_neither_lost_nor_told_twice(
    shop: Tenant, now: datetime
) -> None:
    # given as many customers of one part as its turn has calls (and more)
    make_segments(shop, now, **ROOTS)
    people: list[str] = []
    number = 0
    while len(people) < 24:
        number += 1
        one = new_customer(shop, now, f"c{number}@x.test", external_ids=[f"x{number}"])
        if part_of(one) == 0:
            people.append(one)
    job = start_evaluation(shop, None, now=now, name="probe", refresh=True)
    calls = calls_of_a_turn(shop, job, 0, now)
    assert calls > 20
    for call in range(1, calls + 1):
        one = people[call % len(people)]
        at = now + call * HOUR

        def live(one: str = one, at: datetime = at, call: int = call) -> None:
            buy(shop, one, f"o{call}", at, 2600)
            follow(shop, one, at)

        # when an order comes and is judged live right before that call
        job = start_evaluation(shop, None, now=at, name=f"run {call}")
        with interrupted_before(call, live):
            turn(shop, job.id, 0, at)
        turn(shop, job.id, 0, at)
    # then all is as each customer judged alone, and every story alternates
    finish(shop, job, at)
    check_books(shop, at)
    check_stories(shop, NAMES, people)


@pytest.mark.parametrize("quiet", [False, True])
def test_live_evaluations_with_the_rule_before_an_edit_do_not_write_after_the_new_one(
    shop: Tenant, now: datetime, quiet: bool
) -> None:
    make_segments(shop, now, big=ROOTS["big"])
    one = new_customer(shop, now)

    def edited(least: int) -> None:
        root = {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": least}}
        turn(shop, edit(shop, "big", root, now, quiet=quiet).id, part_of(one), now)

    for call in range(1, 12):
        # given a customer whom an order takes over the bound of the rule in force
        edited(5200 * (call - 1) + 1)
        buy(shop, one, f"e{call}", now, 2600)
        envelopes = events_of(shop, [one])
        keep_facts(shop, envelopes)
        # when an edit by which nothing changes for them comes, and is evaluated, between two calls of their live evaluation
        with interrupted_before(call, lambda call=call: edited(10**6 + call)) as made:
            evaluate_events(shop, envelopes, now)
        if len(made) < call:
            break
        # then the new rule has the last word
        assert present(shop, "big") == set(), call
        check_books(shop, now)
    assert call > 4


def test_live_changes_by_threads_during_a_run_end_as_each_customer_judged_alone(
    shop: Tenant, now: datetime
) -> None:
    ids = crowd(shop, 40, now)
    people = [new_customer(shop, now, f"t{number}@x.test") for number in range(16)]
    make_segments(shop, now, **ROOTS)
    job = start_evaluation(shop, None, now=now, name="all")

    def go_shopping(seed: int) -> None:
        dice = random.Random(seed)
        for number in range(6):
            one = dice.choice(people)
            buy(shop, one, f"{seed}-{number}", now, dice.randint(100, 4000))
            follow(shop, one, now)

    def work(first: int) -> None:
        for part in range(first, PARTS, 3):
            turn(shop, job.id, part, now)

    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(do, n) for n in range(3) for do in (go_shopping, work)]
        for one in waiting:
            one.result()
    assert finish(shop, job, now).state is JobState.SUCCEEDED
    check_books(shop, now)
    check_stories(shop, NAMES, [*ids, *people], at_once=True)


@pytest.mark.parametrize("seed", range(3))
def test_workers_killed_at_random_calls_leave_exact_books(shop: Tenant, now: datetime, seed: int) -> None:
    dice = random.Random(seed)
    ids = crowd(shop, 60, now, seed)
    make_segments(shop, now, **ROOTS)
    job = start_evaluation(shop, None, now=now, name="all")
    deaths = 0
    while get_job(shop, job.id).state in ACTIVE:
        at = now + deaths * (LEASE + timedelta(seconds=1))
        for part in range(PARTS):
            try:
                with killed_at(dice.randint(1, 60), answered=dice.random() < 0.5):
                    turn(shop, job.id, part, at)
            except KilledError:
                deaths += 1
                at = now + deaths * (LEASE + timedelta(seconds=1))
    done = get_job(shop, job.id)
    assert deaths >= 10
    assert (done.state, done.counts["read"]) == (JobState.SUCCEEDED, 60)
    check_books(shop, at)
    check_stories(shop, NAMES, ids)


def test_a_worker_that_stood_still_writes_nothing_after_another_took_its_part(
    shop: Tenant, now: datetime
) -> None:
    ids = crowd(shop, 60, now)
    make_segments(shop, now, **ROOTS)
    later = now + 2 * LEASE
    job = start_evaluation(shop, None, now=now, name="all")
    for call in range(5, 40, 5):
        # when a worker stands still before a call until another has done all of its part
        with interrupted_before(call, lambda: turn(shop, job.id, 0, later)):
            turn(shop, job.id, 0, now)
    done = finish(shop, job, later)
    assert (done.state, done.counts["read"]) == (JobState.SUCCEEDED, 60)
    check_books(shop, later)
    check_stories(shop, NAMES, ids)


def test_two_workers_on_one_part_share_nothing(shop: Tenant, now: datetime) -> None:
    crowd(shop, 40, now)
    make_segments(shop, now, **ROOTS)
    job = start_evaluation(shop, None, now=now, name="all")
    workers = [threading.Thread(target=turn, args=(shop, job.id, part % 2, now)) for part in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done = finish(shop, job, now)
    assert (done.state, done.counts["read"], done.counts.get("retried", 0)) == (JobState.SUCCEEDED, 40, 0)
    check_books(shop, now)


def test_an_edit_during_a_run_is_not_made_ready_by_it(shop: Tenant, now: datetime) -> None:
    crowd(shop, 30, now)
    make_segments(shop, now, big=ROOTS["big"], french=ROOTS["french"])
    first = start_evaluation(shop, None, now=now, name="all")
    for part in range(PARTS // 2):
        turn(shop, first.id, part, now)
    second = edit(shop, "big", ROOTS["lapsed"], now)
    # when the first run ends
    finish(shop, first, now)
    status = {name: segment_of(read_item(shop, f"seg_{name}")).status for name in ("big", "french")}  # type: ignore[arg-type]
    assert status == {"big": Status.EVALUATING, "french": Status.READY}
    # and when that of the edit has ended too
    finish(shop, second, now)
    assert segment_of(read_item(shop, "seg_big")).status is Status.READY  # type: ignore[arg-type]
    check_books(shop, now)


def test_a_quiet_edit_tells_nobody_and_a_loud_one_does(shop: Tenant, now: datetime) -> None:
    ids = crowd(shop, 40, now)
    make_segments(shop, now, big=ROOTS["big"])
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    before = {one: moves(shop, one, "big") for one in ids}
    finish(shop, edit(shop, "big", ROOTS["french"], now + HOUR, quiet=True), now + HOUR)
    assert {one: moves(shop, one, "big") for one in ids} == before
    check_books(shop, now + HOUR)
    stored = segment_of(read_item(shop, "seg_big"))  # type: ignore[arg-type]
    assert (stored.status, stored.quiet, stored.previous) == (Status.READY, False, None)
    was = present(shop, "big")
    finish(shop, edit(shop, "big", ROOTS["golden"], now + 2 * HOUR), now + 2 * HOUR)
    changed = {one for one in ids if moves(shop, one, "big") != before[one]}
    assert changed == was ^ present(shop, "big")


def test_a_customer_deleted_between_any_two_calls_leaves_nothing(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, rest=ROOTS["french"] | {"is": {"operator": "not_exists"}})
    job = start_evaluation(shop, None, now=now, name="probe", refresh=True)
    calls = calls_of_a_turn(shop, job, 0, now)
    number = 0
    for call in range(1, calls + 6):
        one = ""
        while not one or part_of(one) != 0:
            number += 1
            one = new_customer(shop, now, f"d{number}@x.test")
        job = start_evaluation(shop, None, now=now, name=f"run {call}")
        with interrupted_before(call, lambda one=one: gone(shop, one, now)):
            turn(shop, job.id, 0, now)
        gone(shop, one, now)
        kept = states(shop).get(one)
        assert kept is None or not kept.members, call
        assert one not in present(shop, "rest"), call
        assert not [timer for timer in timers(shop, now + timedelta(days=9999)) if timer.subject == one], call
    assert size(shop, "rest") == len(present(shop, "rest"))


def gone(tenant: Tenant, customer_id: str, now: datetime) -> None:
    """Delete a customer, if they are there, and do what the consumers do."""
    if customers.facts_of(tenant, customer_id) is None:
        return
    customers.delete(tenant, customer_id, now=now)
    follow(tenant, customer_id, now)
