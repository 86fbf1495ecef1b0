"""By however many at once, and wherever a process dies: points are moved once or not at all, and the ledger proves it."""

import random
from collections.abc import Callable
from contextlib import suppress as passing
from datetime import datetime, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import PynamoDBException

from regulars import loyalty
from regulars.kernel.errors import RegularsError
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, due_timers
from regulars.loyalty import InsufficientPointsError, Membership, Movement
from tests.integration.killing import KilledError, killed_at
from tests.integration.loyalty.failing import failing_at
from tests.integration.loyalty.ledgers import because, new_member, proven, run_due
from tests.integration.threads import at_once

DAY = timedelta(days=1)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> Membership:
    return new_member(tenant, now)


def test_of_fifty_who_spend_one_balance_at_once_exactly_as_many_succeed_as_it_holds(
    ann: Membership, now: datetime
) -> None:
    loyalty.earn(ann, because("order:1", now), 100, expires_at=now + DAY)
    loyalty.earn(ann, because("order:2", now), 105)
    deeds = [
        lambda number=number: loyalty.spend(ann, because(f"coupon:{number}", now), 10) for number in range(50)
    ]
    results = at_once(*deeds, tolerated=RegularsError)
    refused = [one for one in results if isinstance(one, RegularsError)]
    assert len(results) - len(refused) == 20
    assert {type(one) for one in refused} == {InsufficientPointsError}
    assert loyalty.member_of(ann).available == 5
    proven(ann)


def test_the_same_key_from_twenty_at_once_is_one_movement(ann: Membership, now: datetime) -> None:
    earned = at_once(*[lambda: loyalty.earn(ann, because("order:1", now), 10)] * 20)
    assert {one.number for one in earned if isinstance(one, Movement)} == {1}
    assert len([one for one in earned if isinstance(one, Movement)]) == 20
    spent = at_once(*[lambda: loyalty.spend(ann, because("coupon:1", now), 10)] * 20)
    assert {one.number for one in spent if isinstance(one, Movement)} == {2}
    assert len([one for one in spent if isinstance(one, Movement)]) == 20
    assert loyalty.member_of(ann).available == 0
    proven(ann)


def test_a_refund_a_redemption_its_cancellation_and_time_at_once(ann: Membership, now: datetime) -> None:
    loyalty.earn(ann, because("order:1", now), 60, available_at=now + DAY, expires_at=now + 2 * DAY)
    loyalty.earn(ann, because("order:2", now), 50, expires_at=now + DAY)
    loyalty.spend(ann, because("coupon:1", now), 20)

    def time() -> Movement:
        with passing(AlreadyHandledError):
            run_due(ann.tenant, now + DAY)
        return loyalty.statement(ann).items[0]

    later = now + DAY
    at_once(
        time,
        time,
        *[lambda: loyalty.claw_back(ann, because("refund:1", later), "order:1", 25)] * 3,
        *[lambda: loyalty.give_back(ann, because("cancel:1", later), "coupon:1")] * 3,
        *[lambda: loyalty.give_back(ann, because("cancel:2", later), "coupon:1")] * 2,
        lambda: loyalty.earn(ann, because("order:3", later), 7),
        tolerated=RegularsError,
    )
    run_due(ann.tenant, now + DAY)
    proven(ann)


def test_two_who_give_each_other_points_at_once_lose_none(
    ann: Membership, tenant: Tenant, now: datetime
) -> None:
    bob = new_member(tenant, now, "bob@example.test")
    for member in (ann, bob):
        loyalty.earn(member, because("order:1", now), 100)

    def give(giver: Membership, to: Membership, key: str) -> Callable[[], Movement]:
        return lambda: loyalty.transfer(giver, to.customer_id, because(key, now), 10)

    results = at_once(
        *[give(ann, bob, f"there:{number}") for number in range(6)],
        *[give(bob, ann, f"back:{number}") for number in range(4)],
    )
    assert all(isinstance(one, Movement) for one in results)
    assert (loyalty.member_of(ann).available, loyalty.member_of(bob).available) == (80, 120)
    proven(ann)
    proven(bob)


def test_refunds_of_one_order_from_two_customers_at_once_take_no_more_than_it_brought(
    ann: Membership, tenant: Tenant, now: datetime
) -> None:
    bob = new_member(tenant, now, "bob@example.test")
    # Enough to give away whatever is taken back before.
    loyalty.earn(ann, because("order:before", now), 1000)
    for number in range(6):
        order = f"order:{number}"
        loyalty.earn(ann, because(order, now), 100)
        loyalty.transfer(ann, bob.customer_id, because(f"gift:{number}", now), 50)
        taken = at_once(
            lambda order=order: loyalty.claw_back(ann, because(f"one:{order}", now), order, 80),
            lambda order=order: loyalty.claw_back(
                bob, because(f"two:{order}", now), order, 80, earned_by=ann.customer_id
            ),
            tolerated=RegularsError,
        )
        assert sorted(one.points for one in taken if isinstance(one, Movement)) == [-80, -20]
    proven(ann)
    proven(bob)


