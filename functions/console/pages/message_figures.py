"""How messages do: tiles, a chart and its table by day, hour, channel, template or category, over the days that are chosen."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from console.formats import number, short_money
from console.lists import Listing
from console.message_rates import RATE_OF, RATES, Rate, share_text
from console.pieces import Tile
from console.routing import Pages
from console.shell import Shop, part, shop_of, show
from console.standing import standing_of
from console.tables import Cell, Column, Figure, Link, Text, amount, count
from console.template_texts import channel_name, words
from console.web import Reply, Request
from regulars.kernel.money import to_text
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging.analytics import MOST_DAYS, message_analytics, today_of
from regulars.messaging.analytics_model import By, Figures, Report

PAGES = Pages()
PATH = "/console/message-figures"
RANGES = ((7, "7 days"), (30, "30 days"), (90, "90 days"))
BYS = (
    (By.DAY, "Day"),
    (By.HOUR, "Hour"),
    (By.CHANNEL, "Channel"),
    (By.TEMPLATE, "Template"),
    (By.CATEGORY, "Category"),
)
# Of what a row leads to the deliveries.
_LEADING = (By.TEMPLATE, By.CHANNEL, By.CATEGORY)
# What the chart can show; rates are named as in RATES.
MEASURES = (("sent", "Sent"), *((rate.key, rate.label) for rate in RATES), ("revenue", "Revenue"))


@PAGES.get(PATH, permission=Permission.MESSAGES_READ)
def figures(request: Request) -> Reply:
    since, until = span(request)
    by = next((one for one, _ in BYS if one.value == request.query.get("by", "")), By.DAY)
    measure = request.query.get("show", "")
    measure = measure if measure in dict(MEASURES) else "sent"
    found = message_analytics(request.tenant, since, until, by)
    shop = shop_of(request)
    listing = _listing(by, shop)
    if request.query.get("format") == "csv":
        return listing.csv_reply(lambda cursor: Page(found.rows))
    query = {
        "from": since.isoformat(),
        "to": until.isoformat(),
        "by": by.value,
        "show": measure if measure != "sent" else "",
    }
    shown = [row for row in found.rows if by is not By.DAY or row.counts["claimed"] or len(found.rows) <= 31]
    values: dict[str, Any] = {
        "tiles": _tiles(found.totals, shop),
        "table": listing.table(Page(shown), query),
        "chart": _chart(found, measure, shop),
        "query": query,
        "bys": [(one.value, label) for one, label in BYS],
        "by": by.value,
        "measures": MEASURES,
        "measure": measure,
        "measure_hint": RATE_OF[measure].hint if measure in RATE_OF else "",
        "ranges": [(days, label, (until - since).days == days - 1) for days, label in RANGES],
        "nothing": not found.totals.counts["claimed"],
        "most": MOST_DAYS,
    }
    if request.wants("figures"):
        return part(request, "pages/message_figures_area.html", **values)
    return show(
        request, "pages/message_figures.html", title="Figures", standing=standing_of(request), **values
    )


def span(request: Request) -> tuple[date, date]:
    """The days in the address; the last thirty unless they can be read. A range that is named wins over days."""
    last = today_of(request.tenant, request.call.now)
    days = request.query.get("days", "")
    named = next((count for count, _ in RANGES if str(count) == days), 0)
    since, until = _day(request.query.get("from", "")), _day(request.query.get("to", "")) or last
    until = min(until, last)
    if named or since is None or since > until:
        return last - timedelta(days=(named or 30) - 1), last
    return max(since, until - timedelta(days=MOST_DAYS - 1)), until


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None


def _tiles(totals: Figures, shop: Shop) -> list[Tile]:
    notes = {
        "delivery": number(totals.counts["delivered"]),
        "open": number(totals.counts["opened"]),
        "click": number(totals.counts["clicked"]),
        "conversion": short_money(totals.revenue, shop.currency),
        "bounce": number(totals.counts["bounced"]),
        "complaint": number(totals.counts["complained"]),
        "unsubscribe": number(totals.counts["unsubscribed"]),
    }
    not_sent = totals.counts["not_sent"]
    hint = "Handed to a provider. What was decided against is in the log of deliveries, with the reason."
    held = f"{number(not_sent)} decided against" if not_sent else ""
    first = Tile("Sent", number(totals.counts["sent"]), hint, held, "/console/deliveries")
    return [first, *(_rate_tile(rate, totals, notes[rate.key]) for rate in RATES)]


def _rate_tile(rate: Rate, totals: Figures, note: str) -> Tile:
    return Tile(rate.label, share_text(rate.share(totals)), rate.hint, note)


def _label(key: str, by: By) -> str:
    match by:
        case By.DAY:
            return f"{date.fromisoformat(key):%-d %b}"
        case By.HOUR:
            return f"{key}:00"
        case By.CHANNEL:
            return channel_name(key)
        case By.TEMPLATE:
            return key
        case By.CATEGORY:
            return words(key) if key else "Not known"


def _chart(found: Report, measure: str, shop: Shop) -> dict[str, Any]:
    bars = found.by is not By.DAY
    name = dict(MEASURES)[measure]
    values = [_value(row, measure, shop) for row in found.rows]
    return {
        "labels": [_label(row.key, found.by) for row in found.rows],
        "series": [{"name": name, "values": values, "type": "bar" if bars else "line"}],
        "currency": shop.currency if measure == "revenue" else "",
        "percent": measure in RATE_OF,
    }


def _value(row: Figures, measure: str, shop: Shop) -> float:
    if measure == "revenue":
        return float(to_text(row.revenue, shop.currency))
    if measure in RATE_OF:
        return round(100 * (RATE_OF[measure].share(row) or 0), 3)
    return row.counts[measure]


def _listing(by: By, shop: Shop) -> Listing[Figures]:
    href = _href(by)

    def name(row: Figures) -> Cell:
        if by in _LEADING:
            return Link(_label(row.key, by), href(row))
        return Text(row.key if by is By.DAY else _label(row.key, by))

    columns = (
        Column[Figures]("key", dict(BYS)[by], name),
        Column[Figures]("sent", "Sent", lambda row: count(row.counts["sent"]), end=True),
        *(_rate_column(rate) for rate in RATES),
        Column[Figures](
            "revenue", "Revenue", lambda row: amount(row.revenue, shop.currency), end=True, minor=True
        ),
        Column[Figures](
            "not_sent", "Not sent", lambda row: count(row.counts["not_sent"]), end=True, minor=True
        ),
        Column[Figures](
            "machine", "Machine opens", lambda row: count(row.counts["machine"]), end=True, unseen=True
        ),
    )
    return Listing(
        "figures-table",
        "Figures of messages",
        PATH,
        columns,
        lambda row: row.key,
        lambda row: row.key,
        href,
        "",
    )


def _href(by: By) -> Callable[[Figures], str]:
    return lambda row: f"/console/deliveries?{by.value}={row.key}" if by in _LEADING else ""


def _rate_column(rate: Rate) -> Column[Figures]:
    def cell(row: Figures) -> Cell:
        share = rate.share(row)
        return Figure(share_text(share), "" if share is None else f"{share:.6f}")

    minor = rate.key not in ("delivery", "open")
    return Column[Figures](rate.key, rate.label, cell, end=True, minor=minor)
