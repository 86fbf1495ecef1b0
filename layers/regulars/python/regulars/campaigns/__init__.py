"""Campaigns: one message to many, planned in passes, tested, measured (CMP-1 to CMP-5)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.campaigns.checking import Finding, check_campaign
    from regulars.campaigns.model import Branch, Campaign, Phase, Run, Status
    from regulars.campaigns.plan import (
        Audience,
        CampaignChange,
        NewCampaign,
        Plan,
        Resend,
        Schedule,
        ScheduleKind,
        Test,
        Variant,
        Winner,
    )
    from regulars.campaigns.service import (
        archive_campaign,
        change_campaign,
        create_campaign,
        delete_campaign,
        duplicate_campaign,
        get_campaign,
        list_campaigns,
    )

__all__ = [
    "Audience",
    "Branch",
    "Campaign",
    "CampaignChange",
    "Finding",
    "NewCampaign",
    "Phase",
    "Plan",
    "Resend",
    "Run",
    "Schedule",
    "ScheduleKind",
    "Status",
    "Test",
    "Variant",
    "Winner",
    "archive_campaign",
    "change_campaign",
    "check_campaign",
    "create_campaign",
    "delete_campaign",
    "duplicate_campaign",
    "get_campaign",
    "list_campaigns",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "checking": "Finding check_campaign",
            "model": "Branch Campaign Phase Run Status",
            "plan": (
                "Audience CampaignChange NewCampaign Plan Resend Schedule ScheduleKind Test Variant Winner"
            ),
            "service": (
                "archive_campaign change_campaign create_campaign delete_campaign duplicate_campaign "
                "get_campaign list_campaigns"
            ),
        },
    )
