"""One campaign: live while it goes out, its report afterwards, the people behind each number."""

from collections.abc import Mapping
from typing import Any

from console.campaign_draft import menu_of
from console.campaign_failures import failures_values
from console.campaign_form import amount_text
from console.campaign_live import deeds_of, live_of, next_of, states_of
from console.campaign_people import load_people, people_listing, people_values
from console.campaign_report import (
    causes_of,
    funnel_of,
    lift_of,
    over_time,
    statement_of,
    tiles_of,
    variants_of,
)
from console.campaign_splits import channels_of, money_of, phases_of
from console.campaign_texts import (
    PATH,
    audience_text,
    channels_text,
    moment_text,
    schedule_text,
    state_badge,
    when_text,
)
from console.campaign_texts import sentence as told
from console.formats import Clock
from console.lists import CSV_PAGE, partial
from console.pages.campaign_links import links_values
from console.pieces import Tab
from console.routing import Pages
from console.shell import Crumb, part, shop_of, show
from console.standing import standing_of
from console.web import Reply, Request, redirect
from regulars import campaigns, segments
from regulars.campaigns import Campaign, Run, Status
from regulars.campaigns.metrics import Metrics, run_of
from regulars.campaigns.totals import measures, totals_by_branch
from regulars.kernel.permissions import Permission
from regulars.messaging import messaging_settings

PAGES = Pages()
_ONE = f"{PATH}/{{campaign_id}}"
_TABS = (("", "Overview"), ("people", "People"), ("links", "Links"), ("failed", "Failed batches"))
_LIVE = {Status.SENDING, Status.PAUSED}


@PAGES.get(_ONE, permission=Permission.CAMPAIGNS_READ)
def campaign(request: Request) -> Reply:
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    if (
        found.status is Status.DRAFT
        and not found.runs
        and not found.archived
        and request.may(Permission.CAMPAIGNS_WRITE)
    ):
        return redirect(f"{PATH}/{found.id}/edit")
    metrics = _metrics(request, found)
    if request.wants("live"):
        return _live_part(request, found, metrics)
    tab = request.query.get("tab", "") if found.runs else ""
    if tab == "people" and request.query.get("format") == "csv":
        return people_listing(found).csv_reply(lambda cursor: load_people(request, found, cursor, CSV_PAGE))
    return _whole(request, found, metrics, tab)


def _metrics(request: Request, found: Campaign) -> Metrics | None:
    """The figures of the run that is asked for, the newest unless the address says so; none before the first."""
    if not found.runs:
        return None
    number = request.query.get("run", "")
    run = int(number) if number.isdecimal() and len(number) < 6 else 0
    return campaigns.campaign_metrics(request.tenant, found.id, run=run, now=request.call.now)


def _whole(request: Request, found: Campaign, metrics: Metrics | None, tab: str) -> Reply:
    values = _head(request, found)
    template, given = _tab(request, found, metrics, tab)
    if "table" in given and (reply := partial(request, template, **values, **given)):
        return reply
    return show(
        request,
        "pages/campaign.html",
        title=found.name,
        crumbs=(Crumb("Campaigns", PATH), Crumb(found.name)),
        standing=standing_of(request),
        tabs=[
            Tab(label, f"{PATH}/{found.id}{f'?tab={key}' if key else ''}", key == tab)
            for key, label in _TABS
            if found.runs and (key != "failed" or key == tab or (metrics and metrics.failed_batches))
        ],
        tab_template=template,
        details=_details(request, found),
        **values,
        **given,
    )


def _head(request: Request, found: Campaign) -> dict[str, Any]:
    shop = shop_of(request)
    return {
        "campaign": menu_of(found)
        | {
            "id": found.id,
            "badge": state_badge(found),
            "note": told(found.note),
            "draft": found.status is Status.DRAFT,
            "editable": found.status in {Status.DRAFT, Status.SCHEDULED, Status.NEEDS_APPROVAL}
            and not found.archived,
            "approval": found.status is Status.NEEDS_APPROVAL,
            "running": found.status is Status.SENDING,
            "paused": found.status is Status.PAUSED,
            "budget": amount_text(found.plan.budget, shop.currency) if found.running else "",
            "byline": " · ".join(
                part for part in (channels_text(found.plan), when_text(found, shop.zone)) if part
            ),
            "due": moment_text(found.due_at, shop.zone)
            if found.due_at and found.status is Status.SCHEDULED
            else "",
        },
        "path": f"{PATH}/{found.id}",
        "deeds": deeds_of(found),
    }


