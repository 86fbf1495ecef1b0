"""What every page shows around its content: the shop's name, the navigation, the person, the message left over."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from console import render
from console.formats import Clock
from console.web import FLASH_SHOWN, Reply, Request, read_flash
from regulars.kernel.errors import NotFoundError
from regulars.kernel.permissions import Permission
from regulars.kernel.tenancy import Tenant
from regulars.platform import get_staff, settings_of


@dataclass(frozen=True)
class Crumb:
    """A step of the way here; the last one has no address."""

    label: str
    href: str = ""


@dataclass(frozen=True)
class NavItem:
    label: str
    href: str
    icon: str
    permission: Permission
    current: bool = False


@dataclass(frozen=True)
class NavSection:
    title: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True)
class Person:
    name: str
    role: str


@dataclass(frozen=True)
class Shop:
    """What pages need to know of the tenant."""

    name: str
    zone: ZoneInfo
    currency: str


SECTIONS = (
    NavSection(
        "",
        (
            NavItem("Home", "/console", "house", Permission.STATS_READ),
            NavItem("Customers", "/console/customers", "users", Permission.CUSTOMERS_READ),
            NavItem("Segments", "/console/segments", "layers", Permission.SEGMENTS_READ),
            NavItem("Products", "/console/products", "package", Permission.PRODUCTS_READ),
            NavItem("Orders", "/console/orders", "shopping-bag", Permission.ORDERS_READ),
            NavItem("Loyalty", "/console/loyalty", "trophy", Permission.LOYALTY_READ),
        ),
    ),
    NavSection(
        "Messages",
        (
            NavItem("Campaigns", "/console/campaigns", "megaphone", Permission.CAMPAIGNS_READ),
            NavItem("Templates", "/console/templates", "layout-template", Permission.MESSAGES_READ),
            NavItem("Deliveries", "/console/deliveries", "send", Permission.MESSAGES_READ),
            NavItem("Figures", "/console/message-figures", "chart-column", Permission.MESSAGES_READ),
            NavItem("Suppressions", "/console/suppressions", "ban", Permission.MESSAGES_READ),
        ),
    ),
    NavSection(
        "Data",
        (
            NavItem("Import", "/console/imports/new", "upload", Permission.IMPORTS_WRITE),
            NavItem("Jobs", "/console/jobs", "activity", Permission.JOBS_READ),
        ),
    ),
    NavSection(
        "Workspace", (NavItem("Settings", "/console/settings", "settings", Permission.SETTINGS_READ),)
    ),
)


def navigation(request: Request) -> list[NavSection]:
    """The sections with what this person may open, the present page marked."""
    return [
        NavSection(section.title, items)
        for section in SECTIONS
        if (
            items := tuple(
                _marked(item, request.path) for item in section.items if request.may(item.permission)
            )
        )
    ]


def _marked(item: NavItem, path: str) -> NavItem:
    inside = path == item.href or (
        item.href != "/console" and path.startswith(item.href.removesuffix("/new") + "/")
    )
    return NavItem(item.label, item.href, item.icon, item.permission, inside)


def shop_of(request: Request) -> Shop:
    """The tenant's name, zone and currency, up to half a minute old."""
    settings = settings_of(request.tenant)
    return Shop(settings.name, ZoneInfo(settings.time_zone), settings.currency)


def person_of(request: Request) -> Person:
    """Who is signed in. A local token's bearer is nobody's colleague: they are named by their role."""
    role = request.caller.role.value if request.caller.role else "api key"
    minute = int(request.call.now.timestamp() // 60)
    return Person(_staff_name(request.tenant, request.caller.id, minute) or role.capitalize(), role)


@lru_cache(maxsize=200)
def _staff_name(tenant: Tenant, staff_id: str, minute: int) -> str:
    try:
        return get_staff(tenant, staff_id).name
    except NotFoundError:
        return ""


def frame(request: Request, shop: Shop) -> dict[str, Any]:
    """What the layout shows around a page."""
    theme = request.cookies.get("regulars_theme", "")
    return {
        "theme": theme if theme in {"light", "dark"} else "",
        "nav": navigation(request),
        "tenant_name": shop.name,
        "user": person_of(request),
        "may_settings": request.may(Permission.SETTINGS_READ),
        "flash": read_flash(request.cookies),
    }


def show(
    request: Request,
    template: str,
    *,
    title: str,
    crumbs: tuple[Crumb, ...] = (),
    status: int = 200,
    **values: Any,
) -> Reply:
    """A whole page. Without crumbs of its own its one crumb is its title; home has none."""
    shop = shop_of(request)
    shell = frame(request, shop)
    around = {
        "shell": shell,
        "title": title,
        "crumbs": crumbs or (() if title == "Home" else (Crumb(title),)),
    }
    text = render.page(template, around | context(request, shop) | values)
    return Reply(status, text, {}, (FLASH_SHOWN,) if shell["flash"] else ())


def part(request: Request, template: str, headers: Mapping[str, str] | None = None, **values: Any) -> Reply:
    """A piece of a page, for a partial update."""
    return Reply(200, render.page(template, context(request, shop_of(request)) | values), headers or {})


def context(request: Request, shop: Shop) -> dict[str, Any]:
    """What every template may use: the clock in the shop's zone, the currency, what the person may do."""
    return {
        "clock": Clock(shop.zone, request.call.now),
        "currency": shop.currency,
        "zone": shop.zone.key,
        "may": Abilities(request),
        "here": request.here,
    }


class Abilities:
    """`may.write_customers` in a template: whether the person has the permission `customers:write`."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __getattr__(self, name: str) -> bool:
        verb, _, resource = name.partition("_")
        return self._request.may(Permission(f"{resource}:{verb}"))
