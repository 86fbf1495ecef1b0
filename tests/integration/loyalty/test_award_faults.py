"""Whatever order events come in, however often, to however many workers that may die: points are what the orders say."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress as passing
from datetime import datetime, timedelta

import pytest

from regulars import loyalty
from regulars.commerce import orders
from regulars.commerce.orders import NewOrderRefund, Order, Status, StatusChange
from regulars.kernel.errors import RegularsError
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Membership, awarding
from tests.integration.interrupting import interrupted_before
from tests.integration.killing import KilledError, killed_at
from tests.integration.loyalty.ledgers import proven
from tests.integration.loyalty.paying import handled, held, on_the_bus, running
from tests.integration.pipeline.shop import buy, new_customer, open_shop
from tests.integration.threads import at_once

DAY = timedelta(days=1)


def opened(tenant: Tenant, now: datetime) -> Membership:
    open_shop(tenant, now)
    program = running(tenant, now)
    return Membership(tenant, new_customer(tenant, now), program.id)


def told(of: Membership) -> list[Envelope]:
    return on_the_bus(of.tenant, of.customer_id)


def due(order: Order) -> int:
    """What an order is worth in the end: a point a pound, less the share of what was refunded."""
    paid = Status.PAID in {entry.status for entry in order.statuses}
    if not paid or order.status is Status.CANCELLED:
        return 0
    earned = order.total // 100
    return earned - earned * order.refunded // order.total


def true_to_orders(of: Membership) -> None:
    bought = orders.list_orders(of.tenant, limit=100, customer_id=of.customer_id).items
    pending, available, debt = held(of)
    assert pending + available - debt == sum(map(due, bought))
    proven(of)


def refund(of: Membership, order: Order, at: datetime, amount: int | None = None) -> None:
    orders.refund(of.tenant, order.id, NewOrderRefund(amount=amount), now=at)


def status(of: Membership, order: Order, at: datetime, reported: Status) -> None:
    orders.set_status(of.tenant, order.id, StatusChange(status=reported), now=at)


def happens(of: Membership, dice: random.Random, bought: list[Order], at: datetime) -> None:
    """Something to an order, or a new one."""
    if not bought or dice.random() < 0.3:
        price = dice.choice([1, 49, 50, 333, 5000])
        how = dice.choice(["placed", "paid"])
        bought.append(buy(of.tenant, of.customer_id, f"N{len(bought)}", at, price, status=how))
        return
    order = dice.choice(bought)
    amount = dice.choice([None, 1, 2, max(1, order.total // 3)])
    deeds: list[Callable[[], None]] = [
        lambda: status(of, order, at, dice.choice([Status.PAID, Status.PAID, Status.SHIPPED])),
        lambda: status(of, order, at, Status.CANCELLED),
        lambda: refund(of, order, at, amount),
    ]
    with passing(RegularsError):
        dice.choices(deeds, [5, 1, 4])[0]()


def comes_by(of: Membership, dice: random.Random) -> None:
    """Some of the events so far, in any order and number, to one worker that may die, or to two at once."""
    known = told(of)

    def some() -> Sequence[Envelope]:
        return dice.choices(known, k=dice.randint(1, 4)) if known else []

    if dice.random() < 0.3:
        batches = [some(), some()]
        at_once(*[lambda batch=batch: handled(batch) for batch in batches])  # type: ignore[misc]
    else:
        with passing(KilledError), killed_at(dice.randint(1, 40), answered=dice.random() < 0.5):
            handled(some())


@pytest.mark.parametrize("seed", range(10))
def test_the_points_are_what_the_orders_say_in_the_end(tenant: Tenant, now: datetime, seed: int) -> None:
    dice = random.Random(seed)
    of = opened(tenant, now)
    bought: list[Order] = []
    for step in range(25):
        happens(of, dice, bought, now + step * timedelta(hours=1))
        if dice.random() < 0.5:
            comes_by(of, dice)
    last = told(of)
    dice.shuffle(last)
    handled(last)
    true_to_orders(of)
    number = loyalty.member_of(of).number
    handled(dice.sample(last, len(last)))
    assert loyalty.member_of(of).number == number


@pytest.mark.parametrize("answered", [True, False])
def test_killed_at_any_call_and_delivered_again(tenant: Tenant, now: datetime, answered: bool) -> None:
    of = opened(tenant, now)
    for call in range(1, 100):
        order = buy(of.tenant, of.customer_id, f"A{call}", now, status="paid")
        refund(of, order, now, 500)
        news = [one for one in told(of) if one.data["order_id"] == order.id]
        died = False
        for one in news:
            try:
                with killed_at(call, answered=answered):
                    handled([one])
            except KilledError:
                died = True
        handled(news)
        true_to_orders(of)
        if not died:
            break
    assert 10 <= call < 99


@pytest.mark.parametrize("what", ["refund", "whole refund", "cancellation"])
def test_an_order_that_is_undone_between_any_two_calls_of_its_award(
    tenant: Tenant, now: datetime, what: str
) -> None:
    of = opened(tenant, now)
    undo: dict[str, Callable[[Order], None]] = {
        "refund": lambda order: refund(of, order, now, 500),
        "whole refund": lambda order: refund(of, order, now),
        "cancellation": lambda order: status(of, order, now, Status.CANCELLED),
    }
    call, reached = 0, True
    while reached:
        call += 1
        order = buy(of.tenant, of.customer_id, f"A{call}", now, status="paid")
        [payment] = [one for one in told(of) if one.data["order_id"] == order.id]

        def undone(order: Order = order, payment: Envelope = payment) -> None:
            undo[what](order)
            handled([one for one in told(of) if one.data["order_id"] == order.id and one != payment])

        with interrupted_before(call, undone):
            handled([payment])
        reached = orders.get(of.tenant, order.id).version > 1
        true_to_orders(of)
    assert call > 6


def test_a_repeat_heals_who_died_with_the_award_of_an_order_that_was_cancelled_meanwhile(
    tenant: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = opened(tenant, now)
    order = buy(of.tenant, of.customer_id, "A1", now, status="paid")
    payment = told(of)

    def dies(*_: object) -> None:
        raise KilledError

    with (
        monkeypatch.context() as patch,
        interrupted_before(2, lambda: status(of, order, now, Status.CANCELLED)),
    ):
        patch.setattr(awarding, "take_back", dies)
        with pytest.raises(KilledError):
            handled(payment)
    assert held(of) == (20, 0, 0)
    handled(payment)
    true_to_orders(of)


def test_two_workers_with_the_same_and_different_orders_at_once(tenant: Tenant, now: datetime) -> None:
    of = opened(tenant, now)
    rounds = [buy(of.tenant, of.customer_id, f"A{n}", now, status="paid") for n in range(6)]
    for order in rounds[:3]:
        refund(of, order, now, 700)
        refund(of, order, now, 700)
    news = told(of)
    at_once(*[lambda: handled(news)] * 2, *[lambda: handled(news[::-1])] * 2)
    handled(news)
    true_to_orders(of)


def test_orders_at_once_do_not_exceed_a_cap(tenant: Tenant, now: datetime) -> None:
    of = opened(tenant, now)
    capped = Membership(tenant, of.customer_id, running(tenant, now, {"caps": {"per_day": 50}}).id)
    for number in range(6):
        buy(of.tenant, of.customer_id, f"A{number}", now, status="paid")
    at_once(*[lambda one=one: handled([one]) for one in told(of)])  # type: ignore[misc]
    assert held(capped) == (50, 0, 0)
    assert held(of) == (120, 0, 0)
    assert loyalty.verify(tenant).violations == []
