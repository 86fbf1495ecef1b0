"""A run's batches that failed every time: whom they were for, why, and once more."""

from dataclasses import dataclass
from datetime import datetime

from regulars.campaigns.metrics import MOST_FAILED, run_of
from regulars.campaigns.model import Campaign, Run, Status
from regulars.campaigns.service import get_campaign
from regulars.campaigns.totals import handled, totals_by_branch
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.sending.failing import failed_batches_of, retry_failed


@dataclass(frozen=True, slots=True)
class CampaignFailure:
    """A failed batch; `id` names it for another try."""

    id: str
    phase: str
    variant: str
    customers: tuple[str, ...]
    reason: str
    at: datetime


def campaign_failures(tenant: Tenant, campaign_id: str, *, run: int = 0) -> list[CampaignFailure]:
    """The first 200 of a run's failed batches. Raises NotFoundError.

    None any more once every customer has a result: somebody has brought the dead letters back.
    """
    at_hand = run_of(tenant, get_campaign(tenant, campaign_id), run)
    if handled(at_hand, totals_by_branch(tenant, at_hand)) >= at_hand.planned:
        return []
    found = [
        CampaignFailure(one.id, branch.phase.value, branch.variant, one.customers, one.reason, one.at)
        for branch in at_hand.branches
        for one in failed_batches_of(tenant, branch.id, MOST_FAILED)
    ]
    return found[:MOST_FAILED]


def retry_failures(
    tenant: Tenant, campaign_id: str, batch_ids: list[str] | None = None, *, run: int = 0
) -> int:
    """Have failed batches tried again, all of the run unless some are named; how many. While it is paused they wait until it is
    resumed. Raises NotFoundError, ConflictError for a cancelled campaign."""
    campaign = get_campaign(tenant, campaign_id)
    at_hand = run_of(tenant, campaign, run)
    _require_open(campaign)
    if batch_ids is None:
        return sum(retry_failed(tenant, branch.id) for branch in at_hand.branches)
    places = [_place_in(at_hand, one) for one in dict.fromkeys(batch_ids)]
    return sum(retry_failed(tenant, dispatch_id, number) for dispatch_id, number in places)


def _require_open(campaign: Campaign) -> None:
    if campaign.status is Status.CANCELLED:
        raise ConflictError("this campaign is cancelled, so nothing more of it is sent")


def _place_in(run: Run, batch_id: str) -> tuple[str, int]:
    """The dispatch and number of a batch of this very run. Raises NotFoundError."""
    dispatch_id, _, number = batch_id.rpartition(":")
    known = any(one.id == dispatch_id for one in run.branches)
    if not known or not number.isdecimal() or len(number) > 12:
        raise NotFoundError("there is no such failed batch")
    return dispatch_id, int(number)
