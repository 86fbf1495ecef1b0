"""Customers: the list with search, filters, sorting and actions on many."""

from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast, get_args
from urllib.parse import urlencode

from pydantic import ValidationError

from console.customer_texts import STATUSES, status_badge, status_text
from console.dates import end_of, start_of
from console.formats import number
from console.lists import CSV_PAGE, Listing, partial
from console.people import PATH, name_of
from console.routing import Pages
from console.segment_filter import load_in_segment, segment_choices
from console.shell import Shop, shop_of, show
from console.tables import Badge, Badges, Column, Person, Text, When, amount, count
from console.web import Reply, Request, done
from regulars.customers import (
    Bulk,
    BulkResult,
    Facts,
    Filter,
    act_on_many,
    facts_of_many,
    list_customers,
    normal_tag,
    search_customers,
)
from regulars.insights import stats
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.serve import faults_of
from regulars.kernel.money import exponent
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

PAGES = Pages()
Sort = Literal["-created", "created", "-spent", "spent"]
_SORTS = get_args(Sort)
_FILTERS = ("q", "status", "country", "segment", "tag", "spent_from", "spent_to", "from", "to", "sort")


@PAGES.get(PATH, permission=Permission.CUSTOMERS_READ)
def customers(request: Request) -> Reply:
    shop = shop_of(request)
    listing = _listing(shop, picks=request.may(Permission.CUSTOMERS_WRITE))
    if request.query.get("format") == "csv":
        return listing.csv_reply(lambda cursor: _load(request, shop, cursor, CSV_PAGE))
    page = _load(request, shop, request.query.get("cursor"))
    values = _area(request, listing, page)
    return partial(request, "pages/customers_area.html", **values) or show(
        request, "pages/customers.html", title="Customers", **values
    )


def _area(request: Request, listing: Listing[Facts], page: Page[Facts]) -> dict[str, Any]:
    now = stats(request.tenant, request.call.now)
    query = {name: request.query.get(name, "") for name in _FILTERS}
    # A segment has an order of its own.
    sort = "" if query["segment"] else _sort(request)
    return {
        "table": listing.table(page, query | {"sort": sort}, now.customers),
        "segments": segment_choices(request),
        "query": query,
        "address": request.address,
        "statuses": STATUSES,
        "countries": sorted(code for code in now.by_country if len(code) == 2),
        "more": sum(bool(query[name]) for name in ("tag", "spent_from", "spent_to", "from", "to")),
    }


def _sort(request: Request) -> Sort:
    wanted = request.query.get("sort", "")
    return cast("Sort", wanted) if wanted in _SORTS else "-created"


def _load(request: Request, shop: Shop, cursor: str | None, limit: int = 50) -> Page[Facts]:
    wanted = _filter(request, shop)
    text = request.query.get("q", "").strip()
    if (segment := request.query.get("segment")) and request.may(Permission.SEGMENTS_READ):
        return load_in_segment(request, segment, wanted, text, cursor or None, limit)
    if len(text) >= 2:
        return search_customers(request.tenant, text, wanted, cursor=cursor or None)
    return list_customers(request.tenant, wanted, sort=_sort(request), limit=limit, cursor=cursor or None)


def _filter(request: Request, shop: Shop) -> Filter:
    query = request.query
    return Filter(
        status=query.get("status") or None,
        tag=normal_tag(query.get("tag", "")),
        country=query.get("country") or None,
        min_spent=_minor(query.get("spent_from", ""), shop.currency),
        max_spent=_minor(query.get("spent_to", ""), shop.currency),
        created_from=start_of(query.get("from", ""), shop.zone),
        created_to=end_of(query.get("to", ""), shop.zone),
    )


def _minor(text: str, currency: str) -> int | None:
    """What was typed as an amount; None for what is none: a filter half typed filters nothing."""
    try:
        minor = Decimal(text.replace(",", "").strip()).scaleb(exponent(currency))
    except InvalidOperation:
        return None
    return int(minor) if minor.is_finite() and abs(minor) < 10**14 else None


