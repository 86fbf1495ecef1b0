"""What a run has spent, and what its budget leaves."""

from collections.abc import Mapping

from regulars.campaigns.figures import micro_costs
from regulars.campaigns.model import Campaign, Status
from regulars.campaigns.store import read_campaign
from regulars.campaigns.totals import by_channel, totals_by_branch
from regulars.kernel.money import exponent
from regulars.kernel.tenancy import Tenant
from regulars.messaging import messaging_settings
from regulars.platform import settings_of

_MICRO = 6


def budget_left(tenant: Tenant, campaign: Campaign) -> int | None:
    """What the run at hand may still spend, in millionths of the currency unit; None without a budget or a run. 8 request units
    a branch.

    What has been claimed and has no result yet is taken for spent, so whatever is under way is never given away twice.
    """
    plan, run = campaign.plan, campaign.run
    if plan.budget is None or run is None:
        return None
    prices = {channel.value: price for channel, price in messaging_settings(tenant).costs.items()}
    spent = sum(
        sum(micro_costs(by_channel(sums), prices).values()) + _under_way(by_channel(sums), prices)
        for sums in totals_by_branch(tenant, run).values()
    )
    minor: int = 10 ** (_MICRO - exponent(settings_of(tenant).currency))
    return (plan.budget - plan.cost) * minor - spent


def left_for(tenant: Tenant, campaign_id: str, dispatch_id: str) -> int | None:
    """The same for who sends a message of it; None also when it is not being sent, and for late messages of a former run, whose
    budget is closed. 1 request unit more."""
    campaign = read_campaign(tenant, campaign_id)
    if campaign is None or campaign.run is None or campaign.status is not Status.SENDING:
        return None
    mine = any(one.id == dispatch_id for one in campaign.run.branches)
    return budget_left(tenant, campaign) if mine else None


def _under_way(channels: Mapping[str, Mapping[str, int]], prices: Mapping[str, int]) -> int:
    return sum(
        max(0, counts.get("claimed", 0) - counts.get("sent", 0) - counts.get("failed", 0))
        * prices.get(channel, 0)
        for channel, counts in channels.items()
    )
