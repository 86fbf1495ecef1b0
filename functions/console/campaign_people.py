"""The people behind a campaign's numbers: its deliveries, sifted by what became of them, as a list and a file."""

from typing import Any

from console.campaign_reach import label_of
from console.campaign_texts import CHANNELS, PATH
from console.lists import Listing
from console.people import PATH as CUSTOMERS
from console.people import cell_of, known_among
from console.tables import Badge, Badges, Cell, Column, Text, When
from console.web import Request
from regulars import campaigns
from regulars.campaigns import Campaign
from regulars.campaigns.metrics import Metrics
from regulars.campaigns.model import HOLD_OUT
from regulars.customers import Facts
from regulars.kernel.errors import InvalidError
from regulars.kernel.pagination import Page
from regulars.messaging import Delivery, Reason, State

_LIMIT = 50
_FILTERS = ("state", "variant", "reason")
# What a person may ask for: measures (who ever came so far) first, then states in which a delivery is.
ASKED = (
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("opened", "Opened"),
    ("clicked", "Clicked"),
    ("converted", "Ordered"),
    ("unsubscribed", "Unsubscribed"),
    ("complained", "Complained"),
    ("bounced", "Bounced"),
    ("machine", "Opened by machines"),
    ("not_sent", "Not sent"),
    ("deferred", "Waiting"),
    ("unknown", "Answer lost"),
    ("failed", "Failed"),
)
TONES = {
    State.QUEUED: "info",
    State.DEFERRED: "info",
    State.SENDING: "info",
    State.UNKNOWN: "warn",
    State.SENT: "good",
    State.DELIVERED: "good",
    State.OPENED: "accent",
    State.CLICKED: "accent",
    State.BOUNCED: "bad",
    State.COMPLAINED: "bad",
    State.FAILED: "bad",
    State.NOT_SENT: "",
}


class One:
    """A delivery with whom it is meant for."""

    def __init__(self, delivery: Delivery, known: dict[str, Facts]) -> None:
        self.delivery = delivery
        self.cell: Cell = cell_of(delivery.customer_id, known)


def load_people(request: Request, found: Campaign, cursor: str | None, limit: int = _LIMIT) -> Page[One]:
    """A page of the deliveries that the filters in the address let through."""
    query = request.query
    reason = query.get("reason", "")
    if reason and reason not in set(Reason):
        raise InvalidError("there is no such reason")
    page = campaigns.campaign_recipients(
        request.tenant,
        found.id,
        state=query.get("state", ""),
        variant=query.get("variant") or None,
        reason=Reason(reason) if reason else None,
        limit=limit,
        cursor=cursor,
    )
    known = known_among(request.tenant, (one.customer_id for one in page.items))
    return Page([One(one, known) for one in page.items], page.next)


def people_listing(found: Campaign) -> Listing[One]:
    """What is told of each."""
    columns = (
        Column[One]("customer", "Customer id", lambda one: Text(one.delivery.customer_id), unseen=True),
        Column[One]("name", "Customer", lambda one: one.cell),
        Column[One]("state", "State", _state),
        Column[One]("channel", "Channel", lambda one: Text(CHANNELS[one.delivery.channel].label), minor=True),
        Column[One]("variant", "Variant", lambda one: Text(variant_text(one.delivery.variant)), minor=True),
        Column[One]("why", "Why", _why, minor=True),
        Column[One]("at", "When", lambda one: When(_latest(one.delivery)), end=True),
    )
    return Listing(
        "people",
        "People",
        f"{PATH}/{found.id}",
        columns,
        lambda one: one.delivery.id,
        lambda one: one.delivery.customer_id,
        lambda one: f"{CUSTOMERS}/{one.delivery.customer_id}/messages/{one.delivery.id}",
        "people",
    )


def _state(one: One) -> Badges:
    state = one.delivery.state
    return Badges((Badge(state.value.replace("_", " ").capitalize(), TONES[state]),))


def _why(one: One) -> Text:
    reason = one.delivery.reason
    return Text(label_of(reason.value) if reason else "")


def variant_text(name: str) -> str:
    """`A`; the control group by its name."""
    return "Hold-out" if name == HOLD_OUT else name


def _latest(one: Delivery) -> Any:
    moments = (
        one.complained_at,
        one.bounced_at,
        one.clicked_at,
        one.opened_at,
        one.delivered_at,
        one.sent_at,
    )
    return next((moment for moment in moments if moment), one.finished_at or one.created_at)


def people_values(request: Request, found: Campaign, metrics: Metrics) -> dict[str, Any]:
    """What the tab shows."""
    query = {name: request.query.get(name, "") for name in _FILTERS}
    page = load_people(request, found, request.query.get("cursor") or None)
    variants = [(one.name, one.name) for one in metrics.variants]
    variants += [(HOLD_OUT, "Hold-out")] if metrics.hold_out else []
    return {
        "table": people_listing(found).table(page, {"tab": "people", **query}),
        "query": query,
        "asked": ASKED,
        "variants": variants,
        "reasons": [(reason, label_of(reason)) for reason in metrics.whole.reasons],
    }
