"""Campaigns: one message to many, planned in passes, tested, measured (CMP-1 to CMP-5)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.campaigns.calendar import CalendarEntry, campaign_calendar
    from regulars.campaigns.checking import Finding, check_campaign
    from regulars.campaigns.comparing import Arm, detectable
    from regulars.campaigns.exporting import start_export
    from regulars.campaigns.failures import CampaignFailure, campaign_failures, retry_failures
    from regulars.campaigns.figures import Figures, Uplift
    from regulars.campaigns.lifecycle import (
        approve_campaign,
        cancel_campaign,
        pause_campaign,
        resume_campaign,
        schedule_campaign,
        send_campaign,
        unschedule_campaign,
    )
    from regulars.campaigns.linting import LintResult, campaign_lint, start_campaign_lint
    from regulars.campaigns.metrics import (
        HourFigures,
        LinkFigures,
        Metrics,
        VariantFigures,
        campaign_links,
        campaign_metrics,
        campaign_over_time,
        campaign_totals,
    )
    from regulars.campaigns.model import CHANGEABLE, HOLD_OUT, Branch, Campaign, Phase, Run, Status
    from regulars.campaigns.plan import (
        Audience,
        CampaignChange,
        NewCampaign,
        Plan,
        Resend,
        Schedule,
        ScheduleKind,
        Test,
        Utm,
        Variant,
        Winner,
    )
    from regulars.campaigns.previewing import AudiencePreview, Refused, preview_audience
    from regulars.campaigns.recipients import campaign_recipients
    from regulars.campaigns.recurring import next_occurrences
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
    "CHANGEABLE",
    "HOLD_OUT",
    "Arm",
    "Audience",
    "AudiencePreview",
    "Branch",
    "CalendarEntry",
    "Campaign",
    "CampaignChange",
    "CampaignFailure",
    "Figures",
    "Finding",
    "HourFigures",
    "LinkFigures",
    "LintResult",
    "Metrics",
    "NewCampaign",
    "Phase",
    "Plan",
    "Refused",
    "Resend",
    "Run",
    "Schedule",
    "ScheduleKind",
    "Status",
    "Test",
    "Uplift",
    "Utm",
    "Variant",
    "VariantFigures",
    "Winner",
    "approve_campaign",
    "archive_campaign",
    "campaign_calendar",
    "campaign_failures",
    "campaign_links",
    "campaign_lint",
    "campaign_metrics",
    "campaign_over_time",
    "campaign_recipients",
    "campaign_totals",
    "cancel_campaign",
    "change_campaign",
    "check_campaign",
    "create_campaign",
    "delete_campaign",
    "detectable",
    "duplicate_campaign",
    "get_campaign",
    "list_campaigns",
    "next_occurrences",
    "pause_campaign",
    "preview_audience",
    "resume_campaign",
    "retry_failures",
    "schedule_campaign",
    "send_campaign",
    "start_campaign_lint",
    "start_export",
    "unschedule_campaign",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "calendar": "CalendarEntry campaign_calendar",
            "checking": "Finding check_campaign",
            "comparing": "Arm detectable",
            "exporting": "start_export",
            "failures": "CampaignFailure campaign_failures retry_failures",
            "figures": "Figures Uplift",
            "lifecycle": (
                "approve_campaign cancel_campaign pause_campaign "
                "resume_campaign schedule_campaign send_campaign unschedule_campaign"
            ),
            "linting": "LintResult campaign_lint start_campaign_lint",
            "metrics": (
                "HourFigures LinkFigures Metrics VariantFigures "
                "campaign_links campaign_metrics campaign_over_time campaign_totals"
            ),
            "model": "CHANGEABLE HOLD_OUT Branch Campaign Phase Run Status",
            "plan": (
                "Audience CampaignChange NewCampaign Plan Resend "
                "Schedule ScheduleKind Test Utm Variant Winner"
            ),
            "previewing": "AudiencePreview Refused preview_audience",
            "recipients": "campaign_recipients",
            "recurring": "next_occurrences",
            "service": (
                "archive_campaign change_campaign create_campaign "
                "delete_campaign duplicate_campaign get_campaign list_campaigns"
            ),
        },
    )
