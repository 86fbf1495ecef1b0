"""Who is in a segment: the table of its customers, now or on a day in the past."""

from datetime import datetime

from console.dates import end_of
from console.lists import Listing
from console.people import PATH as CUSTOMERS
from console.people import name_of
from console.segment_views import PATH
from console.shell import shop_of
from console.tables import Column, Link, Person, Text, When, amount, count
from console.web import Request
from regulars import segments as catalogue
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.segments import Member, Segment


def as_of(request: Request) -> datetime | None:
    """The end of the day in `at`, in the shop's zone; None for today, for no day, and for one that has not been."""
    end = end_of(request.query.get("at", ""), shop_of(request).zone)
    return end if end is not None and end <= request.call.now else None


def load_members(request: Request, found: Segment, cursor: str | None, limit: int = 50) -> Page[Member]:
    """A page of those who are in it, or were on the day asked for."""
    return catalogue.members(request.tenant, found.id, limit=limit, cursor=cursor or None, at=as_of(request))


def members_listing(request: Request, found: Segment) -> Listing[Member]:
    """The table of a segment's customers."""
    past = as_of(request) is not None
    return Listing(
        "members",
        f"Customers in {found.name}",
        f"{PATH}/{found.id}",
        _columns(request, f"{PATH}/{found.id}", past),
        lambda one: one.customer_id,
        lambda one: name_of(one.facts) if one.facts else "Deleted customer",
        lambda one: f"{CUSTOMERS}/{one.customer_id}" if one.facts else "",
        "customers",
        picks=not past and request.may(Permission.CUSTOMERS_WRITE),
    )


def _columns(request: Request, here: str, past: bool) -> list[Column[Member]]:
    """Who left since has an end; why somebody is in it is said of today only."""
    currency = shop_of(request).currency
    until = Column[Member]("until", "Until", lambda one: When(one.until))
    why = Column[Member]("why", "", lambda one: _why(one, here), end=True, minor=True)
    return [
        Column[Member]("id", "Id", lambda one: Text(one.customer_id), unseen=True),
        Column[Member]("name", "Customer", _person),
        Column[Member]("email", "Email", _email, unseen=True),
        Column[Member]("since", "In since", lambda one: When(one.since)),
        *([until] if past else []),
        Column[Member]("spent", "Spent", lambda one: _spent(one, currency), end=True),
        Column[Member]("orders", "Orders", _orders, unseen=True),
        Column[Member]("last", "Last order", _last_order, end=True, minor=True),
        *([] if past else [why]),
    ]


def _why(one: Member, here: str) -> Text:
    return Link("Why", f"{here}?tab=members&who={one.customer_id}#why") if one.facts else Text("")


def _email(one: Member) -> Text:
    return Text((one.facts.email if one.facts else "") or "")


def _spent(one: Member, currency: str) -> Text:
    return amount(one.facts.spent, one.facts.currency or currency) if one.facts else Text("")


def _orders(one: Member) -> Text:
    return count(one.facts.orders) if one.facts else Text("")


def _last_order(one: Member) -> When:
    return When(one.facts.last_order_at if one.facts else None)


def _person(one: Member) -> Person | Text:
    if one.facts is None:
        return Text("Deleted customer")
    name = name_of(one.facts)
    email = one.facts.email or ""
    return Person(name, f"{CUSTOMERS}/{one.customer_id}", email if email != name else "")
