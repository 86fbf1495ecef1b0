"""What happened to campaigns. Their customers' side is told by the events of messages."""

from regulars.kernel.events import Event, Subject
from regulars.kernel.tenancy import Tenant


class _OfCampaign(Event):
    campaign_id: str
    run: int = 0


class CampaignStarted(_OfCampaign, name="campaign.started"):
    """A run has begun."""


class CampaignCompleted(_OfCampaign, name="campaign.completed"):
    """A run is through; of a recurring campaign another may follow. `planned` customers were in it."""

    planned: int


class CampaignPaused(_OfCampaign, name="campaign.paused"):
    """`reason` is `budget` when it happened by itself, as its budget was reached; empty when a person did it."""

    reason: str = ""


class CampaignResumed(_OfCampaign, name="campaign.resumed"):
    pass


class CampaignCancelled(_OfCampaign, name="campaign.cancelled"):
    pass


class CampaignFailed(_OfCampaign, name="campaign.failed"):
    reason: str


class CampaignNeedsApproval(_OfCampaign, name="campaign.needs_approval"):
    """Its moment passed more than an hour ago while nothing could be sent; it waits for `approve`."""

    reason: str


class WinnerChosen(_OfCampaign, name="campaign.winner_chosen"):
    """The test is decided, and nothing that comes later changes it."""

    winner: str
    by: str
    statement: str


def about_campaign(tenant: Tenant, campaign_id: str) -> Subject:
    """Where a campaign's events lie."""
    return Subject(campaign_id, tenant.partition("CMP", campaign_id))
