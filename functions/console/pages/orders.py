"""Orders: the list, and one order with its lines, its way and its refunds."""

from typing import Any
from zoneinfo import ZoneInfo

from console.dates import end_of, start_of
from console.lists import CSV_PAGE, Listing, partial
from console.order_texts import TONES, status_badge
from console.people import PATH as CUSTOMERS
from console.people import cell_of, known_among
from console.pieces import Tab
from console.routing import Pages
from console.shell import Crumb, show
from console.tables import Badges, Column, Link, Text, When, amount, count
from console.web import Reply, Request
from regulars.commerce import orders
from regulars.commerce.orders import Order, Refund, Status
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
        request, "pages/orders.html", title="Orders", tabs=_tabs(request), **values
    )


@PAGES.get(f"{_PATH}/refunds", permission=Permission.ORDERS_READ)
def refunds(request: Request) -> Reply:
    """Refunds whose order is not known: a till's, or those of a file that names none."""
    if request.query.get("format") == "csv":
        return _refund_listing({}).csv_reply(
            lambda cursor: orders.list_refunds(request.tenant, limit=CSV_PAGE, cursor=cursor)
        )
    page = orders.list_refunds(request.tenant, limit=50, cursor=request.query.get("cursor") or None)
    known = known_among(request.tenant, (refund.customer_id for refund in page.items))
    values: dict[str, Any] = {"table": _refund_listing(known).table(page, request.query)}
    return partial(request, "pages/refunds_area.html", **values) or show(
        request,
        "pages/refunds.html",
        title="Refunds",
        crumbs=(Crumb("Orders", _PATH), Crumb("Refunds")),
        tabs=_tabs(request),
        **values,
    )


def _tabs(request: Request) -> list[Tab]:
    both = (("Orders", _PATH), ("Refunds without an order", f"{_PATH}/refunds"))
    return [Tab(label, href, request.path == href) for label, href in both]


def _refund_listing(known: dict[str, Facts]) -> Listing[Refund]:
    def href(refund: Refund) -> str:
        return f"{CUSTOMERS}/{refund.customer_id}"

    columns = (
        Column[Refund]("number", "Refund", lambda one: Text(one.number)),
        Column[Refund]("customer", "Customer", lambda one: cell_of(one.customer_id, known)),
        Column[Refund]("reason", "Reason", lambda one: Text(one.reason or ""), minor=True),
        Column[Refund]("amount", "Amount", lambda one: amount(one.amount, one.currency), end=True),
        Column[Refund]("at", "When", lambda one: When(one.refunded_at), end=True, minor=True),
    )
    path = f"{_PATH}/refunds"
    return Listing(
        "refunds", "Refunds", path, columns, lambda one: one.id, lambda one: one.number, href, "refunds"
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
