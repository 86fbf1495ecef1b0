"""The log of deliveries: every message meant for anybody, what became of it and why; and whether marketing goes on."""

from typing import TYPE_CHECKING, Any

from console.delivery_texts import PATH, checks_of, columns, href_of, moments_of, subject_of
from console.formats import Clock
from console.lists import CSV_PAGE, Listing, partial
from console.people import known_among
from console.pieces import by_day
from console.routing import Pages
from console.shell import part, shop_of, show
from console.standing import standing_of
from console.template_texts import CHANNELS, categories, channel_of, state_words
from console.web import Reply, Request, flash_cookie, redirect
from regulars import messaging
from regulars.customers import is_customer_id, search_customers
from regulars.kernel.errors import ConflictError, InvalidError, RegularsError
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Delivery, State, standing_store

if TYPE_CHECKING:
    from regulars.messaging.sending.resolving import Verdict

PAGES = Pages()
_ONE = f"{PATH}/{{delivery_id}}"
_FILTERS = ("q", "state", "channel", "template", "category", "campaign")
_ROWS = 50
RESOLUTIONS = (
    ("sent", "It was sent", "Counts it as sent. Choose this when the provider's own log has it."),
    ("not_sent", "It was not sent", "Closes it as not sent; the customer never gets it."),
    ("again", "Send it again", "Sends it once more: if the first did go out, the customer gets it twice."),
)


@PAGES.get(PATH, permission=Permission.MESSAGES_READ)
def deliveries(request: Request) -> Reply:
    settings = messaging.messaging_settings(request.tenant)
    whom = _whom(request)
    if request.query.get("format") == "csv":
        return _listing(request, []).csv_reply(lambda cursor: _load(request, whom, cursor, CSV_PAGE))
    page = _load(request, whom, request.query.get("cursor"), _ROWS)
    query = {name: request.query.get(name, "") for name in _FILTERS}
    values: dict[str, Any] = {
        "table": _listing(request, page.items).table(page, query),
        "query": query,
        "states": [(state.value, state_words(state)) for state in State],
        "channels": [(key, name) for key, name, _ in CHANNELS],
        "categories": categories(settings),
        "nobody": bool(query["q"]) and not whom,
        "standing": standing_of(request),
    }
    return partial(request, "pages/deliveries_area.html", **values) or show(
        request, "pages/deliveries.html", title="Deliveries", **values
    )


def _whom(request: Request) -> str:
    """The customer who is meant by the words in the box: an id, or the beginning of a name, an address or a phone number."""
    text = request.query.get("q", "").strip()
    if is_customer_id(text):
        return text
    if len(text) < 2 or not request.may(Permission.CUSTOMERS_READ):
        return ""
    try:
        found = search_customers(request.tenant, text, limit=1).items
    except RegularsError:
        return ""
    return found[0].customer_id if found else ""


def _load(request: Request, whom: str, cursor: str | None, limit: int) -> Page[Delivery]:
    query = request.query
    if query.get("q") and not whom:
        return Page([])
    state = query.get("state", "")
    return messaging.list_deliveries(
        request.tenant,
        customer_id=whom,
        state=State(state) if state in {one.value for one in State} else None,
        channel=channel_of(query.get("channel", "")),
        template=query.get("template", "").strip(),
        category=query.get("category", ""),
        campaign_id=query.get("campaign", "").strip(),
        limit=limit,
        cursor=cursor or None,
    )


def _listing(request: Request, shown: list[Delivery]) -> Listing[Delivery]:
    known = known_among(request.tenant, [one.customer_id for one in shown])
    told = columns(known, messaging.messaging_settings(request.tenant))
    return Listing(
        "deliveries", "Deliveries", PATH, told, lambda one: one.id, subject_of, href_of, "messages"
    )


@PAGES.get(_ONE, permission=Permission.MESSAGES_READ)
def delivery(request: Request) -> Reply:
    """A delivery's own address leads to its page with the customer."""
    found = messaging.get_delivery(request.tenant, request.params["delivery_id"]).delivery
    return redirect(href_of(found))


@PAGES.get(f"{_ONE}/why", permission=Permission.MESSAGES_READ)
def why(request: Request) -> Reply:
    """Every check of the decision and every moment since, below the row."""
    found = messaging.get_delivery(request.tenant, request.params["delivery_id"]).delivery
    clock = Clock(shop_of(request).zone, request.call.now)
    return part(
        request,
        "pages/delivery_why.html",
        checks=checks_of(found),
        days=by_day(moments_of(found), clock),
        href=href_of(found),
    )


@PAGES.post(f"{_ONE}/resolve", permission=Permission.MESSAGES_WRITE)
def resolve(request: Request) -> Reply:
    """Settles what became of a message whose answer was lost."""
    from regulars.messaging.sending.resolving import resolve as settle

    verdicts: dict[str, Verdict] = {"sent": "sent", "not_sent": "not_sent", "again": "again"}
    verdict = verdicts.get(request.form.get("outcome", ""))
    if verdict is None:
        raise InvalidError("there is no such outcome")
    words = next(label for key, label, _ in RESOLUTIONS if key == verdict)
    delivery_id = request.params["delivery_id"]
    try:
        made = settle(request.tenant, delivery_id, verdict, request.call.now)
    except ConflictError as error:
        return redirect(f"{PATH}/{delivery_id}", cookies=(flash_cookie(_sentence(error.detail), bad=True),))
    return redirect(href_of(made), cookies=(flash_cookie(f"Settled: {words.lower()}"),))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@PAGES.post(f"{PATH}/pause", permission=Permission.MESSAGES_WRITE)
def pause(request: Request) -> Reply:
    reason = request.form.get("reason", "").strip() or "Paused by staff"
    by = f"staff:{request.caller.id}"
    try:
        standing_store.pause_marketing(request.tenant, reason[:200], request.call.now, by=by)
    except ConflictError as error:
        return redirect(PATH, cookies=(flash_cookie(error.detail, bad=True),))
    return redirect(PATH, cookies=(flash_cookie("Marketing is paused", undo=f"{PATH}/resume"),))


@PAGES.post(f"{PATH}/resume", permission=Permission.MESSAGES_WRITE)
def resume(request: Request) -> Reply:
    try:
        standing_store.resume_marketing(request.tenant, request.call.now, by=f"staff:{request.caller.id}")
    except ConflictError as error:
        return redirect(PATH, cookies=(flash_cookie(error.detail, bad=True),))
    return redirect(request.here or PATH, cookies=(flash_cookie("Marketing goes on"),))
