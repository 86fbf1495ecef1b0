"""The calendar of campaigns: what went, what is due and what recurs, by month or week; due ones move to another day."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from console.campaign_calendar import Entry, Quiet, filled, moved, span_of
from console.campaign_texts import PATH, STATES, moment_text
from console.routing import Pages
from console.shell import Crumb, Shop, part, shop_of, show
from console.web import Reply, Request, done
from regulars import campaigns
from regulars.campaigns import CalendarEntry, Campaign, CampaignChange, ScheduleKind, Status
from regulars.kernel.errors import ConflictError, InvalidError, StaleError
from regulars.kernel.permissions import Permission
from regulars.messaging import messaging_settings

PAGES = Pages()
HERE = f"{PATH}/calendar"
_MOVABLE = {Status.DRAFT, Status.SCHEDULED}
_KINDS = {ScheduleKind.AT, ScheduleKind.BEST_HOUR}


@PAGES.get(HERE, permission=Permission.CAMPAIGNS_READ)
def calendar(request: Request) -> Reply:
    shop = shop_of(request)
    today = request.call.now.astimezone(shop.zone).date()
    view = "week" if request.query.get("view") == "week" else "month"
    at = _day(request.query.get("at", "")) or today
    empty = span_of(view, at)
    start, end = _start_of(empty.since, shop), _start_of(empty.until, shop)
    quiet = _quiet(request)
    found = campaigns.campaign_calendar(request.tenant, start, end)
    known = _known(request, found)
    entries = [_entry(one, known.get(one.campaign_id), shop, quiet) for one in found]
    entries += [one for one in _drafts(request, shop, quiet) if empty.since <= one.local.date() < empty.until]
    values: dict[str, Any] = {
        "shown": filled(empty, entries, today, at),
        "quiet": quiet,
        "address": request.address,
        "today": today,
        "zone_name": shop.zone.key,
    }
    if request.wants("calendar"):
        return part(request, "pages/campaign_calendar_area.html", **values)
    crumbs = (Crumb("Campaigns", PATH), Crumb("Calendar"))
    return show(request, "pages/campaign_calendar.html", title="Calendar", crumbs=crumbs, **values)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2150 else None


def _start_of(day: date, shop: Shop) -> datetime:
    return datetime.combine(day, time(), shop.zone)


def _quiet(request: Request) -> Quiet | None:
    hours = messaging_settings(request.tenant).quiet_hours
    return Quiet(hours.start, hours.end) if hours else None


def _known(request: Request, found: list[CalendarEntry]) -> Mapping[str, Campaign]:
    """The campaigns that are to come, each read once."""
    ids = {one.campaign_id for one in found if one.kind != "ran"}
    return {one: campaigns.get_campaign(request.tenant, one) for one in ids}


def _entry(found: CalendarEntry, campaign: Campaign | None, shop: Shop, quiet: Quiet | None) -> Entry:
    local = found.at.astimezone(shop.zone)
    state, tone = STATES[found.status]
    movable = campaign is not None and found.kind == "due" and _may_move(campaign)
    return Entry(
        found.campaign_id,
        found.name,
        local,
        state,
        tone,
        campaign.version if campaign else 0,
        movable,
        found.kind == "recurs"
        or (campaign is not None and campaign.plan.schedule.kind is ScheduleKind.RECURRING),
        quiet is not None and quiet.holds(local.time()),
        "each one’s own time" if campaign and campaign.plan.schedule.zone == "recipient" else "",
    )


def _may_move(campaign: Campaign) -> bool:
    return campaign.status in _MOVABLE and campaign.plan.schedule.kind in _KINDS


def _drafts(request: Request, shop: Shop, quiet: Quiet | None) -> list[Entry]:
    """Drafts that have a moment stand in the calendar too, though nothing happens then yet."""
    found = campaigns.list_campaigns(request.tenant, status=Status.DRAFT, limit=100).items
    made = []
    for one in found:
        at = one.plan.schedule.at
        if at is None or one.plan.schedule.kind is ScheduleKind.NOW:
            continue
        local = at.astimezone(shop.zone)
        held = quiet is not None and quiet.holds(local.time())
        recurring = one.plan.schedule.kind is ScheduleKind.RECURRING
        made.append(Entry(one.id, one.name, local, "Draft", "", one.version, _may_move(one), recurring, held))
    return made


@PAGES.post(f"{PATH}/{{campaign_id}}/move", permission=Permission.CAMPAIGNS_WRITE)
def move(request: Request) -> Reply:
    """To another day at the same hour; the toast takes it back. What is refused is said, and goes back to its place."""
    day = _day(request.form.get("day") or request.query.get("day", ""))
    if day is None:
        raise InvalidError("that is no day")
    try:
        before, to = _moved(request, day)
    except (ConflictError, InvalidError, StaleError) as error:
        return done(f"{error.detail[:1].upper()}{error.detail[1:]}", bad=True)
    at = before.plan.schedule.at or to
    undo = f"{PATH}/{before.id}/move?day={at.astimezone(to.tzinfo).date().isoformat()}"
    return done(f"“{before.name}” moved to {moment_text(to, shop_of(request).zone)}", undo=undo)


def _moved(request: Request, day: date) -> tuple[Campaign, datetime]:
    """The campaign as it was, and its new moment. Raises ConflictError, StaleError, InvalidError."""
    shop = shop_of(request)
    before = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    schedule = before.plan.schedule
    if schedule.at is None or not _may_move(before):
        raise ConflictError("only what is planned for one moment can be moved; edit it instead")
    to = moved(schedule.at.astimezone(shop.zone), day, shop.zone)
    if before.status is Status.SCHEDULED and to <= request.call.now:
        raise ConflictError("that lies in the past")
    changed = schedule.model_dump(mode="json") | {"at": to.isoformat()}
    version = request.form.get("version", "")
    campaigns.change_campaign(
        request.tenant,
        before.id,
        CampaignChange.model_validate({"schedule": changed}),
        now=request.call.now,
        version=int(version) if version.isdecimal() else None,
    )
    return before, to
