"""The planner dies before or after any call to AWS, several workers are at it at once, people interfere: all customers are told
of, and of one branch alone."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from regulars import campaigns
from regulars.campaigns import Status
from regulars.kernel.errors import ConflictError
from regulars.kernel.jobs import ACTIVE, Turn, get_job, request_stop
from regulars.kernel.leases import LEASE
from regulars.kernel.turns import take_turn
from regulars.messaging import Door, get_dispatch
from run_jobs.owners import OWNERS
from tests.integration.campaigns.stage import Stage
from tests.integration.killing import KilledError, killed_at

TEST = {"variants": [{"name": "A"}, {"name": "B"}], "share": 0.5, "hold_out": 0.1, "minimum_sample": 1}


def parts(shop: Stage, batches: list[dict[str, Any]]) -> dict[str, set[str]]:
    """By which dispatches each customer was told of."""
    found: dict[str, set[str]] = {}
    for one in batches:
        for customer in one["customers"]:
            found.setdefault(customer, set()).add(one["dispatch"])
    return found


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_part_killed_at_each_of_its_calls_is_carried_on(shop: Stage, answered: bool) -> None:
    ids = shop.customers(700)
    campaign = shop.send(test=TEST)
    run = shop.get(campaign).run
    assert run is not None
    job_id, calls, killed = run.job, 0, 0
    for part in range(16):
        call = 0
        while get_job(shop.tenant, job_id).state in ACTIVE:
            call += 1
            try:
                with killed_at(call, answered=answered):
                    take_turn(
                        OWNERS,
                        Turn(shop.tenant, job_id, part),
                        now=lambda: shop.now,
                        seconds_left=lambda: 600.0,
                    )
                break
            except KilledError:
                killed += 1
                # Its lease runs out.
                shop.now += LEASE + timedelta(seconds=1)
        calls += call
        if part == 3:
            # The same for the others would take minutes and show nothing new.
            break
    shop.plan(campaign)

    batches = shop.batches()
    found = parts(shop, batches)
    assert killed > 20
    after = shop.get(campaign).run
    assert after is not None
    waiting = set(ids) - found.keys()
    assert after.planned == len(found)
    assert all(len(dispatches) == 1 for dispatches in found.values())
    for branch in after.branches:
        mine = {one for one, dispatches in found.items() if branch.id in dispatches}
        assert branch.planned == len(mine)
    shop.pass_time(hours=5)
    for branch in after.branches:
        shop.count(branch.id, sent=100, handled=999)
    shop.fire()
    shop.plan(campaign)
    rest = parts(shop, shop.batches())
    assert rest.keys() == waiting


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_sending_killed_at_each_of_its_calls_can_be_repeated(shop: Stage, answered: bool) -> None:
    ids = shop.customers(50)
    campaign = shop.draft()
    for call in range(1, 60):
        try:
            with killed_at(call, answered=answered):
                campaigns.send_campaign(shop.tenant, campaign.id, now=shop.now)
            break
        except KilledError:
            if shop.get(campaign).status is Status.SENDING:
                break
        except ConflictError:
            break
    assert call > 5

    shop.plan(campaign)

    assert shop.get(campaign).runs == 1
    assert parts(shop, shop.batches()).keys() == set(ids)


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_whoever_dies_over_a_timer_leaves_it_to_the_next(shop: Stage, answered: bool) -> None:
    ids = shop.customers(300)
    campaign = shop.send(test=TEST)
    shop.plan(campaign)
    first = parts(shop, shop.batches())
    run = shop.get(campaign).run
    assert run is not None
    for branch in run.branches:
        shop.count(branch.id, sent=50, handled=999)
    shop.pass_time(hours=5)
    for call in range(1, 60):
        try:
            with killed_at(call, answered=answered):
                shop.fire()
            break
        except KilledError:
            continue
    shop.fire()
    shop.plan(campaign)

    rest = parts(shop, shop.batches())
    after = shop.get(campaign).run
    assert after is not None
    assert after.decision is not None
    assert rest.keys() | first.keys() == set(ids)
    assert not rest.keys() & first.keys()


def test_four_workers_at_once_plan_everybody_once(shop: Stage) -> None:
    ids = shop.customers(2000)
    campaign = shop.send()
    run = shop.get(campaign).run
    assert run is not None
    job_id = run.job

    def work(first: int) -> None:
        for part in [*range(first, 16), *range(first)]:
            take_turn(
                OWNERS, Turn(shop.tenant, job_id, part), now=lambda: shop.now, seconds_left=lambda: 600.0
            )

    workers = [threading.Thread(target=work, args=(4 * place,)) for place in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    shop.plan(campaign)

    told = Counter(customer for one in shop.batches() for customer in one["customers"])
    assert told == Counter(ids)
    after = shop.get(campaign).run
    assert after is not None
    assert after.planned == 2000
    assert after.job == ""


def test_cancelled_between_two_turns_nothing_more_is_planned_and_all_gates_are_closed(shop: Stage) -> None:
    shop.customers(1000)
    campaign = shop.send(test=TEST)
    run = shop.get(campaign).run
    assert run is not None
    for part in range(5):
        take_turn(OWNERS, Turn(shop.tenant, run.job, part), now=lambda: shop.now, seconds_left=lambda: 600.0)
    before = len(shop.batches())

    campaigns.cancel_campaign(shop.tenant, campaign.id, now=shop.now)
    shop.plan(campaign)

    assert before
    assert shop.batches() == []
    assert {get_dispatch(shop.tenant, one.id).state for one in run.branches} == {Door.CLOSED}
    assert shop.get(campaign).status is Status.CANCELLED


@pytest.mark.parametrize("what", ["pause", "resume", "cancel"])
@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_who_dies_over_gates_is_made_good_by_a_timer(shop: Stage, what: str, answered: bool) -> None:
    shop.customers(20)
    campaign = shop.send(test=TEST)
    run = shop.get(campaign).run
    assert run is not None
    if what == "resume":
        campaigns.pause_campaign(shop.tenant, campaign.id, now=shop.now)
    wanted = {"pause": Status.PAUSED, "resume": Status.SENDING, "cancel": Status.CANCELLED}[what]
    doors = {"pause": Door.PAUSED, "resume": Door.OPEN, "cancel": Door.CLOSED}
    act = getattr(campaigns, f"{what}_campaign")
    for call in range(1, 40):
        try:
            with killed_at(call, answered=answered):
                act(shop.tenant, campaign.id, now=shop.now)
        except KilledError:
            pass
        if shop.get(campaign).status is wanted:
            break

    shop.fire()

    assert {get_dispatch(shop.tenant, one.id).state for one in run.branches} == {doors[what]}


def test_pausing_and_resuming_at_once_the_gates_agree_with_the_status(shop: Stage) -> None:
    shop.customers(5)
    campaign = shop.send()
    run = shop.get(campaign).run
    assert run is not None

    def toggle(what: str) -> None:
        act = getattr(campaigns, f"{what}_campaign")
        for _ in range(4):
            try:
                act(shop.tenant, campaign.id, now=shop.now)
            except ConflictError:
                continue

    workers = [threading.Thread(target=toggle, args=(what,)) for what in ("pause", "resume") * 2]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    status = shop.get(campaign).status
    door = get_dispatch(shop.tenant, run.branches[0].id).state
    assert (status, door) in {(Status.SENDING, Door.OPEN), (Status.PAUSED, Door.PAUSED)}


def test_planning_that_fails_for_good_can_be_resumed(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = shop.customers(100)
    campaign = shop.send()
    with monkeypatch.context() as broken:
        broken.setattr("regulars.campaigns.planning.enqueue_all", _refuse)
        shop.plan(campaign)
    failed = shop.get(campaign)
    assert failed.status is Status.FAILED
    assert failed.note

    campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    shop.plan(campaign)

    assert shop.get(campaign).status is Status.SENDING
    assert parts(shop, shop.batches()).keys() == set(ids)


def test_planning_that_somebody_stopped_can_be_resumed(shop: Stage) -> None:
    ids = shop.customers(100)
    campaign = shop.send()
    run = shop.get(campaign).run
    assert run is not None
    request_stop(shop.tenant, run.job)
    shop.plan(campaign)
    assert shop.get(campaign).status is Status.FAILED

    campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    shop.plan(campaign)

    assert shop.get(campaign).status is Status.SENDING
    assert parts(shop, shop.batches()).keys() == set(ids)


def _refuse(pieces: Any) -> None:
    raise RuntimeError("the queue is not there")
