"""A campaign as the composer shows it: what is read for the page, and the pieces of it that follow each save."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.campaign_calendar import Quiet
from console.campaign_catalogue import (
    Option,
    category_options,
    channel_options,
    preview_people,
    segment_options,
)
from console.campaign_compose import TONES, due_of, shares_of, steps_of
from console.campaign_form import lists_of, values_of, variants_of
from console.campaign_lint import lint_lines, lint_warning
from console.campaign_reach import Seen, costs_of
from console.campaign_review import (
    Line,
    capped_line,
    checklist,
    launch_of,
    neighbour_lines,
    story_of,
)
from console.campaign_templates import TemplateOption, template_options
from console.campaign_texts import CHOICES, PATH, WINNERS, ZONES, people
from console.forms import Form
from console.people import name_of
from console.recurrence import DAYS, EVERY, NTH
from console.segment_refs import refs_in
from console.shell import Shop, shop_of
from console.web import Request
from regulars import campaigns
from regulars.campaigns import Campaign, Finding, LintResult, Plan, ScheduleKind, Status
from regulars.campaigns.model import ARCHIVABLE
from regulars.customers import CustomerRef, facts_of_many, resolve
from regulars.kernel.tenancy import Tenant
from regulars.messaging import MessagingSettings, messaging_settings

Pieces = dict[str, tuple[str, dict[str, Any]]]
_TIMES = 5
_DAY = timedelta(days=1)
_NEIGHBOURS = 3
_SHOWN = 100
_REACH = {"audience", "channels", "choice", "template", "category", "test"}
_MESSAGE = {"channels", "template", "subject", "test", "values"}


@dataclass(frozen=True)
class Draft:
    """A campaign with what its page needs to know of the rest of the shop."""

    campaign: Campaign
    shop: Shop
    settings: MessagingSettings
    segments: list[Option]
    templates: list[TemplateOption]
    findings: list[Finding]
    seen: Seen
    lint: LintResult | None = None

    @property
    def plan(self) -> Plan:
        return self.campaign.plan

    @property
    def names(self) -> Mapping[str, str]:
        return {one.id: one.name for one in self.segments}

    @property
    def path(self) -> str:
        return f"{PATH}/{self.campaign.id}"


def read_draft(request: Request, campaign: Campaign, seen: Seen | None = None) -> Draft:
    """Reads what the composer shows beside the campaign."""
    return Draft(
        campaign,
        shop_of(request),
        messaging_settings(request.tenant),
        segment_options(request),
        template_options(request),
        campaigns.check_campaign(request.tenant, campaign, request.call.now),
        seen or Seen(),
        campaigns.campaign_lint(request.tenant, campaign),
    )


def keys_of(campaign: Campaign) -> dict[str, str]:
    """What the count and the preview depend on, each as one value: the browser asks anew when it is another."""
    told = campaign.plan.model_dump(mode="json")
    return {"reach": _digest(told, _REACH), "message": _digest(told, _MESSAGE)}


def _digest(told: Mapping[str, Any], names: set[str]) -> str:
    text = json.dumps({name: told[name] for name in sorted(names)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pieces_of(request: Request, draft: Draft) -> Pieces:
    """Template and values of each piece of the page that says something about what was just saved, by its element's id."""
    return {
        "steps": ("pages/campaign_steps.html", {"steps": _steps(draft)}),
        "shares": ("pages/campaign_shares.html", _shares(draft)),
        "due": ("pages/campaign_due.html", {"due": _due(draft, request.call.now)}),
        "checks": ("pages/campaign_checks.html", _checks(request, draft)),
        "template-card": ("pages/campaign_template.html", {"chosen": _template(draft)}),
        "members": ("pages/campaign_members.html", {"members": _members(request.tenant, draft.plan)}),
    }


def _steps(draft: Draft) -> Any:
    return steps_of(draft.plan, draft.findings, draft.names, draft.shop.zone)


def _shares(draft: Draft) -> dict[str, Any]:
    return {"shares": shares_of(draft.plan, draft.seen.reachable or None)}


def _due(draft: Draft, now: datetime) -> Any:
    hours = draft.settings.quiet_hours
    quiet = (
        Quiet(hours.start, hours.end)
        if hours and set(draft.plan.all_channels) & set(draft.settings.quiet_channels)
        else None
    )
    return due_of(draft.plan.schedule, times_of(draft.plan, now, draft.shop), draft.shop.zone, quiet)


def times_of(plan: Plan, now: datetime, shop: Shop) -> list[datetime]:
    """The next moments at which it goes, five at the most."""
    schedule = plan.schedule
    if schedule.at is None or schedule.kind is ScheduleKind.NOW:
        return []
    if schedule.kind is not ScheduleKind.RECURRING or not schedule.rrule:
        return [schedule.at]
    return campaigns.next_occurrences(schedule.rrule, schedule.at, shop.zone, _TIMES, now)


