"""What a worker does with a job that plans a campaign: its parts, and the turn that concludes it."""

from collections import Counter
from datetime import datetime
from typing import Any

from regulars.campaigns.model import Campaign, Status
from regulars.campaigns.planning import Planner
from regulars.campaigns.runs import JOB, fail_run, planned
from regulars.campaigns.service import by_the_latest
from regulars.campaigns.store import read_campaign
from regulars.kernel.clock import iso
from regulars.kernel.job_items import counts_of, parts_of
from regulars.kernel.jobs import Job, State
from regulars.kernel.leases import Lease
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import Hands, Owner


def _planned_by(tenant: Tenant, job: Job) -> Campaign | None:
    """The campaign that waits for this very job; None when it does not any more."""
    campaign = read_campaign(tenant, job.spec["campaign"])
    if campaign is None or campaign.run is None or campaign.run.job != job.id:
        return None
    return campaign if campaign.status is not Status.CANCELLED else None


def _plan(hands: Hands) -> bool:
    """A part's turn; whether it is through."""
    lease = hands.lease
    assert lease.part is not None
    campaign = _planned_by(hands.tenant, lease.job)
    if campaign is None or campaign.run is None:
        return True
    planner = Planner(hands.tenant, campaign, campaign.run, lease.part, campaign.run.planning, hands.files)
    source = planner.source(lease.job.created_at)
    place, counts = lease.place or {"at": {}, "pages": 0}, Counter(lease.counts)
    while place["at"] is not None:
        page = source.page(place["at"])
        told, passes = planner.send(page, counts["batches"], place["pages"])
        counts += told
        place = _onward(place, page.following, passes)
        lease.checkpoint(hands.now(), counts=dict(counts), checkpoint=place, done=page.done)
        if place["at"] is not None and (lease.stopping or hands.in_haste):
            return False
    return True


def _onward(place: dict[str, Any], following: dict[str, Any] | None, passes: set[datetime]) -> dict[str, Any]:
    later = sorted({*place.get("later", ()), *map(iso, passes)})
    return {"at": following, "pages": place["pages"] + 1} | ({"later": later} if later else {})


def _conclude(hands: Hands, outcome: State, message: str | None) -> bool:
    """All parts have ended, or one has failed; harmless to repeat."""
    job = hands.lease.job
    parts = parts_of(hands.tenant, job.id)
    passes = {
        datetime.fromisoformat(one) for part in parts for one in (part.checkpoint or {}).get("later", ())
    }

    def write() -> None:
        campaign = _planned_by(hands.tenant, job)
        if campaign is None:
            return
        if outcome is State.SUCCEEDED:
            planned(hands.tenant, campaign, counts_of(parts), passes, hands.now())
        else:
            fail_run(hands.tenant, campaign, message or "Its planning was stopped.", hands.now())

    by_the_latest(write)
    return True


def _reached(lease: Lease) -> str:
    return f"after {lease.counts.get('read', 0):,} customers"


OWNERS = {JOB: Owner(_plan, _conclude, _reached)}