def _listing(shop: Shop, *, picks: bool) -> Listing[Facts]:
    columns = (
        Column[Facts]("id", "Id", lambda one: Text(one.customer_id), unseen=True),
        Column[Facts]("name", "Customer", _person),
        Column[Facts]("email", "Email", lambda one: Text(one.email or ""), unseen=True),
        Column[Facts]("phone", "Phone", lambda one: Text(one.phone or ""), unseen=True),
        Column[Facts]("external", "External id", lambda one: Text(one.external_id or ""), unseen=True),
        Column[Facts]("status", "Status", lambda one: Badges((status_badge(one.status),)), minor=True),
        Column[Facts]("tags", "Tags", _tags, minor=True),
        Column[Facts]("country", "Country", lambda one: Text(one.country or ""), minor=True),
        Column[Facts]("orders", "Orders", lambda one: count(one.orders), end=True, minor=True),
        Column[Facts](
            "spent",
            "Spent",
            lambda one: amount(one.spent, one.currency or shop.currency),
            "spent",
            end=True,
        ),
        Column[Facts]("last", "Last order", lambda one: When(one.last_order_at), end=True, minor=True),
        Column[Facts]("created", "Since", lambda one: When(one.created_at), "created", end=True, minor=True),
    )
    return Listing(
        "customers",
        "Customers",
        PATH,
        columns,
        lambda one: one.customer_id,
        name_of,
        lambda one: f"{PATH}/{one.customer_id}",
        "customers",
        picks,
    )


def _person(one: Facts) -> Person:
    name = name_of(one)
    sub = one.email if one.email and one.email != name else one.phone or ""
    return Person(name, f"{PATH}/{one.customer_id}", sub if sub != name else "")


def _tags(one: Facts) -> Badges:
    shown = sorted(one.tags)
    more = (Badge(f"+{len(shown) - 3}", dot=False),) if len(shown) > 3 else ()
    return Badges(tuple(Badge(tag, dot=False) for tag in shown[:3]) + more)


@PAGES.post(f"{PATH}/bulk", permission=Permission.CUSTOMERS_WRITE)
def bulk(request: Request) -> Reply:
    """Acts on the customers that are ticked; the toast takes back what it did, and only that."""
    ids = request.form_lists.get("id", []) or request.query.get("ids", "").split(",")
    deed = request.form.get("do") or request.query.get("do", "")
    if deed == "status":
        return _told(*_set_status(request, ids))
    return _told(*_retag(request, ids, deed))


def _set_status(request: Request, ids: list[str]) -> tuple[BulkResult, str, str]:
    status = request.form.get("status") or request.query.get("status", "")
    before = facts_of_many(request.tenant, ids[:100])
    result = _act(request, action="status", customer_ids=ids, status=status)
    was = {facts.status for facts in before.values()}
    undo = _undo(list(before), do="status", status=was.pop()) if len(was) == 1 else ""
    return result, f"{number(result.done)} now {status_text(status).lower()}", undo


def _retag(request: Request, ids: list[str], deed: str) -> tuple[BulkResult, str, str]:
    tag = normal_tag(request.form.get("tag") or request.query.get("tag", "")) or ""
    action, back = ("untag", "tag") if deed == "untag" else ("tag", "untag")
    before = facts_of_many(request.tenant, ids[:100])
    touched = [one for one, facts in before.items() if (tag in facts.tags) == (action == "untag")]
    result = _act(request, action=action, customer_ids=ids, tags=[tag])
    words = "added to" if action == "tag" else "removed from"
    text = f"Tag “{tag}” {words} {number(len(touched))} customer{'' if len(touched) == 1 else 's'}"
    return result, text, _undo(touched, do=back, tag=tag) if touched else ""


def _act(request: Request, **wanted: Any) -> BulkResult:
    try:
        asked = Bulk.model_validate(wanted)
    except ValidationError as error:
        raise InvalidError(faults_of(error)[0].detail) from error
    return act_on_many(request.tenant, asked, by=f"staff:{request.caller.id}", now=request.call.now)


def _undo(ids: list[str], **deed: str) -> str:
    return f"{PATH}/bulk?{urlencode({**deed, 'ids': ','.join(ids)})}"


def _told(result: BulkResult, text: str, undo: str) -> Reply:
    if result.failed:
        why = next(one.detail for one in result.results if not one.done)
        text += f"; {number(result.failed)} could not be changed: {why}"
    return done(text, bad=result.done == 0, undo=undo)
