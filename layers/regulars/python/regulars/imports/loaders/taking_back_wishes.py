"""How imported consents and suppressions are taken back: the ledger is not unwritten, it is written on."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from regulars.imports.loaders.steps import CHANGED, Left, Step
from regulars.imports.loaders.suppressions import made_by
from regulars.imports.store import Plan
from regulars.kernel.tenancy import Tenant
from regulars.messaging import (
    Channel,
    ConsentState,
    Told,
    lift,
    read_contacts,
    record_wishes,
    suppressed,
)

_UNDONE = "import_undone"


def steps_of_suppressions(tenant: Tenant, job_id: str, plan: Plan, now: datetime) -> Iterator[list[Step]]:
    """Take off the list what the import put there, unless somebody has put it there for another reason since."""
    yield [
        Step("suppression", address, partial(_lift, tenant, Channel(channel), address, job_id, now))
        for channel, address in plan["new"]
    ]


def _lift(tenant: Tenant, channel: Channel, address: str, job_id: str, now: datetime) -> Left:
    held = suppressed(tenant, [(channel, address)]).get((channel, address))
    if held is None:
        return None
    if held.by != made_by(job_id):
        return CHANGED
    lift(tenant, channel, address, now, detail=_UNDONE)
    return None


def steps_of_consents(tenant: Tenant, job_id: str, plan: Plan, now: datetime) -> Iterator[list[Step]]:
    """Have consents stand as before, where what was imported still stands. Customers whom the import made go as a whole."""
    yield [
        Step(
            "consent",
            f"{customer_id} {channel}",
            partial(_restore, tenant, customer_id, Channel(channel), now, after, before),
            removes=False,
            lane=customer_id,
        )
        for customer_id, channel, after, before in reversed(plan["due"].values())
        if customer_id
    ]


def _restore(
    tenant: Tenant, customer_id: str, channel: Channel, now: datetime, after: list[str], before: list[str]
) -> Left:
    contact = read_contacts(tenant, [customer_id])[customer_id]
    standing = contact.consent(channel)
    if standing.source == _UNDONE or contact.erased:
        return None
    if standing.state.value != after[0] or standing.source != after[2]:
        return CHANGED
    told = Told(_UNDONE, proof={"before": before[2]} if before[2] else {})
    record_wishes(tenant, customer_id, told, now, consents={channel: ConsentState(before[0])})
    return None