def _tab(request: Request, found: Campaign, metrics: Metrics | None, tab: str) -> tuple[str, dict[str, Any]]:
    if metrics is None:
        return "pages/campaign_plan.html", {"metrics": None}
    if tab == "people" and request.may(Permission.CUSTOMERS_READ):
        return "pages/campaign_people.html", people_values(request, found, metrics)
    if tab == "failed" and request.may(Permission.CUSTOMERS_READ):
        return "pages/campaign_failed.html", failures_values(request, found, metrics)
    if tab == "links":
        return "pages/campaign_links.html", links_values(request, found, metrics)
    return "pages/campaign_report.html", _report(request, found, metrics)


def _run(found: Campaign, metrics: Metrics, request: Request) -> Run:
    if found.run is not None and found.run.number == metrics.run:
        return found.run
    return run_of(request.tenant, found, metrics.run)


def _live(request: Request, found: Campaign, metrics: Metrics | None) -> dict[str, Any]:
    """What changes while it goes out."""
    if metrics is None:
        return {"live": None}
    run, path, shop = _run(found, metrics, request), f"{PATH}/{found.id}", shop_of(request)
    later = moment_text(run.later_at, shop.zone) if run.later_at else ""
    return {
        "live": live_of(metrics.whole, run, request.call.now) if found.status in _LIVE else None,
        "states": states_of(metrics.whole, path),
        "waits": next_of(found, run, later),
        "tiles": tiles_of(metrics.whole, metrics.currency, path),
        "funnel": funnel_of(metrics.whole, path),
        "failed_batches": metrics.failed_batches,
    }


def _live_part(request: Request, found: Campaign, metrics: Metrics | None) -> Reply:
    """While it goes out; when that is over, the whole page is shown anew."""
    if metrics is None or found.status is not Status.SENDING:
        return Reply(200, "", {"hx-refresh": "true"})
    return part(
        request, "pages/campaign_live.html", **_head(request, found), **_live(request, found, metrics)
    )


def _report(request: Request, found: Campaign, metrics: Metrics) -> dict[str, Any]:
    run, path, shop = _run(found, metrics, request), f"{PATH}/{found.id}", shop_of(request)
    hours = campaigns.campaign_over_time(request.tenant, found.id, run=metrics.run)
    return _live(request, found, metrics) | {
        "metrics": metrics,
        "variants": variants_of(metrics.variants, run.winner, metrics.currency, path),
        "statement": statement_of(metrics, run),
        "lift": lift_of(metrics.uplift, metrics.currency) if metrics.uplift else None,
        "causes": causes_of(metrics.whole.reasons, path),
        "channels": channels_of(metrics),
        "phases": phases_of(run, _by_branch(request, run)),
        "money_rows": money_of(
            metrics, _counts(request, found), messaging_settings(request.tenant).attribution
        ),
        "over_time": over_time(hours, Clock(shop.zone, request.call.now)),
        "runs": [
            (number, f"{path}?run={number}", number == metrics.run)
            for number in range(max(1, found.runs - 11), found.runs + 1)
        ]
        if found.runs > 1
        else [],
        "ran_at": run.at,
    }


def _by_branch(request: Request, run: Run) -> Mapping[str, Mapping[str, int]]:
    """The sums of each branch by measure; read only where there is more than one phase."""
    if len({one.phase for one in run.branches}) < 2:
        return {}
    return {branch: measures(sums) for branch, sums in totals_by_branch(request.tenant, run).items()}


def _counts(request: Request, found: Campaign) -> Mapping[str, int]:
    """The newest run's sums by measure, for what the figures do not say."""
    return campaigns.campaign_totals(request.tenant, [found]).get(found.id, {})


def _details(request: Request, found: Campaign) -> list[tuple[str, Any]]:
    names = {one.id: one.name for one in segments.list_segments(request.tenant, request.call.now)}
    plan = found.plan
    rows: list[tuple[str, Any]] = [
        ("Audience", audience_text(plan.audience, names)),
        ("Channels", channels_text(plan)),
        ("Template", plan.template),
        ("Subject", plan.subject),
        ("Category", plan.category),
        (
            "When",
            ""
            if found.started_at and not plan.schedule.rrule
            else schedule_text(plan.schedule, shop_of(request).zone),
        ),
        ("Hold-out", f"{100 * plan.hold_out:g}%" if plan.hold_out else ""),
        ("Tags", ", ".join(plan.tags)),
        ("Begun", found.started_at),
        ("Ended", found.ended_at),
        ("Created", found.created_at),
        ("Id", found.id),
    ]
    return [(label, value) for label, value in rows if value]
