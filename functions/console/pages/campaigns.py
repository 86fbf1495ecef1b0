"""Campaigns: the list of all of them, the archive, and what is done to one as a whole."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from console.campaign_rates import Sums, rate_text
from console.campaign_templates import starting_points
from console.campaign_texts import (
    CHANNELS,
    PATH,
    STATES,
    audience_text,
    channels_text,
    state_badge,
    when_text,
)
from console.lists import Listing, partial
from console.routing import Pages
from console.shell import Shop, shop_of, show
from console.standing import standing_of
from console.tables import Badge, Badges, Cell, Column, Figure, Progress, Text, Titled, When, amount, count
from console.web import Reply, Request, done, flash_cookie, redirect
from regulars import campaigns as catalogue
from regulars import segments
from regulars.campaigns import Campaign, Status
from regulars.kernel.errors import ConflictError
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import messaging_settings

PAGES = Pages()
_ONE = f"{PATH}/{{campaign_id}}"
_READ, _WRITE = Permission.CAMPAIGNS_READ, Permission.CAMPAIGNS_WRITE
_ROWS = 50
# A shop's campaigns are sorted and sifted as a whole; older ones than these are found by their names.
_MOST = 1000
_PAGE = 100
_FILTERS = ("q", "status", "channel", "tag", "sort", "view")


@dataclass(frozen=True)
class Row:
    """A campaign in the list, with its sums."""

    campaign: Campaign
    sums: Sums
    audience: str
    when: str


@PAGES.get(PATH, permission=_READ)
def campaigns(request: Request) -> Reply:
    shop, query = shop_of(request), {name: request.query.get(name, "") for name in _FILTERS}
    found = _all(request, archived=query["view"] == "archive")
    wanted = _sorted(query["sort"], [one for one in found if admitted(one, query)])
    # Figures are read for the rows that are shown: only when these are all can they be put in order by them.
    whole_shown = len(wanted) <= _ROWS
    listing = _listing(shop, by_figures=whole_shown)
    if request.query.get("format") == "csv":
        whole = _by_figure(query["sort"], _rows(request, shop, wanted))
        return listing.csv_reply(lambda cursor: Page(whole))
    start = _start(request.query.get("cursor", ""))
    stop = start + _ROWS
    shown = _rows(request, shop, wanted[start:stop])
    shown = _by_figure(query["sort"], shown) if whole_shown else shown
    page = Page(shown, str(stop) if len(wanted) > stop else None)
    values = _area(request, query, listing, page, found, len(wanted))
    return partial(request, "pages/campaigns_area.html", **values) or show(
        request, "pages/campaigns.html", title="Campaigns", standing=standing_of(request), **values
    )


def _area(
    request: Request,
    query: dict[str, str],
    listing: Listing[Row],
    page: Page[Row],
    found: list[Campaign],
    total: int,
) -> dict[str, Any]:
    return {
        "table": listing.table(page, query, total),
        "query": query,
        "address": request.address,
        "states": [(status.value, label) for status, (label, _) in STATES.items()],
        "channels": [(channel.value, looks.label) for channel, looks in CHANNELS.items()],
        "tags": sorted({(tag, tag) for one in found for tag in one.plan.tags}),
        "running": any(row.campaign.status is Status.SENDING for row in page.items),
        "archive": query["view"] == "archive",
        "nothing": not found,
        "starts": starting_points() if not found and query["view"] != "archive" else [],
    }


def _all(request: Request, *, archived: bool) -> list[Campaign]:
    found: list[Campaign] = []
    cursor: str | None = None
    while len(found) < _MOST:
        page = catalogue.list_campaigns(request.tenant, archived=archived, limit=_PAGE, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found


def admitted(campaign: Campaign, query: dict[str, str]) -> bool:
    """Whether the filters let a campaign through."""
    plan = campaign.plan
    words = query.get("q", "").strip().casefold()
    return (
        words in f"{campaign.name} {' '.join(plan.tags)}".casefold()
        and query.get("status", "") in {"", campaign.status.value}
        and query.get("channel", "") in {"", *(one.value for one in plan.all_channels)}
        and query.get("tag", "") in {"", *plan.tags}
    )


def _sorted(sort: str, found: list[Campaign]) -> list[Campaign]:
    """The newest first unless asked otherwise."""
    keys: dict[str, Callable[[Campaign], Any]] = {
        "name": lambda one: one.name.casefold(),
        "changed": lambda one: one.updated_at,
        "when": lambda one: one.started_at or one.due_at or one.plan.schedule.at or one.created_at,
    }
    by = keys.get(sort.lstrip("-"))
    return sorted(found, key=by, reverse=sort.startswith("-")) if by else found


def _by_figure(sort: str, rows: list[Row]) -> list[Row]:
    """By what they have come to; those that have not gone out stay below what came to nothing."""
    figures: dict[str, Callable[[Sums], float]] = {
        "sent": lambda sums: sums.sent,
        "opened": lambda sums: sums.opened / sums.reached if sums.reached else 0,
        "clicked": lambda sums: sums.clicked / sums.reached if sums.reached else 0,
        "revenue": lambda sums: sums.revenue,
    }
    by = figures.get(sort.lstrip("-"))
    if by is None:
        return rows
    return sorted(
        rows, key=lambda row: by(row.sums) if row.campaign.runs else -1, reverse=sort.startswith("-")
    )


def _start(cursor: str) -> int:
    return int(cursor) if cursor.isdecimal() and len(cursor) < 6 else 0


def _rows(request: Request, shop: Shop, found: Sequence[Campaign]) -> list[Row]:
    begun = [one for one in found if one.runs]
    totals = catalogue.campaign_totals(request.tenant, begun) if begun else {}
    attribution = messaging_settings(request.tenant).attribution
    names = {one.id: one.name for one in segments.list_segments(request.tenant, request.call.now)}
    return [
        Row(
            one,
            Sums.of(totals.get(one.id, Counter()), one.run.planned if one.run else 0, attribution),
            audience_text(one.plan.audience, names),
            when_text(one, shop.zone),
        )
        for one in found
    ]


def _listing(shop: Shop, *, by_figures: bool) -> Listing[Row]:
    columns = (
        Column[Row]("id", "Id", lambda row: Text(row.campaign.id), unseen=True),
        Column[Row]("name", "Campaign", _titled, sort="name"),
        Column[Row]("audience", "Audience", lambda row: Text(row.audience), unseen=True),
        Column[Row]("status", "Status", _status),
        Column[Row]("channels", "Channels", lambda row: Text(channels_text(row.campaign.plan)), minor=True),
        Column[Row]("when", "When", lambda row: Text(row.when), sort="when", minor=True),
        *(replace(one, sort=one.key if by_figures else "") for one in _figures(shop)),
        Column[Row](
            "updated",
            "Changed",
            lambda row: When(row.campaign.updated_at),
            sort="changed",
            end=True,
            minor=True,
        ),
    )
    return Listing(
        "campaigns",
        "Campaigns",
        PATH,
        columns,
        lambda row: row.campaign.id,
        lambda row: row.campaign.name,
        lambda row: f"{PATH}/{row.campaign.id}",
        "campaigns",
    )


def _figures(shop: Shop) -> Iterator[Column[Row]]:
    yield Column[Row]("sent", "Sent", lambda row: _counted(row, row.sums.sent), end=True, minor=True)
    yield Column[Row](
        "opened", "Opened", lambda row: _rate(row.sums.opened, row.sums.reached), end=True, minor=True
    )
    yield Column[Row](
        "clicked", "Clicked", lambda row: _rate(row.sums.clicked, row.sums.reached), end=True, minor=True
    )
    yield Column[Row]("revenue", "Revenue", lambda row: _revenue(row, shop), end=True)


def _titled(row: Row) -> Titled:
    badges = tuple(Badge(tag, dot=False) for tag in row.campaign.plan.tags[:3])
    return Titled(row.campaign.name, f"{PATH}/{row.campaign.id}", row.audience or "No audience yet", badges)


def _status(row: Row) -> Cell:
    if row.campaign.status is Status.SENDING and row.sums.planned:
        return Progress(row.sums.percent, "Sending", f"{row.sums.percent:.0f}%")
    return Badges((state_badge(row.campaign),))


def _counted(row: Row, value: int) -> Cell:
    return count(value) if row.campaign.runs else Text("")


def _rate(part: int, whole: int) -> Cell:
    return Figure(rate_text(part, whole), f"{part / whole:.4f}") if whole else Text("")


def _revenue(row: Row, shop: Shop) -> Cell:
    return amount(row.sums.revenue, shop.currency) if row.campaign.runs else Text("")


@PAGES.post(f"{_ONE}/duplicate", permission=_WRITE)
def duplicate(request: Request) -> Reply:
    by = f"staff:{request.caller.id}"
    copy = catalogue.duplicate_campaign(
        request.tenant, request.params["campaign_id"], now=request.call.now, by=by
    )
    return redirect(f"{PATH}/{copy.id}/edit", cookies=(flash_cookie(f"“{copy.name}” is a new draft"),))


@PAGES.post(f"{_ONE}/archive", permission=_WRITE)
def archive(request: Request) -> Reply:
    campaign_id = request.params["campaign_id"]
    kept = catalogue.archive_campaign(request.tenant, campaign_id, now=request.call.now)
    flash = flash_cookie(f"“{kept.name}” is in the archive", undo=f"{PATH}/{campaign_id}/unarchive")
    return redirect(PATH, cookies=(flash,))


@PAGES.post(f"{_ONE}/unarchive", permission=_WRITE)
def unarchive(request: Request) -> Reply:
    campaign_id = request.params["campaign_id"]
    kept = catalogue.archive_campaign(request.tenant, campaign_id, now=request.call.now, archived=False)
    text = f"“{kept.name}” is back from the archive"
    if request.by_htmx:
        return done(text)
    return redirect(f"{PATH}/{campaign_id}", cookies=(flash_cookie(text),))


@PAGES.post(f"{_ONE}/delete", permission=_WRITE)
def delete(request: Request) -> Reply:
    """Of a draft that never ran; asked about first, because it is for good."""
    found = catalogue.get_campaign(request.tenant, request.params["campaign_id"])
    try:
        catalogue.delete_campaign(request.tenant, found.id)
    except ConflictError as error:
        text = f"{error.detail[:1].upper()}{error.detail[1:]}"
        return redirect(f"{PATH}/{found.id}", cookies=(flash_cookie(text, bad=True),))
    return redirect(PATH, cookies=(flash_cookie(f"“{found.name}” deleted"),))
