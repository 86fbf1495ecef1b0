"""Ledgers for tests: a membership, causes, the timers that are due, and at most one event a movement."""

from datetime import datetime

from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, due_timers
from regulars.loyalty import Cause, Membership, verify
from run_timers.owners import OWNERS
from tests.integration.pipeline.shop import events_of, new_customer

PROGRAM = "lpr_1"


def new_member(tenant: Tenant, now: datetime, email: str = "ann@example.test") -> Membership:
    return Membership(tenant, new_customer(tenant, now, email), PROGRAM)


def because(key: str, at: datetime) -> Cause:
    return Cause(key, at, about=key.rpartition(":")[2])


def run_due(tenant: Tenant, at: datetime) -> int:
    """Fire what is due of the tenant's timers of points; answers how many."""
    fired = 0
    for shard in range(SHARDS):
        for item in list(due_timers(shard, at)):
            if item.tenant == tenant.id and item.name == "points.due":
                OWNERS[item.name](Timer(tenant, item.name, item.subject, item.due), at)
                fired += 1
    return fired


def points_events(of: Membership) -> list[Envelope]:
    """In the order of the movements."""
    found = [one for one in events_of(of.tenant, [of.customer_id]) if one.name.startswith("points.")]
    return sorted(found, key=lambda one: int(one.data["number"]))


def proven(of: Membership) -> None:
    """The tenant's ledgers hold, and each movement of this one was told once."""
    found = verify(of.tenant)
    assert found.violations == [], found.violations
    numbers = [one.data["number"] for one in points_events(of)]
    assert numbers == list(range(1, len(numbers) + 1))
