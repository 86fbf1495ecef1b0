"""One customer: overview, timeline, orders, messages, notes; and what staff do with them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError

from console.customer_texts import status_badge
from console.customer_wishes import ledger_of, ledger_page
from console.dates import start_of
from console.forms import Form
from console.pages.customer_views import TABS, bought, bought_by, details_of, sent, sent_to, tiles_of
from console.people import PATH, name_of
from console.pieces import Tab
from console.routing import Pages
from console.segment_views import PATH as SEGMENTS
from console.shell import Crumb, part, shop_of, show
from console.web import Reply, Request, flash_cookie, redirect, toast_header
from regulars.customers import Customer, NewInteraction, add_note, get, log_interaction, normal_tag, retag
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission
from regulars.segments import customer_segments

PAGES = Pages()
_ONE = f"{PATH}/{{customer_id}}"
_KINDS = (
    ("call", "Call"),
    ("email", "Email"),
    ("meeting", "Meeting"),
    ("note", "Something else"),
    ("ticket", "Ticket"),
)
_BLANK = Form({"type": "call", "summary": "", "outcome": "", "follow_up": "", "text": ""})


@PAGES.get(_ONE, permission=Permission.CUSTOMERS_READ)
def customer(request: Request) -> Reply:
    found = get(request.tenant, request.params["customer_id"])
    wanted = request.query.get("tab", "")
    tabs = [tab for tab in TABS if request.may(tab.permission)]
    tab = next((each for each in tabs if each.key == wanted), tabs[0])
    if request.wants("timeline"):
        return part(
            request, "pages/customer_timeline.html", customer=_header(found), **tab.values(request, found)
        )
    if request.query.get("format") == "csv":
        return _csv(request, found.id, tab.key)
    shop = shop_of(request)
    here = f"{PATH}/{found.id}"
    return show(
        request,
        "pages/customer.html",
        title=name_of(found.facts),
        crumbs=(Crumb("Customers", PATH), Crumb(name_of(found.facts))),
        customer=_header(found),
        tiles=tiles_of(found, shop),
        tabs=[Tab(each.label, f"{here}?tab={each.key}" if each.key else here, each is tab) for each in tabs],
        tab_template=tab.template,
        details=details_of(found),
        addresses=_addresses(found),
        interaction_kinds=_KINDS,
        blank=_BLANK,
        memberships=_memberships(request, found.id),
        **tab.values(request, found),
    )


def _memberships(request: Request, customer_id: str) -> list[dict[str, Any]] | None:
    """The segments the customer is in, the latest first; None to who may not see segments."""
    if not request.may(Permission.SEGMENTS_READ):
        return None
    found = sorted(customer_segments(request.tenant, customer_id), key=lambda one: one.since, reverse=True)
    return [
        {
            "name": one.segment.name,
            "since": one.since,
            "href": f"{SEGMENTS}/{one.segment.id}?who={customer_id}#why",
        }
        for one in found
    ]


def _csv(request: Request, customer_id: str, key: str) -> Reply:
    if key == "orders":
        return bought_by(customer_id).csv_reply(lambda cursor: bought(request, customer_id, cursor))
    if key == "messages":
        return sent_to(customer_id).csv_reply(lambda cursor: sent(request, customer_id, cursor))
    if key == "preferences":
        return ledger_of(customer_id).csv_reply(lambda cursor: ledger_page(request, customer_id, cursor))
    raise NotFoundError


def _header(found: Customer) -> dict[str, Any]:
    profile = found.profile
    contacts = [text for text in (profile.email, profile.phone) if text and text != name_of(found.facts)]
    return {
        "id": found.id,
        "name": name_of(found.facts),
        "byline": " · ".join(contacts) or "No email address or phone number yet",
        "badges": [status_badge(profile.status)],
        "tags": sorted(profile.tags),
        "reason": found.status_reason or "",
    }


def _addresses(found: Customer) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{address.type.capitalize()} address",
            "country": address.country or "",
            "lines": [
                line
                for line in (
                    address.name,
                    address.line1,
                    address.line2,
                    " ".join(part for part in (address.postal_code, address.city) if part),
                    address.region,
                )
                if line
            ],
        }
        for address in found.profile.addresses
    ]


@PAGES.post(f"{_ONE}/tags/{{deed}}", permission=Permission.CUSTOMERS_WRITE)
def change_tags(request: Request) -> Reply:
    """Adds or removes one tag; the toast takes it back, and shows the tags anew."""
    given = request.form.get("tag") or request.query.get("tag", "")
    tag = normal_tag(given)
    if tag is None or request.params["deed"] not in {"add", "remove"}:
        raise InvalidError("a tag has 1 to 50 characters and no comma")
    adding = request.params["deed"] == "add"
    changed = retag(
        request.tenant,
        request.params["customer_id"],
        add=(tag,) if adding else (),
        remove=() if adding else (tag,),
        now=request.call.now,
    )
    back = f"{PATH}/{changed.id}/tags/{'remove' if adding else 'add'}?{urlencode({'tag': tag})}"
    told = toast_header(f"Tag “{tag}” {'added' if adding else 'removed'}", undo=back)
    headers = told | {"hx-retarget": "#tags", "hx-reswap": "outerHTML"}
    return part(request, "pages/customer_tags.html", headers, customer=_header(changed))


@PAGES.post(f"{_ONE}/notes", permission=Permission.CUSTOMERS_WRITE)
def note(request: Request) -> Reply:
    text = request.form.get("text", "").strip()
    if not 1 <= len(text) <= 10_000 or "\0" in text:
        raise InvalidError("a note has 1 to 10,000 characters")
    customer_id = request.params["customer_id"]
    add_note(request.tenant, customer_id, text, by=f"staff:{request.caller.id}", now=request.call.now)
    return redirect(f"{PATH}/{customer_id}?tab=notes", cookies=(flash_cookie("Note added"),))


@PAGES.post(f"{_ONE}/interactions", permission=Permission.CUSTOMERS_WRITE)
def log(request: Request) -> Reply:
    customer_id = request.params["customer_id"]
    follow_up = start_of(request.form.get("follow_up", ""), shop_of(request).zone)
    new = _interaction(request.form, follow_up)
    log_interaction(request.tenant, customer_id, new, by=f"staff:{request.caller.id}", now=request.call.now)
    message = "Logged" if follow_up is None else "Logged; a reminder comes on the day of the follow-up"
    return redirect(f"{PATH}/{customer_id}?tab=notes", cookies=(flash_cookie(message),))


def _interaction(given: dict[str, str], follow_up: datetime | None) -> NewInteraction:
    values: dict[str, Any] = {name: given[name] for name in ("type", "summary", "outcome") if given.get(name)}
    if follow_up is not None:
        values["follow_up_at"] = follow_up
    try:
        return NewInteraction.model_validate(values, strict=False)
    except ValidationError as error:
        fault = faults_of(error)[0]
        raise InvalidError(f"{fault.pointer.strip('/')}: {fault.detail}") from error
