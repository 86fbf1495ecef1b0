"""What the tabs of a customer's page show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from console.customer_inbox import inbox_values
from console.customer_wishes import wish_values
from console.delivery_texts import subject_of
from console.event_texts import moment_of
from console.formats import Clock, money, number
from console.lists import Listing
from console.pages.orders import order_listing
from console.people import PATH
from console.pieces import Moment, Tile, by_day
from console.shell import Shop, shop_of
from console.tables import Badges, Column, Link, Text, When
from console.template_texts import state_badge
from console.web import Request
from regulars.commerce import orders
from regulars.commerce.orders import Order
from regulars.customers import Customer, list_interactions, list_notes, read_timeline
from regulars.kernel.money import exponent
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Delivery, list_deliveries

Values = dict[str, Any]
_KINDS = (
    ("", "Everything"),
    ("order", "Orders"),
    ("message", "Messages"),
    ("behaviour", "Behaviour"),
    ("interaction", "Interactions"),
    ("note", "Notes"),
    ("cart", "Carts"),
    ("visit", "Visits"),
    ("profile", "Profile"),
)


def tiles_of(found: Customer, shop: Shop) -> list[Tile]:
    """The figures on top of a customer's page."""
    facts = found.facts
    currency = facts.currency or shop.currency
    refunds = f"{money(facts.refunded, currency)} refunded" if facts.refunded else ""
    last = facts.last_order_at
    return [
        Tile("Spent", money(facts.spent, currency), "Orders less refunds, since the beginning.", refunds),
        Tile(
            "Orders",
            number(facts.orders),
            "Cancelled ones are left out.",
            _count(facts.refunds, "refund"),
        ),
        Tile("Average order", money(facts.average_order, currency), "What an order comes to before refunds."),
        Tile(
            "Last order",
            last.astimezone(shop.zone).strftime("%-d %b %Y") if last else "—",
            "When the latest order was placed.",
            f"first on {facts.first_order_at.astimezone(shop.zone):%-d %b %Y}"
            if facts.first_order_at
            else "",
        ),
    ]


def _count(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}" if count else ""


def details_of(found: Customer) -> list[tuple[str, str]]:
    """The facts of a profile that are not in its header."""
    profile = found.profile
    rows: list[tuple[str, str | None]] = [
        ("Email", ", ".join(profile.emails)),
        ("Phone", profile.phone),
        ("Born", _day(profile.date_of_birth)),
        ("Gender", profile.gender and profile.gender.replace("_", " ").capitalize()),
        ("Language", profile.language),
        ("Time zone", profile.time_zone),
        ("Source", profile.source),
        ("External id", ", ".join(profile.ids)),
        ("Status", found.status_reason),
        *((name.capitalize(), handle) for name, handle in profile.social.items()),
        *((name.replace("_", " ").capitalize(), str(value)) for name, value in profile.attributes.items()),
        ("Since", found.created_at.strftime("%-d %b %Y")),
        ("Id", found.id),
    ]
    return [(label, value) for label, value in rows if value]


def _day(day: date | None) -> str | None:
    return day.strftime("%-d %B %Y") if day else None


def _clock(request: Request) -> Clock:
    return Clock(shop_of(request).zone, request.call.now)


def _overview(request: Request, found: Customer) -> Values:
    entries = read_timeline(request.tenant, found.id, limit=8).items
    moments = [moment_of(one.name, one.time, one.data, text="", history=one.history) for one in entries]
    return {
        "days": by_day(moments, _clock(request)),
        "reminders": _reminders(request, found),
        "spending": _spending(request, found),
    }


def _reminders(request: Request, found: Customer) -> list[str]:
    open_ones = [
        one
        for one in list_interactions(request.tenant, found.id).items
        if one.follow_up_at and (one.reminded_at is None or one.follow_up_at > request.call.now)
    ]
    zone = shop_of(request).zone
    return [
        f"Follow up on {one.follow_up_at.astimezone(zone):%-d %B}: {one.summary}"
        for one in open_ones
        if one.follow_up_at
    ]


def _spending(request: Request, found: Customer) -> Values:
    """By month over the latest hundred orders."""
    if not request.may(Permission.ORDERS_READ) or not found.facts.orders:
        return {"labels": [], "series": []}
    zone = shop_of(request).zone
    by_month: dict[str, int] = {}
    bought = orders.list_orders(request.tenant, customer_id=found.id, limit=100).items
    months = [one.placed_at.astimezone(zone).date().replace(day=1) for one in bought]
    for month in _months(min(months), max(months)) if months else ():
        by_month[f"{month:%b %Y}"] = 0
    for one, month in zip(bought, months, strict=True):
        by_month[f"{month:%b %Y}"] += _counted(one)
    whole = 10 ** exponent(found.facts.currency or shop_of(request).currency)
    values = [amount / whole for amount in by_month.values()]
    return {"labels": list(by_month), "series": [{"name": "Spent", "values": values, "type": "bar"}]}


