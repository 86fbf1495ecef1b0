"""Orders: the list, and one order with its lines, its way and its refunds."""

from typing import Any
from zoneinfo import ZoneInfo

from console.dates import end_of, start_of
from console.lists import CSV_PAGE, Listing, partial
from console.order_texts import TONES, status_badge
from console.people import cell_of, known_among
from console.routing import Pages
from console.shell import show
from console.tables import Badges, Column, Link, When, amount, count
from console.web import Reply, Request
from regulars.commerce import orders
from regulars.commerce.orders import Order, Status
from regulars.customers import Facts
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.platform import settings_of

PAGES = Pages()
_PATH = "/console/orders"
_STATUSES = tuple((status.value, status.value.replace("_", " ").capitalize()) for status in TONES)


@PAGES.get(_PATH, permission=Permission.ORDERS_READ)
def orders_list(request: Request) -> Reply:
    if request.query.get("format") == "csv":
        return order_listing({}).csv_reply(lambda cursor: _load(request, cursor, CSV_PAGE))
    page = _load(request, request.query.get("cursor"))
    known = known_among(request.tenant, (order.customer_id for order in page.items))
    table = order_listing(known).table(page, request.query)
    query = {name: request.query.get(name, "") for name in ("q", "status", "from", "to")}
    values: dict[str, Any] = {"table": table, "query": query, "statuses": _STATUSES}
    return partial(request, "pages/orders_area.html", **values) or show(
        request, "pages/orders.html", title="Orders", **values
    )


def _load(request: Request, cursor: str | None, limit: int = 50) -> Page[Order]:
    query = request.query
    if wanted := query.get("q", "").strip():
        found = orders.by_number(request.tenant, wanted) if len(wanted) <= 100 else None
        return Page([found] if found else [])
    zone = ZoneInfo(settings_of(request.tenant).time_zone)
    status = query.get("status", "")
    return orders.list_orders(
        request.tenant,
        limit=limit,
        cursor=cursor or None,
        status=Status(status) if status in set(Status) else None,
        since=start_of(query.get("from", ""), zone),
        until=end_of(query.get("to", ""), zone),
    )


def order_listing(known: dict[str, Facts], path: str = _PATH, customer: bool = True) -> Listing[Order]:
    """The columns of a list of orders; `customer` says whether to name whose they are."""
    columns = [
        Column[Order]("number", "Order", lambda order: Link(order.number, f"{_PATH}/{order.id}")),
        Column[Order]("status", "Status", lambda order: Badges((status_badge(order.status),))),
        Column[Order]("lines", "Lines", lambda order: count(len(order.lines)), end=True, minor=True),
        Column[Order]("total", "Total", lambda order: amount(order.total, order.currency), end=True),
        Column[Order]("placed", "Placed", lambda order: When(order.placed_at), end=True, minor=True),
    ]
    if customer:
        columns.insert(1, Column("customer", "Customer", lambda order: cell_of(order.customer_id, known)))
    return Listing(
        "orders",
        "Orders",
        path,
        columns,
        lambda order: order.id,
        lambda order: order.number,
        lambda order: f"{_PATH}/{order.id}",
        "orders",
    )
