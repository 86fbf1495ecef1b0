"""The facts follow the ledger, in whatever order and however often its events come."""

import random
from datetime import datetime, timedelta

import pytest

from regulars import loyalty
from regulars.customers import Facts, facts_of
from regulars.insights.facts import keep_facts
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Membership
from regulars.segments.fields import FIELD_OF
from tests.integration.loyalty.ledgers import because, new_member, points_events, run_due
from tests.metering import metered

DAY = timedelta(days=1)


def facts(of: Membership) -> Facts:
    found = facts_of(of.tenant, of.customer_id, consistent=True)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_balance_of_the_facts_is_that_of_the_ledger(tenant: Tenant, now: datetime, seed: int) -> None:
    ann = new_member(tenant, now)
    other = Membership(tenant, ann.customer_id, "lpr_2")
    assert FIELD_OF["points_balance"].read(facts(ann)) is None
    loyalty.earn(ann, because("order:1", now), 100, expires_at=now + DAY)
    loyalty.earn(ann, because("order:2", now), 50, available_at=now + DAY)
    loyalty.spend(ann, because("coupon:1", now), 30)
    loyalty.earn(other, because("order:1", now), 7)
    run_due(tenant, now + DAY)
    events = points_events(ann) * 2
    random.Random(seed).shuffle(events)
    for start in range(0, len(events), 3):
        keep_facts(tenant, events[start : start + 3])
    assert loyalty.member_of(ann).available == 50
    assert FIELD_OF["points_balance"].read(facts(ann)) == 57
    with metered() as meter:
        keep_facts(tenant, events)
    assert meter.reads == meter.units, "what is known is not written again"
