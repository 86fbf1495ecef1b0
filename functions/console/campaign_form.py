"""The composer's form: a campaign's plan as fields to be filled in. `campaign_change` is the way back. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from console.recurrence import Repeat, read_rule, usual
from regulars.campaigns.model import Campaign
from regulars.campaigns.plan import Audience, Plan, Schedule, Test, Variant
from regulars.kernel.money import exponent

Values = dict[str, str]
# Which field of the form shows a fault of the change.
FIELDS_OF: Mapping[str, str] = {
    "audience": "audience",
    "channels": "channels",
    "schedule": "schedule",
    "test": "test",
    "resend": "resend_hours",
    "throttle_per_minute": "throttle",
    "utm": "utm_campaign",
}
_TEST = Test()


def values_of(campaign: Campaign, currency: str, zone: ZoneInfo) -> Values:
    """The single fields of the form."""
    plan = campaign.plan
    single = {
        "name": campaign.name,
        "choice": plan.choice.value,
        "template": plan.template,
        "subject": plan.subject,
        "category": plan.category,
        "tags": ", ".join(plan.tags),
        "utm_source": plan.utm.source,
        "utm_medium": plan.utm.medium,
        "utm_campaign": plan.utm.campaign,
        "cost": amount_text(plan.cost or None, currency),
        "budget": amount_text(plan.budget, currency),
        "throttle": str(plan.throttle_per_minute or ""),
    }
    return (
        single
        | _of_audience(plan.audience)
        | _of_test(plan.test)
        | _of_schedule(plan.schedule, zone)
        | _of_resend(plan)
    )


def lists_of(plan: Plan, zone: ZoneInfo) -> dict[str, list[str]]:
    """The fields that repeat: segments, exclusions, channels, weekdays."""
    repeat = repeat_of(plan.schedule, zone)
    return {
        "segment": segments_of(plan.audience),
        "exclude": list(plan.audience.exclude),
        "channel": [one.value for one in plan.channels],
        "day": list(repeat.days) if repeat else [],
    }


def segments_of(audience: Audience) -> list[str]:
    """The segments an audience is made of, one or several; none for any other kind of audience."""
    if audience.segment:
        return [audience.segment]
    root = (audience.rule or {}).get("root", {})
    parts = root.get("of", []) if root.get("type") in {"any", "all"} else []
    named = [one.get("segment", "") for one in parts if one.get("type") == "segment"]
    return named if len(named) == len(parts) else []


def _of_audience(audience: Audience) -> Values:
    root = (audience.rule or {}).get("root", {})
    kinds = {"all": "all", "customers": "list", "rule": "rule"}
    kind = "segments" if segments_of(audience) or not audience.kind else kinds[audience.kind]
    return {"audience": kind, "match": "all" if root.get("type") == "all" else "any"}


def _of_test(test: Test | None) -> Values:
    given = test or _TEST
    return {
        "test": "yes" if given.variants else "",
        "test_share": _plain(100 * given.share),
        "hold_out": _plain(100 * given.hold_out),
        "winner": given.winner.value,
        "after_hours": _plain(given.after_hours),
        "minimum_sample": str(given.minimum_sample),
    }


def repeat_of(schedule: Schedule, zone: ZoneInfo) -> Repeat | None:
    """What the editor of recurrences shows; None for a rule that says more than it knows."""
    if schedule.rrule:
        return read_rule(schedule.rrule)
    return usual(schedule.at.astimezone(zone).date()) if schedule.at else Repeat()


def _of_schedule(schedule: Schedule, zone: ZoneInfo) -> Values:
    repeat = repeat_of(schedule, zone)
    return {
        "when": schedule.kind.value,
        "at": f"{schedule.at.astimezone(zone):%Y-%m-%dT%H:%M}" if schedule.at else "",
        "zone": schedule.zone,
        "passed": schedule.passed,
        "kept": schedule.audience,
        "rule_text": "" if repeat else schedule.rrule,
    } | (repeat or Repeat()).form


def _of_resend(plan: Plan) -> Values:
    resend = plan.resend
    return {
        "resend": "yes" if resend else "",
        "resend_hours": _plain(resend.after_hours if resend else 48),
        "resend_subject": resend.subject if resend else "",
    }


def _plain(value: float) -> str:
    """`4`, `0.25`, without the noise of binary fractions."""
    return f"{round(value, 4):g}"


def amount_text(minor: int | None, currency: str) -> str:
    """An amount as it is typed: `1050` GBP → `10.50`; empty for none."""
    return "" if minor is None else str(Decimal(minor).scaleb(-exponent(currency)))


def variants_of(plan: Plan) -> list[Variant]:
    """The variants to show in the form; two of them to begin with."""
    return plan.variants or [Variant(name="A"), Variant(name="B")]