def _checks(request: Request, draft: Draft) -> dict[str, Any]:
    scheduled = draft.campaign.status is Status.SCHEDULED
    seen = draft.seen
    return {
        "path": draft.path,
        "findings": checklist(draft.findings, _extra(request, draft)),
        "story": story_of(draft.plan, draft.names, draft.shop.zone, seen.words),
        "costs": costs_of(draft.plan, seen, draft.settings, draft.shop.currency),
        "launch": launch_of(
            draft.plan,
            draft.findings,
            scheduled,
            seen.reachable if seen.channels else None,
            lint_warning(draft.lint),
        ),
        "linting": draft.lint is not None and draft.lint.running,
        "can_lint": any(one.id and one.key in draft.plan.templates for one in draft.templates),
        "can_test": bool(draft.plan.template and draft.plan.channels),
        "test_to": request.form.get("to", "") or request.query.get("to", ""),
    }


def _extra(request: Request, draft: Draft) -> list[Line]:
    """What is worth knowing beside the findings: the last try, caps, and other campaigns at the same time."""
    times = times_of(draft.plan, request.call.now, draft.shop)[:1] or [request.call.now]
    found = campaigns.campaign_calendar(request.tenant, times[0] - _DAY, times[0] + _DAY)
    others = {
        one.campaign_id: (one.name, f"{PATH}/{one.campaign_id}", one.at)
        for one in found
        if one.campaign_id != draft.campaign.id and one.status is not Status.CANCELLED
    }
    return [
        *lint_lines(draft.lint),
        *capped_line(draft.seen.capped, draft.seen.approx),
        *neighbour_lines(list(others.values())[:_NEIGHBOURS], draft.shop.zone),
    ]


def _template(draft: Draft) -> TemplateOption | None:
    return next((one for one in draft.templates if one.key == draft.plan.template), None)


def _members(tenant: Tenant, plan: Plan) -> dict[str, Any]:
    ids = plan.audience.customers or []
    known = facts_of_many(tenant, ids[:_SHOWN]) if ids else {}
    names = [name_of(facts) for facts in known.values()]
    return {"count": people(len(ids)), "names": names, "more": len(ids) - len(names), "some": bool(ids)}


def members_in(request: Request, before: Campaign) -> tuple[list[str] | None, list[str]]:
    """The list after what was pasted is added or the list is emptied, and whom nobody is known as; None: it stays."""
    deed = request.form.get("do", "")
    if deed == "empty-list":
        return [], []
    if deed != "add-to-list":
        return None, []
    refs = refs_in(request.form.get("members", ""))
    found = {_written(ref): resolve(request.tenant, ref) for ref in refs}
    kept = [*(before.plan.audience.customers or ()), *(one for one in found.values() if one)]
    return list(dict.fromkeys(kept)), [text for text, one in found.items() if one is None]


def _written(ref: CustomerRef) -> str:
    return ref.id or ref.email or ref.external_id or ""


def values_for_page(request: Request, draft: Draft) -> dict[str, Any]:
    """Everything the composer's template shows."""
    plan, shop = draft.plan, draft.shop
    values: dict[str, Any] = {}
    for _, given in pieces_of(request, draft).values():
        values |= given
    form = Form(values_of(draft.campaign, shop.currency, shop.zone))
    moment = draft.campaign.updated_at.astimezone(shop.zone)
    return values | {
        "path": draft.path,
        "campaign": menu_of(draft.campaign),
        "close": PATH if draft.campaign.status is Status.DRAFT else draft.path,
        "version": draft.campaign.version,
        "keys": keys_of(draft.campaign),
        "saved": f"Saved {moment:%-d %b, %H:%M}",
        "scheduled": draft.campaign.status is Status.SCHEDULED,
        "form": form,
        "lists": lists_of(plan, shop.zone),
        "segments": draft.segments,
        "templates": draft.templates,
        "channels": channel_options(draft.settings, shop),
        "categories": category_options(draft.settings),
        "people": preview_people(request),
        "languages": sorted({language for one in draft.templates for language in one.languages}),
        "variants": [_row(one, at) for at, one in enumerate(variants_of(plan))],
        "blank_variant": _blank(),
        "rule_text": form.value("rule_text"),
        "every": EVERY,
        "days": DAYS,
        "nth": NTH,
        "zones": ZONES,
        "winners": WINNERS,
        "choices": CHOICES,
    }


def menu_of(campaign: Campaign) -> dict[str, Any]:
    """What the menu over a campaign offers."""
    return {
        "name": campaign.name,
        "archived": campaign.archived,
        "archivable": campaign.status in ARCHIVABLE and not campaign.archived,
        "deletable": campaign.status is Status.DRAFT and not campaign.runs,
    }


def _row(variant: Any, at: int) -> dict[str, str]:
    return {
        "name": variant.name,
        "subject": variant.subject,
        "template": variant.template,
        "channel": variant.channel.value if variant.channel else "",
        "delay": f"{variant.delay_hours:g}" if variant.delay_hours else "",
        "tone": TONES[at % len(TONES)],
    }


def _blank() -> dict[str, str]:
    return dict.fromkeys(("name", "subject", "template", "channel", "delay", "tone"), "")