def deeds_of(ann: Membership, bob: Membership, now: datetime) -> dict[str, Callable[[], Any]]:
    """One of each use case, with a key of its own: done once or ten times it is the same."""
    return {
        "earn": lambda: loyalty.earn(ann, because("order:9", now), 10, available_at=now + DAY),
        "spend": lambda: loyalty.spend(ann, because("coupon:9", now), 30),
        "adjust": lambda: loyalty.adjust(ann, because("hand:9", now), -5),
        "claw_back": lambda: loyalty.claw_back(ann, because("refund:9", now), "order:1", 15),
        "give_back": lambda: loyalty.give_back(ann, because("cancel:9", now), "coupon:1"),
        "transfer": lambda: loyalty.transfer(ann, bob.customer_id, because("gift:9", now), 10),
    }


def fallen_due(tenant: Tenant, at: datetime) -> list[Timer]:
    return [
        Timer(tenant, item.name, item.subject, item.due)
        for shard in range(SHARDS)
        for item in due_timers(shard, at)
        if item.tenant == tenant.id and item.name == "points.due"
    ]


def carry_out(timers: list[Timer], at: datetime) -> None:
    """As the queue would: what was done meanwhile is no failure."""
    for timer in timers:
        with passing(AlreadyHandledError):
            loyalty.fall_due(timer, at)


def opened(tenant: Tenant, now: datetime) -> tuple[Membership, Membership]:
    ann, bob = new_member(tenant, now), new_member(tenant, now, "bob@example.test")
    loyalty.earn(ann, because("order:1", now), 60, expires_at=now + 2 * DAY)
    loyalty.earn(ann, because("order:2", now), 60, available_at=now + DAY)
    loyalty.spend(ann, because("coupon:1", now), 20)
    return ann, bob


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("what", ["earn", "spend", "adjust", "claw_back", "give_back", "transfer", "time"])
def test_killed_at_any_call_nothing_is_half_done_and_a_repeat_heals(
    tenant: Tenant, now: datetime, what: str, answered: bool
) -> None:
    deaths = 0
    for call in range(1, 6):
        shop = Tenant(tenant.id[:-1] + str(call))
        ann, bob = opened(shop, now)
        deeds = deeds_of(ann, bob, now)
        timers = fallen_due(shop, now + DAY)
        deeds["time"] = lambda timers=timers: carry_out(timers, now + DAY)
        numbers = [loyalty.member_of(one).number for one in (ann, bob)]
        try:
            with killed_at(call, answered=answered):
                deeds[what]()
        except KilledError:
            deaths += 1
        proven(ann)
        proven(bob)
        deeds[what]()
        deeds[what]()
        moved = [loyalty.member_of(one).number for one in (ann, bob)]
        assert moved == [numbers[0] + 1, numbers[1] + (what == "transfer")]
        proven(ann)
        proven(bob)
    assert 3 <= deaths < 5


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("what", ["earn", "spend", "adjust", "claw_back", "give_back", "transfer", "time"])
def test_a_call_that_fails_is_an_error_or_none_and_never_two_movements(
    tenant: Tenant, now: datetime, what: str, answered: bool
) -> None:
    for call in range(1, 5):
        shop = Tenant(tenant.id[:-1] + str(call))
        ann, bob = opened(shop, now)
        deeds = deeds_of(ann, bob, now)
        timers = fallen_due(shop, now + DAY)
        deeds["time"] = lambda timers=timers: carry_out(timers, now + DAY)
        before = loyalty.member_of(ann).number
        with passing(PynamoDBException), failing_at(call, answered=answered):
            deeds[what]()
        proven(ann)
        deeds[what]()
        assert loyalty.member_of(ann).number == before + 1
        proven(ann)
        proven(bob)


def drawn(dice: random.Random, step: int, one: Membership, other: Membership, at: datetime) -> Any:
    """Do something; keys are few, so that most come again."""
    key, back = dice.randint(1, 12), dice.randint(1, 12)
    order, coupon = because(f"order:{key}", at), because(f"coupon:{key}", at)
    deeds: list[Callable[[], Any]] = [
        lambda: loyalty.earn(one, order, 10, available_at=at + DAY / 2),
        lambda: loyalty.earn(one, order, 10, expires_at=at + DAY / 2),
        lambda: loyalty.spend(one, coupon, 15),
        lambda: loyalty.claw_back(one, because(f"refund:{step}", at), f"order:{key}", 6),
        lambda: loyalty.give_back(one, because(f"cancel:{key}", at), f"coupon:{back}"),
        lambda: loyalty.transfer(one, other.customer_id, because(f"gift:{key}", at), 4),
        lambda: loyalty.transfer(one, other.customer_id, because(f"merge:{step}", at)),
        lambda: carry_out(fallen_due(one.tenant, at), at),
    ]
    return dice.choice(deeds)()


@pytest.mark.parametrize("seed", range(8))
def test_many_deeds_at_random_some_of_them_dying_leave_a_true_ledger(
    tenant: Tenant, now: datetime, seed: int
) -> None:
    dice = random.Random(seed)
    ann, bob = opened(tenant, now)
    at = now
    for step in range(40):
        at += timedelta(hours=dice.choice([0, 1, 9]))
        one, other = dice.sample([ann, bob], 2)
        with passing(RegularsError):
            if dice.random() < 0.5:
                drawn(dice, step, one, other, at)
            else:
                with passing(KilledError), killed_at(dice.randint(1, 9), answered=dice.random() < 0.5):
                    drawn(dice, step, one, other, at)
        for member in map(loyalty.member_of, (ann, bob)):
            assert not member.debt or not member.available
    proven(ann)
    proven(bob)