def _counted(one: Order) -> int:
    return 0 if one.status is orders.Status.CANCELLED else one.total - one.refunded


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    return [
        date(first.year + (first.month - 1 + step) // 12, (first.month - 1 + step) % 12 + 1, 1)
        for step in range(count + 1)
    ]


def _timeline(request: Request, found: Customer) -> Values:
    kind = request.query.get("kind", "")
    known = {key for key, _ in _KINDS}
    kinds = (kind,) if kind and kind in known else ()
    page = read_timeline(
        request.tenant, found.id, kinds=kinds, limit=50, cursor=request.query.get("cursor") or None
    )
    moments = [moment_of(one.name, one.time, one.data, history=one.history) for one in page.items]

    def address(**more: str) -> str:
        return f"{PATH}/{found.id}?{urlencode({'tab': 'timeline'} | {k: v for k, v in more.items() if v})}"

    return {
        "days": by_day(moments, _clock(request)),
        "kinds": [
            {"label": label, "href": address(kind=key), "current": key == (kinds[0] if kinds else "")}
            for key, label in _KINDS
        ],
        "older": address(kind=kind, cursor=page.next) if page.next else "",
    }


def _orders(request: Request, found: Customer) -> Values:
    page = bought(request, found.id, request.query.get("cursor"))
    nothing = {
        "icon": "shopping-bag",
        "title": "No orders yet",
        "text": "What this customer buys shows here.",
    }
    return {"table": bought_by(found.id).table(page, {"tab": "orders"}), "nothing": nothing}


def bought(request: Request, customer_id: str, cursor: str | None) -> Page[Order]:
    """A page of a customer's orders, newest first."""
    return orders.list_orders(request.tenant, customer_id=customer_id, limit=50, cursor=cursor or None)


def bought_by(customer_id: str) -> Listing[Order]:
    return order_listing({}, f"{PATH}/{customer_id}", customer=False)


def _messages(request: Request, found: Customer) -> Values:
    page = sent(request, found.id, request.query.get("cursor"))
    text = "What was sent, and what was not and why, shows here."
    nothing = {"icon": "mail", "title": "No messages yet", "text": text}
    return {"table": sent_to(found.id).table(page, {"tab": "messages"}), "nothing": nothing}


def sent(request: Request, customer_id: str, cursor: str | None) -> Page[Delivery]:
    """A page of the messages meant for a customer, newest first."""
    return list_deliveries(request.tenant, customer_id=customer_id, limit=50, cursor=cursor or None)


def sent_to(customer_id: str) -> Listing[Delivery]:
    def href(one: Delivery) -> str:
        return f"{PATH}/{customer_id}/messages/{one.id}"

    columns = (
        Column[Delivery]("subject", "Message", lambda one: Link(subject_of(one), href(one))),
        Column[Delivery]("state", "State", lambda one: Badges((state_badge(one.state),))),
        Column[Delivery]("why", "Why", lambda one: Text(one.explanation), minor=True),
        Column[Delivery]("to", "To", lambda one: Text(one.to), minor=True),
        Column[Delivery]("at", "When", lambda one: When(one.finished_at or one.created_at), end=True),
    )
    path = f"{PATH}/{customer_id}"
    return Listing("messages", "Messages", path, columns, lambda one: one.id, subject_of, href, "messages")


def _notes(request: Request, found: Customer) -> Values:
    moments = [
        Moment(one.created_at, "notebook-pen", "Note", one.text)
        for one in list_notes(request.tenant, found.id, limit=50).items
    ]
    moments += [
        moment_of(
            "interaction.logged",
            one.happened_at,
            {"type": one.type, "summary": one.summary, "outcome": one.outcome},
        )
        for one in list_interactions(request.tenant, found.id, limit=50).items
    ]
    moments.sort(key=lambda moment: moment.at, reverse=True)
    return {"days": by_day(moments, _clock(request))}


@dataclass(frozen=True)
class View:
    """A tab: its key in the address, its template, and what it needs."""

    key: str
    label: str
    template: str
    permission: Permission
    values: Callable[[Request, Customer], Values]


TABS = (
    View("", "Overview", "pages/customer_overview.html", Permission.CUSTOMERS_READ, _overview),
    View("timeline", "Timeline", "pages/customer_timeline.html", Permission.CUSTOMERS_READ, _timeline),
    View("orders", "Orders", "pages/customer_list.html", Permission.ORDERS_READ, _orders),
    View("messages", "Messages", "pages/customer_list.html", Permission.MESSAGES_READ, _messages),
    View("inbox", "Inbox", "pages/customer_inbox.html", Permission.MESSAGES_READ, inbox_values),
    View("preferences", "Preferences", "pages/customer_wishes.html", Permission.CUSTOMERS_READ, wish_values),
    View("notes", "Notes", "pages/customer_notes.html", Permission.CUSTOMERS_READ, _notes),
)
