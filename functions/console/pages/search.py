"""What the search palette finds: pages, customers, one order."""

from dataclasses import dataclass

from console import shell
from console.people import PATH as CUSTOMERS
from console.people import name_of
from console.routing import Pages
from console.segment_views import PATH as SEGMENTS
from console.shell import part
from console.web import Reply, Request
from regulars.commerce import orders
from regulars.customers import search_customers
from regulars.kernel.errors import RegularsError
from regulars.kernel.permissions import Permission
from regulars.segments import list_segments

PAGES = Pages()
_LIMIT = 6


@dataclass(frozen=True)
class Hit:
    label: str
    href: str
    icon: str
    sub: str = ""
    person: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    hits: list[Hit]


_ACTIONS = (
    (Hit("Add a customer", f"{CUSTOMERS}/new", "user-plus"), Permission.CUSTOMERS_WRITE),
    (Hit("Calendar of campaigns", "/console/campaigns/calendar", "calendar-days"), Permission.CAMPAIGNS_READ),
    (Hit("New segment", f"{SEGMENTS}/new", "layers"), Permission.SEGMENTS_WRITE),
    (Hit("New template", "/console/templates/new", "layout-template"), Permission.MESSAGES_WRITE),
    (Hit("Library of templates", "/console/templates/library", "layout-template"), Permission.MESSAGES_READ),
    (Hit("Create an API key", "/console/settings/keys", "key-round"), Permission.KEYS_WRITE),
    (Hit("Invite a colleague", "/console/settings/staff", "user-cog"), Permission.STAFF_WRITE),
)


@PAGES.get("/console/search", permission=Permission.SETTINGS_READ)
def search(request: Request) -> Reply:
    query = request.query.get("q", "").strip()[:100]
    groups = [_places(request, query.casefold())]
    if len(query) >= 2:
        groups = [_customers(request, query), _orders(request, query), _segments(request, query), *groups]
    found = [group for group in groups if group.hits]
    return part(request, "parts/palette_list.html", groups=found, query=query)


def _places(request: Request, query: str) -> Group:
    places = [
        Hit(item.label, item.href, item.icon)
        for section in shell.navigation(request)
        for item in section.items
    ]
    places += [hit for hit, permission in _ACTIONS if request.may(permission)]
    return Group("Go to", [hit for hit in places if query in hit.label.casefold()])


def _customers(request: Request, query: str) -> Group:
    if not request.may(Permission.CUSTOMERS_READ):
        return Group("Customers", [])
    try:
        found = search_customers(request.tenant, query, limit=_LIMIT).items
    except RegularsError:
        return Group("Customers", [])
    hits = [
        Hit(name_of(one), f"{CUSTOMERS}/{one.customer_id}", "user", one.email or "", True) for one in found
    ]
    return Group("Customers", hits)


def _orders(request: Request, query: str) -> Group:
    order = orders.by_number(request.tenant, query) if request.may(Permission.ORDERS_READ) else None
    if order is None:
        return Group("Orders", [])
    return Group("Orders", [Hit(f"Order {order.number}", f"/console/orders/{order.id}", "shopping-bag")])


def _segments(request: Request, query: str) -> Group:
    if not request.may(Permission.SEGMENTS_READ):
        return Group("Segments", [])
    words = query.casefold()
    known = list_segments(request.tenant, request.call.now)
    found = [one for one in known if words in one.name.casefold()]
    return Group("Segments", [Hit(one.name, f"{SEGMENTS}/{one.id}", "layers") for one in found[:_LIMIT]])
