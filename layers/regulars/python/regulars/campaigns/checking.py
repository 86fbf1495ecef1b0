"""What stands in the way of a campaign: what can never be right is refused at once, what is missing before it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from regulars.campaigns.model import Campaign
from regulars.campaigns.plan import Plan, ScheduleKind
from regulars.campaigns.recurring import check_rrule
from regulars.campaigns.scheduling import nominal, zone_of
from regulars.campaigns.templates_used import missing_contents
from regulars.kernel.errors import Fault, InvalidError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, messaging_settings, paused_why
from regulars.segments import Status as SegmentStatus
from regulars.segments import check_matching, get_segment


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a plan: a `fault` keeps it from being sent, a `warning` does not."""

    pointer: str
    level: Literal["fault", "warning"]
    detail: str


def check_references(tenant: Tenant, plan: Plan) -> None:
    """Raises InvalidError, pointing at each, for segments that are not there, a rule or a recurrence that cannot be read."""
    faults = [*_missing_segments(tenant, plan)]
    if plan.audience.rule is not None:
        check_matching(tenant, plan.audience.rule, at="/audience/rule")
    if plan.schedule.rrule and plan.schedule.at is not None:
        check_rrule(plan.schedule.rrule, plan.schedule.at, zone_of(tenant), spread=plan.schedule.spread)
    if faults:
        raise InvalidError(faults[0].detail, faults)


def _missing_segments(tenant: Tenant, plan: Plan) -> Iterator[Fault]:
    audience = plan.audience
    named = [("/audience/segment", audience.segment)] if audience.segment else []
    named += [(f"/audience/exclude/{place}", one) for place, one in enumerate(audience.exclude)]
    for pointer, segment_id in named:
        try:
            get_segment(tenant, segment_id or "")
        except NotFoundError:
            yield Fault(pointer, "there is no such segment")


def check_campaign(tenant: Tenant, campaign: Campaign, now: datetime) -> list[Finding]:
    """Everything that keeps it from being sent, and what is worth a second look. About 3 request units and the templates'."""
    plan = campaign.plan
    found = [
        *_audience(tenant, plan),
        *_message(tenant, plan),
        *_paused(tenant, campaign, now),
        *_schedule(plan, zone_of(tenant), now),
        *_test(plan),
    ]
    return [Finding(pointer, level, detail) for pointer, level, detail in found]


def require_ready(tenant: Tenant, campaign: Campaign, now: datetime) -> None:
    """Raises InvalidError with every fault that `check_campaign` finds."""
    faults = [
        Fault(one.pointer, one.detail)
        for one in check_campaign(tenant, campaign, now)
        if one.level == "fault"
    ]
    if faults:
        raise InvalidError(faults[0].detail, faults)


_PAUSED = {"bounces": "too many mails bounced", "complaints": "too many people complained"}
_Found = tuple[str, Literal["fault", "warning"], str]


def _audience(tenant: Tenant, plan: Plan) -> Iterator[_Found]:
    audience = plan.audience
    if not audience.kind or audience.customers == []:
        yield "/audience", "fault", "choose who gets it"
    for fault in _missing_segments(tenant, plan):
        yield fault.pointer, "fault", fault.detail
    if audience.segment is not None and _unready(tenant, audience.segment):
        yield "/audience/segment", "fault", "the segment is being evaluated for the first time; wait for it"
    if audience.segment is not None and audience.segment in audience.exclude:
        yield "/audience/exclude", "fault", "the segment itself is excluded, so nobody is left"


def _unready(tenant: Tenant, segment_id: str) -> bool:
    try:
        segment = get_segment(tenant, segment_id)
    except NotFoundError:
        return False
    return segment.status is SegmentStatus.EVALUATING and segment.evaluated_at is None


def _message(tenant: Tenant, plan: Plan) -> Iterator[_Found]:
    settings = messaging_settings(tenant)
    category = settings.category(plan.category)
    if not plan.channels:
        yield "/channels", "fault", "choose a channel at least"
    if category is None:
        yield "/category", "fault", "there is no such category in the settings"
    elif category.transactional:
        yield "/category", "fault", "a campaign is marketing: this category is for transactional messages"
    if Channel.WEBHOOK in plan.all_channels and not settings.webhook_url:
        yield "/channels", "warning", "no webhook address is set up in the settings"
    if not plan.template and not (plan.variants and all(one.template for one in plan.variants)):
        yield "/template", "fault", "choose a template"
    yield from missing_contents(tenant, plan)


def _paused(tenant: Tenant, campaign: Campaign, now: datetime) -> Iterator[_Found]:
    """Sent while marketing is paused, it would go to nobody, and to nobody later either."""
    if not (why := paused_why(tenant)):
        return
    later = campaign.plan.schedule.kind is not ScheduleKind.NOW and (
        campaign.due_at is None or campaign.due_at > now
    )
    told = f"marketing is paused ({_PAUSED.get(why, why)}): resume it first"
    yield "/category", "warning" if later else "fault", told


def _schedule(plan: Plan, zone: ZoneInfo, now: datetime) -> Iterator[_Found]:
    schedule = plan.schedule
    if schedule.kind is ScheduleKind.NOW:
        if schedule.zone == "recipient":
            yield "/schedule/zone", "fault", "each recipient's own time needs a time: choose when"
        return
    if schedule.kind is ScheduleKind.BEST_HOUR and schedule.at is None:
        return
    if schedule.at is None:
        yield "/schedule/at", "fault", "choose when"
    elif schedule.kind is ScheduleKind.RECURRING and not schedule.rrule:
        yield "/schedule/rrule", "fault", "say how it recurs"
    elif nominal(plan, zone, now) is None:
        yield "/schedule/at", "fault", "lies in the past"


def _test(plan: Plan) -> Iterator[_Found]:
    test = plan.test
    if test is not None and not test.variants and not test.hold_out:
        yield "/test", "warning", "a test without variants and without a hold-out tests nothing"
    if test is not None and len(test.variants) > 1 and not _differ(plan):
        yield "/test/variants", "warning", "two variants are the same in all but the name"
    if plan.resend is not None and Channel.EMAIL not in plan.all_channels:
        yield "/resend", "fault", "only mails can be sent again to those who did not open them"


def _differ(plan: Plan) -> bool:
    told = [one.model_dump_json(exclude={"name"}) for one in plan.variants]
    return len(set(told)) == len(told)
