"""One segment: its size and flow, its rule in words, what sets its customers apart, who is in it and why."""

from datetime import date, timedelta
from typing import Any

from console.lists import CSV_PAGE
from console.pages.segments import percent_of
from console.pieces import Tab
from console.routing import Pages
from console.segment_analytics import compared, curves, tiles_of, traits
from console.segment_members import as_of, load_members, members_listing
from console.segment_sizes import Past
from console.segment_texts import Speech
from console.segment_views import PATH, speech_of, state_badge
from console.segment_why import Lookup, look_up
from console.shell import Crumb, part, shop_of, show
from console.web import Reply, Request
from regulars import segments as catalogue
from regulars.insights import stats
from regulars.kernel.permissions import Permission
from regulars.segments import Kind, Segment, Status

PAGES = Pages()
_ONE = f"{PATH}/{{segment_id}}"
RANGES = ((30, "30 days"), (90, "90 days"), (365, "Year"))
_OVERLAPS = 8


@PAGES.get(_ONE, permission=Permission.SEGMENTS_READ)
def segment(request: Request) -> Reply:
    found = catalogue.get_segment(request.tenant, request.params["segment_id"])
    if request.wants("progress"):
        return _progress(request, found)
    if request.wants("analysis"):
        return part(request, "pages/segment_analysis.html", **_analysis(request, found))
    known = catalogue.list_segments(request.tenant, request.call.now)
    speech = speech_of(request, known)
    if request.wants("why"):
        return part(request, "pages/segment_why.html", **_why(request, found, speech))
    if request.query.get("format") == "csv" and request.may(Permission.CUSTOMERS_READ):
        listing = members_listing(request, found)
        return listing.csv_reply(lambda cursor: load_members(request, found, cursor, CSV_PAGE))
    return _whole(request, found, speech)


def _whole(request: Request, found: Segment, speech: Speech) -> Reply:
    wanted = request.query.get("tab", "")
    tab = "members" if wanted == "members" and request.may(Permission.CUSTOMERS_READ) else ""
    size = catalogue.sizes(request.tenant, [found.id]).get(found.id, 0)
    values = _members(request, found, size) if tab else _overview(request, found, size)
    if tab and request.wants("members-rows"):
        return part(request, "parts/rows.html", table=values["table"])
    if tab and request.wants("members-area"):
        return part(request, "pages/segment_members.html", segment=_header(request, found), **values)
    return show(
        request,
        "pages/segment.html",
        title=found.name,
        crumbs=(Crumb("Segments", PATH), Crumb(found.name)),
        segment=_header(request, found),
        tabs=_tabs(request, found, tab, size),
        tab=tab,
        sentence=speech.sentence(found.rule),
        outline=speech.outline(found.rule) if found.rule else None,
        dependants=catalogue.dependants(request.tenant, found.id),
        details=_details(found),
        **_why(request, found, speech),
        **values,
    )


def _header(request: Request, found: Segment) -> dict[str, Any]:
    badge = state_badge(found)
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "badge": badge if found.status is not Status.READY else None,
        "prebuilt": found.key is not None,
        "static": found.kind is Kind.STATIC,
        "evaluating": found.status is Status.EVALUATING,
        "failed": found.status is Status.FAILED,
        "percent": percent_of(request, found),
        "job": found.job or "",
    }


def _tabs(request: Request, found: Segment, tab: str, size: int) -> list[Tab]:
    here = f"{PATH}/{found.id}"
    tabs = [Tab("Overview", here, not tab)]
    if request.may(Permission.CUSTOMERS_READ):
        tabs.append(Tab("Customers", f"{here}?tab=members", tab == "members", f"{size:,}"))
    return tabs


def _details(found: Segment) -> list[tuple[str, Any]]:
    rows = [
        ("Changed", found.updated_at),
        ("Counted", found.evaluated_at),
        ("Created", found.created_at),
        ("Id", found.id),
    ]
    return [(label, value) for label, value in rows if value]


def _days(request: Request) -> int:
    asked = request.query.get("days", "")
    return next((days for days, _ in RANGES if str(days) == asked), RANGES[0][0])


def _past(request: Request, found: Segment, days: int) -> Past:
    since, until = _span(request, days)
    return Past(catalogue.flow(request.tenant, found.id, since, until))


def _span(request: Request, days: int) -> tuple[date, date]:
    until = request.call.now.astimezone(shop_of(request).zone).date()
    return until - timedelta(days=days - 1), until


def _overview(request: Request, found: Segment, size: int) -> dict[str, Any]:
    days = _days(request)
    past = _past(request, found, days)
    here = f"{PATH}/{found.id}"
    return {
        "tiles": tiles_of(size, past, stats(request.tenant, request.call.now).customers, days),
        "curves": curves(past),
        "moved": past.entered + past.left > 0,
        "ranges": [(f"{here}?days={count}", label, count == days) for count, label in RANGES],
        "analysis": f"{here}?days={days}",
    }


def _analysis(request: Request, found: Segment) -> dict[str, Any]:
    since, until = _span(request, _days(request))
    told = catalogue.analytics(request.tenant, found.id, since=since, until=until, now=request.call.now)
    overlap = sorted(told.overlap, key=lambda one: -one.both)
    shop = shop_of(request)
    return {
        "compared": compared(told, shop),
        "traits": traits(told),
        "overlap": [
            {
                "name": one.name,
                "both": one.both,
                "percent": round(100 * one.share, 1),
                "href": f"{PATH}/{one.segment_id}",
            }
            for one in overlap[:_OVERLAPS]
            if one.both
        ],
        "sampled": told.sampled,
        "people": told.members.customers,
    }


def _members(request: Request, found: Segment, size: int) -> dict[str, Any]:
    page = load_members(request, found, request.query.get("cursor"))
    query = {name: request.query.get(name, "") for name in ("at",)}
    at = as_of(request)
    table = members_listing(request, found).table(page, {"tab": "members", **query}, None if at else size)
    return {
        "table": table,
        "at": query["at"] if at else "",
        "past_day": at,
        "size": size,
        "address": request.address,
    }


def _why(request: Request, found: Segment, speech: Speech) -> dict[str, Any]:
    text = request.query.get("who", "").strip() if request.may(Permission.CUSTOMERS_READ) else ""
    looked = look_up(request, found, text, speech) if text else Lookup()
    return {"who": text, "looked": looked, "why_path": f"{PATH}/{found.id}"}


def _progress(request: Request, found: Segment) -> Reply:
    """While customers are being counted; when that is over, the whole page is shown anew."""
    if found.status is not Status.EVALUATING:
        return Reply(200, "", {"hx-refresh": "true"})
    return part(request, "pages/segment_progress.html", segment=_header(request, found))
