"""Timers leave the table when they are due, whatever the clock does, and reach their owners once in effect."""

import json
from datetime import datetime, timedelta

import pytest

from fire_timers.dispatch import fire
from regulars import customers
from regulars.commerce import carts
from regulars.commerce.orders import NewLine
from regulars.kernel.clock import iso
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, disarm
from regulars.kernel.transaction import Transaction
from run_timers.handler import handler as run_handler
from tests.integration.pipeline.conftest import receive_all
from tests.integration.pipeline.shop import events_of, new_customer

MINUTE = timedelta(minutes=1)


def arm_all(tenant: Tenant, timers: list[Timer]) -> None:
    for start in range(0, len(timers), 50):
        transaction = Transaction(tenant)
        for timer in timers[start : start + 50]:
            arm(transaction, timer)
        transaction.commit()


def fired(tenant: Tenant, url: str) -> list[dict[str, str]]:
    """The messages of this tenant's timers."""
    messages = [json.loads(message["Body"]) for message in receive_all(url)]
    return [one for one in messages if one["tenant"] == tenant.id]


def test_only_what_is_due_is_sent_and_only_once(tenant: Tenant, now: datetime, timers_queue: str) -> None:
    due, later = Timer(tenant, "test.due", "a", now), Timer(tenant, "test.due", "b", now + MINUTE)
    arm_all(tenant, [due, later])

    fire(now)
    fire(now + timedelta(seconds=30))

    assert fired(tenant, timers_queue) == [
        {"tenant": tenant.id, "name": "test.due", "subject": "a", "due": iso(now)}
    ]
    fire(now + MINUTE)
    assert [one["subject"] for one in fired(tenant, timers_queue)] == ["b"]


def test_a_jump_over_three_months_catches_up_with_everything(
    tenant: Tenant, now: datetime, timers_queue: str
) -> None:
    timers = [
        Timer(tenant, "test.due", f"s{number}", now + number * timedelta(hours=9)) for number in range(240)
    ]
    arm_all(tenant, timers)

    fire(now + timedelta(days=95))

    assert sorted(one["subject"] for one in fired(tenant, timers_queue)) == sorted(
        one.subject for one in timers
    )


def test_a_timer_nobody_settled_is_sent_again_after_a_while(
    tenant: Tenant, now: datetime, timers_queue: str
) -> None:
    arm_all(tenant, [Timer(tenant, "test.due", "a", now)])

    for minutes in (0, 1, 4, 6, 7):
        fire(now + minutes * MINUTE)

    assert len(fired(tenant, timers_queue)) == 2


def test_a_disarmed_timer_does_not_fire(tenant: Tenant, now: datetime, timers_queue: str) -> None:
    timer = Timer(tenant, "test.due", "a", now)
    arm_all(tenant, [timer])
    transaction = Transaction(tenant)
    disarm(transaction, timer)
    transaction.commit()

    fire(now + MINUTE)

    assert fired(tenant, timers_queue) == []


def test_a_timer_that_nobody_owns_fails_alone(
    tenant: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    from run_timers import owners

    monkeypatch.setitem(owners.OWNERS, "test.due", lambda timer, now: done.append(timer.subject))
    records = [
        {
            "messageId": name,
            "body": json.dumps({"tenant": tenant.id, "name": name, "subject": "s", "due": iso(now)}),
        }
        for name in ("test.due", "nobody.owns")
    ]

    answer = run_handler({"Records": [*records, {"messageId": "junk", "body": "[]"}]}, None)

    assert done == ["s"]
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["nobody.owns", "junk"]


def test_owners_do_their_work_once_however_often_a_timer_is_sent(
    shop: Tenant, now: datetime, timers_queue: str
) -> None:
    ann = new_customer(shop, now)
    line = NewLine(product_id="mug", quantity=1, unit_price=100)
    carts.put(shop, ann, carts.CartInput(currency="GBP", lines=[line]), now=now)
    call = customers.NewInteraction(
        type="call", summary="Asked for a quote", follow_up_at=now + timedelta(days=2)
    )
    customers.log_interaction(shop, ann, call, by="stf_1", now=now)

    for days in (1, 3, 4):
        fire(now + timedelta(days=days))
    messages = [one for one in receive_all(timers_queue) if shop.id in one["Body"]]
    records = [
        {"messageId": f"{turn}-{one['MessageId']}", "body": one["Body"]}
        for one in messages
        for turn in range(3)
    ]

    assert run_handler({"Records": records}, None) == {"batchItemFailures": []}
    names = [one.name for one in events_of(shop, [ann])]
    assert (names.count("cart.abandoned"), names.count("interaction.due")) == (1, 1)
    fire(now + timedelta(days=9))
    assert fired(shop, timers_queue) == []
