"""Home: how the shop does, live."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from console.campaign_tile import running_and_next
from console.customer_texts import status_text
from console.event_texts import moment_of
from console.formats import Clock, money, number, short_money
from console.people import PATH as CUSTOMERS
from console.people import known_among, name_of
from console.pieces import Moment, Tile, by_day
from console.routing import Pages
from console.shell import Shop, part, person_of, shop_of, show
from console.tables import link
from console.web import Reply, Request
from regulars.commerce import orders
from regulars.commerce.orders import Order
from regulars.insights import ActivityEntry, By, Point, Stats, figures, recent_activity, stats, today
from regulars.kernel.money import exponent
from regulars.kernel.permissions import Permission

PAGES = Pages()
_SPARK_DAYS = 30
_SPLIT_ROWS = 5
# How the statistics name what is not known.
NONE = "none"


@dataclass(frozen=True)
class Grain:
    """A step of the revenue chart and how far back it goes."""

    key: str
    label: str
    by: By
    days: int
    written: str


@dataclass(frozen=True)
class Share:
    """One value of a split; `percent` is of the whole."""

    label: str
    count: str
    percent: float
    href: str
    country: str = ""


@dataclass(frozen=True)
class Split:
    title: str
    shares: list[Share]


_GRAINS = {
    grain.key: grain
    for grain in (
        Grain("day", "Day", By.DAY, 90, "%-d %b"),
        Grain("week", "Week", By.WEEK, 7 * 52, "%-d %b"),
        Grain("month", "Month", By.MONTH, 730, "%b %Y"),
    )
}


@PAGES.get("/console", permission=Permission.STATS_READ)
def home(request: Request) -> Reply:
    if request.wants("stats"):
        return part(request, "pages/home_stats.html", tiles=_tiles(request))
    if request.wants("revenue"):
        return part(request, "pages/home_chart.html", **_chart(request))
    if request.wants("campaigns"):
        return part(request, "pages/home_campaigns.html", campaigns=running_and_next(request))
    if request.wants("activity"):
        return part(request, "pages/home_activity.html", **_activity(request))
    figures_now = stats(request.tenant, request.call.now)
    return show(
        request,
        "pages/home.html",
        title="Home",
        greeting=_greeting(request, shop_of(request)),
        empty=figures_now.customers == 0 and figures_now.total.orders == 0,
        tiles=_tiles(request, figures_now),
        splits=_splits(figures_now),
        campaigns=running_and_next(request),
        **_chart(request),
        **_activity(request),
    )


def _greeting(request: Request, shop: Shop) -> str:
    hour = request.call.now.astimezone(shop.zone).hour
    part_of_day = "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    person = person_of(request)
    known = person.name.casefold() != person.role
    return f"Good {part_of_day}, {person.name.split()[0]}" if known else f"Good {part_of_day}"


def _tiles(request: Request, now: Stats | None = None) -> list[Tile]:
    now = now or stats(request.tenant, request.call.now)
    last = today(request.tenant, request.call.now)
    # Today is not over: it would end every curve in a fall.
    points = figures(request.tenant, last - timedelta(days=_SPARK_DAYS), last - timedelta(days=1))
    window, growth = now.window, now.growth
    exact = money(window.net, now.currency)
    return [
        Tile(
            "Net revenue",
            short_money(window.net, now.currency),
            f"Orders less refunds of the last 30 days: {exact}.",
            _against(growth.net),
            "/console/orders",
            change=growth.net,
            points=[point.figures.net for point in points],
        ),
        Tile(
            "Orders",
            number(window.orders),
            "Placed in the last 30 days; cancelled ones are left out.",
            _against(growth.orders),
            "/console/orders",
            change=growth.orders,
            points=[point.figures.orders for point in points],
        ),
        Tile(
            "Average order",
            money(window.average_order, now.currency),
            "Revenue of the last 30 days before refunds, divided by its orders.",
            _against(growth.average_order),
            change=growth.average_order,
            points=[point.figures.average_order or 0 for point in points],
        ),
        _customers_tile(now, points),
    ]


def _customers_tile(now: Stats, points: list[Point]) -> Tile:
    hint = "Everyone on file. Active: who bought or was seen in the last 30 days."
    note = f"{number(now.active)} active, {number(now.new_this_month)} new this month"
    new = [point.figures.new_customers for point in points]
    return Tile("Customers", number(now.customers), hint, note, CUSTOMERS, points=new)


def _against(growth: float | None) -> str:
    return "in the last 30 days" if growth is None else "against the 30 days before"


def _splits(now: Stats) -> list[Split]:
    """Where customers are, how they stand, and where orders come from; each leads to the people behind it.

    One that has a single value says nothing and is left out.
    """
    splits = [
        _split("Customers by status", now.by_status, status_text, "status"),
        _split("Customers by country", now.by_country, str, "country"),
        _split("Orders by channel", now.by_channel, str.capitalize, ""),
    ]
    return [split for split in splits if len(split.shares) > 1]


def _split(title: str, counts: dict[str, int], written: Callable[[str], str], filter: str) -> Split:
    whole = sum(counts.values()) or 1
    shares = [
        Share(
            "Not known" if value == NONE else written(value),
            number(count),
            round(100 * count / whole, 1),
            link(CUSTOMERS, {filter: value}) if filter and value != NONE else "",
            value if filter == "country" and value != NONE else "",
        )
        for value, count in list(counts.items())[:_SPLIT_ROWS]
    ]
    return Split(title, shares)


def _chart(request: Request) -> dict[str, Any]:
    grain = _GRAINS.get(request.query.get("by", ""), _GRAINS["week"])
    last = today(request.tenant, request.call.now)
    points = _trimmed(figures(request.tenant, _first(last, grain), last, grain.by))
    whole = 10 ** exponent(shop_of(request).currency)
    series = [{"name": "Net revenue", "values": [point.figures.net / whole for point in points]}]
    return {
        "grain": grain.key,
        "grains": [(each.key, each.label) for each in _GRAINS.values()],
        "chart": {"labels": [point.start.strftime(grain.written) for point in points], "series": series},
    }


def _first(last: date, grain: Grain) -> date:
    first = last - timedelta(days=grain.days)
    return first.replace(day=1) if grain.by is By.MONTH else first


def _trimmed(points: list[Point]) -> list[Point]:
    """Without the empty time before the first sale, but never fewer than a dozen steps."""
    sold = next((at for at, point in enumerate(points) if point.figures.gross), 0)
    return points[min(sold, max(len(points) - 12, 0)) :]


def _activity(request: Request) -> dict[str, Any]:
    """What happened lately; in a shop where nothing has yet (all was imported), its latest orders."""
    entries = recent_activity(request.tenant, limit=12)
    clock = Clock(shop_of(request).zone, request.call.now)
    if not entries and request.may(Permission.ORDERS_READ):
        latest = orders.list_orders(request.tenant, limit=10).items
        names = _names(request, (order.customer_id for order in latest))
        return {
            "heading": "Latest orders",
            "days": by_day([_bought(order, names) for order in latest], clock),
        }
    names = _names(request, (entry.subject for entry in entries if entry.subject.startswith("cus_")))
    moments = [_moment(entry, names.get(entry.subject, "")) for entry in entries]
    return {"heading": "Recent activity", "days": by_day(moments, clock)}


def _names(request: Request, customer_ids: Iterable[str]) -> dict[str, str]:
    known = known_among(request.tenant, customer_ids)
    return {customer_id: name_of(facts) for customer_id, facts in known.items()}


def _bought(order: Order, names: dict[str, str]) -> Moment:
    text = f"{names.get(order.customer_id, 'Deleted customer')} · {money(order.total, order.currency)}"
    title, href = f"Order {order.number}", f"/console/orders/{order.id}"
    return Moment(order.placed_at, "shopping-bag", title, text, href, "good")


def _moment(entry: ActivityEntry, name: str) -> Moment:
    made = moment_of(entry.name, entry.time, entry.data)
    text = " · ".join(part for part in (name, made.text) if part)
    href = made.href or (f"{CUSTOMERS}/{entry.subject}" if name else "")
    return Moment(made.at, made.icon, made.title, text, href, made.tone, made.badge)
