"""Composing a campaign: the page, saving it while it is edited, counting its audience, and the last button."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from console.campaign_change import Typed, change_of
from console.campaign_compose import STEPS, step_of
from console.campaign_draft import Draft, keys_of, members_in, pieces_of, read_draft, values_for_page
from console.campaign_reach import names_among, reach_of, read_seen, seen_of
from console.campaign_review import begins_at_once
from console.campaign_texts import PATH
from console.forms import Form
from console.render import page
from console.routing import Pages
from console.shell import Crumb, context, part, shop_of, show
from console.web import Reply, Request, done, flash_cookie, json_reply, redirect
from regulars import campaigns
from regulars.campaigns import Campaign, CampaignChange, NewCampaign, Status
from regulars.kernel.errors import ConflictError, InvalidError, RegularsError, StaleError
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission

PAGES = Pages()
_ONE = f"{PATH}/{{campaign_id}}"
_READ, _WRITE = Permission.CAMPAIGNS_READ, Permission.CAMPAIGNS_WRITE


@PAGES.post(f"{PATH}/new", permission=_WRITE)
def create(request: Request) -> Reply:
    """A draft at once, so that nothing typed is lost; with a template when it began from one."""
    template = request.form.get("template", "")
    day = request.call.now.astimezone(shop_of(request).zone)
    given = NewCampaign.model_validate(
        {
            "name": request.form.get("name", "").strip()[:200] or f"Campaign of {day:%-d %B}",
            "template": template,
            "channels": request.form_lists.get("channel", ["email"]),
        }
    )
    by = f"staff:{request.caller.id}"
    made = campaigns.create_campaign(request.tenant, given, now=request.call.now, by=by)
    return redirect(f"{PATH}/{made.id}/edit")


@PAGES.get(f"{_ONE}/edit", permission=_WRITE)
def compose(request: Request) -> Reply:
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    if found.status not in _EDITABLE:
        return redirect(f"{PATH}/{found.id}")
    return _page(request, read_draft(request, found))


_EDITABLE = {Status.DRAFT, Status.SCHEDULED, Status.NEEDS_APPROVAL}


def _page(request: Request, draft: Draft, error: RegularsError | None = None) -> Reply:
    values = values_for_page(request, draft)
    if error is not None:
        form: Form = values["form"]
        values["form"] = form.refused(error)
    return show(
        request,
        "pages/campaign_compose.html",
        title=f"Edit {draft.campaign.name}",
        crumbs=(
            Crumb("Campaigns", PATH),
            Crumb(draft.campaign.name, f"{PATH}/{draft.campaign.id}"),
            Crumb("Edit"),
        ),
        status=error.status if error else 200,
        **values,
    )


@PAGES.post(f"{_ONE}/edit", permission=_WRITE)
def save(request: Request) -> Reply:
    """Saving without scripts."""
    before = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    try:
        _save(request, before)
    except RegularsError as error:
        return _page(request, read_draft(request, before), error)
    return redirect(f"{PATH}/{before.id}/edit", cookies=(flash_cookie("Draft saved"),))


@PAGES.post(f"{_ONE}/draft", permission=_WRITE)
def draft(request: Request) -> Reply:
    """What was typed so far: kept, and answered with every piece of the page that speaks of it."""
    before = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    try:
        saved, unknown = _save(request, before)
    except StaleError:
        return json_reply({"conflict": _conflict(request, before), "version": before.version}, 409)
    except ConflictError as error:
        return json_reply({"over": error.detail, "href": f"{PATH}/{before.id}"}, 409)
    except InvalidError as error:
        return json_reply({"faults": _pointed(error)}, 422)
    kept = read_draft(request, saved, read_seen(request.form.get("seen", "")))
    told = shop_of(request)
    moment = request.call.now.astimezone(told.zone)
    return json_reply(
        {
            "version": saved.version,
            "saved": f"Saved {moment:%H:%M}{_unknown(unknown)}",
            "keys": keys_of(saved),
            "pieces": _drawn(request, pieces_of(request, kept)),
        }
    )


def _unknown(unknown: list[str]) -> str:
    return f"; nobody is known as {', '.join(unknown[:5])}" if unknown else ""


def _conflict(request: Request, theirs: Campaign) -> str:
    moment = theirs.updated_at.astimezone(shop_of(request).zone)
    return f"“{theirs.name}” was saved elsewhere at {moment:%H:%M}, after this page had read it."


def _pointed(error: InvalidError) -> list[dict[str, str]]:
    """Faults with the step they are shown in."""
    known = {key for key, _ in STEPS}
    faults = [(step_of(one.pointer), one.pointer, one.detail) for one in error.faults] or [
        ("review", "", error.detail)
    ]
    return [
        {
            "step": step if step in known else "review",
            "pointer": pointer,
            "detail": f"{detail[:1].upper()}{detail[1:]}",
        }
        for step, pointer, detail in faults
    ]


def _drawn(request: Request, pieces: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, str]:
    around = context(request, shop_of(request))
    return {target: page(template, around | values) for target, (template, values) in pieces.items()}


def _save(request: Request, before: Campaign) -> tuple[Campaign, list[str]]:
    shop = shop_of(request)
    typed = Typed(request.form, request.form_lists, shop.zone, shop.currency)
    resolved, unknown = members_in(request, before)
    try:
        change = CampaignChange.model_validate_json(json.dumps(change_of(typed, before.plan, resolved)))
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", faults_of(error)) from error
    version = request.form.get("version", "")
    saved = campaigns.change_campaign(
        request.tenant,
        before.id,
        change,
        now=request.call.now,
        version=int(version) if version.isdecimal() else None,
    )
    return saved, unknown


@PAGES.get(f"{_ONE}/reach", permission=_READ)
def reach(request: Request) -> Reply:
    """Who would get it, who not and why; and the pieces that speak of how many."""
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    plan = found.plan
    if not plan.audience.kind or not plan.all_channels:
        return json_reply(
            {
                "pieces": _drawn(
                    request, {"reach": ("pages/campaign_reach.html", {"reach": None, "problem": ""})}
                )
            }
        )
    try:
        counted = campaigns.preview_audience(request.tenant, plan, now=request.call.now)
    except InvalidError as error:
        problem = f"{error.detail[:1].upper()}{error.detail[1:]}."
        values = {"reach": None, "problem": problem}
        return json_reply({"pieces": _drawn(request, {"reach": ("pages/campaign_reach.html", values)})})
    kept = read_draft(request, found, read_seen(json.dumps(seen_of(counted))))
    shown = reach_of(counted, names_among(request.tenant, counted))
    pieces = pieces_of(request, kept) | {
        "reach": ("pages/campaign_reach.html", {"reach": shown, "problem": ""})
    }
    return json_reply({"pieces": _drawn(request, pieces), "seen": json.dumps(seen_of(counted))})


@PAGES.post(f"{_ONE}/lint", permission=_WRITE)
def lint(request: Request) -> Reply:
    """Fills its templates in for everybody in the audience, without sending: who would see an empty name, what is missing."""
    campaign_id, by = request.params["campaign_id"], f"staff:{request.caller.id}"
    try:
        begun = campaigns.start_campaign_lint(request.tenant, campaign_id, now=request.call.now, by=by)
    except InvalidError as error:
        if not request.by_htmx:
            raise
        return done(f"{error.detail[:1].upper()}{error.detail[1:]}", bad=True)
    if request.by_htmx:
        return _checks(request, request.form)
    first = begun.jobs[0]
    return redirect(f"/console/templates/{first.template_id}/lint/{first.job_id}")


@PAGES.get(f"{_ONE}/lint", permission=_WRITE)
def linted(request: Request) -> Reply:
    """The checklist, while a try on the audience is at work."""
    return _checks(request, request.query)


def _checks(request: Request, kept: Mapping[str, str]) -> Reply:
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    pieces = pieces_of(request, read_draft(request, found, read_seen(kept.get("seen", ""))))
    template, values = pieces["checks"]
    return part(request, template, **values)


@PAGES.post(f"{_ONE}/launch", permission=_WRITE)
def launch(request: Request) -> Reply:
    """Send or schedule it as it is saved; what stands in the way is said in the composer."""
    campaign_id = request.params["campaign_id"]
    before = campaigns.get_campaign(request.tenant, campaign_id)
    by, now = f"staff:{request.caller.id}", request.call.now
    try:
        if begins_at_once(before.plan):
            campaigns.send_campaign(request.tenant, campaign_id, now=now, by=by)
            return redirect(f"{PATH}/{campaign_id}", cookies=(flash_cookie("It is on its way"),))
        after = campaigns.schedule_campaign(request.tenant, campaign_id, now=now)
    except RegularsError as error:
        return _page(request, read_draft(request, before), error)
    due = after.due_at.astimezone(shop_of(request).zone) if after.due_at else None
    text = f"Scheduled for {due:%a %-d %b, %H:%M}" if due else "Scheduled"
    undo = f"{PATH}/{campaign_id}/unschedule"
    return redirect(f"{PATH}/{campaign_id}", cookies=(flash_cookie(text, undo=undo),))
