"""Request units of the ledger, by DynamoDB's own rules: the figures of docs/access-patterns.md."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regulars import loyalty
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer
from regulars.loyalty import Membership
from run_timers.owners import OWNERS
from tests.integration.loyalty.ledgers import because, new_member
from tests.metering import metered

DAY = timedelta(days=1)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> Membership:
    """A member with a dozen lots that never fall due, and one pending."""
    of = new_member(tenant, now)
    loyalty.earn(of, because("order:0", now), 100, available_at=now + DAY, expires_at=now + 365 * DAY)
    for number in range(1, 13):
        loyalty.earn(of, because(f"order:ord_01M7Y2VKTBA2TSBX44BYZ4PZ{number:02d}", now), 100)
    return of


def units(work: Callable[[], object]) -> float:
    with metered() as meter:
        work()
    return meter.units


def test_what_a_movement_costs(ann: Membership, now: datetime) -> None:
    later = {"available_at": now + 14 * DAY, "expires_at": now + 400 * DAY}
    # Facts and member read; receipt, member (12 lots in 2 KB), movement and event written.
    assert units(lambda: loyalty.earn(ann, because("order:ord_2", now), 50, **later)) == 11.5
    assert units(lambda: loyalty.spend(ann, because("coupon:1", now), 250)) == 11.5
    assert units(lambda: loyalty.earn(ann, because("order:ord_2", now), 50, **later)) == 3.5
    # The receipt of what is reversed is read and written besides.
    assert units(lambda: loyalty.claw_back(ann, because("refund:1", now), "order:ord_2", 20)) == 14
    assert units(lambda: loyalty.give_back(ann, because("cancel:1", now), "coupon:1")) == 15


def test_what_time_costs(ann: Membership, now: datetime) -> None:
    # Member read twice; member, movement, event, the timer taken away and the next one armed.
    timer = Timer(ann.tenant, "points.due", f"{ann.program_id}:{ann.customer_id}", now + DAY)
    assert units(lambda: OWNERS["points.due"](timer, now + DAY)) == 14


def test_what_reading_costs(ann: Membership, now: datetime) -> None:
    assert units(lambda: loyalty.member_of(ann)) == 1
    assert units(lambda: loyalty.statement(ann)) == 1


def test_a_members_first_movement(tenant: Tenant, now: datetime) -> None:
    of = new_member(tenant, now)
    assert units(lambda: loyalty.earn(of, because("order:1", now), 50)) == 12.5
