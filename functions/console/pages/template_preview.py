"""The preview beside the editor: what is typed, rendered for a chosen customer, with what is wrong at its place."""

from collections.abc import Sequence
from typing import Any

from console.content_views import FRAME_POLICY, shown
from console.people import name_of
from console.render import page
from console.routing import Pages
from console.shell import context, part, shop_of
from console.template_source import piece_of, plain, read_sample, source_of, with_piece
from console.template_texts import PATH, channel_of
from console.template_views import elsewhere, place_of
from console.web import Reply, Request, json_reply
from regulars import messaging
from regulars.customers import search_customers
from regulars.kernel.errors import InvalidError, MalformedError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.messaging import Finding, Preview
from regulars.messaging.content import EmailContent
from regulars.platform import settings_of

PAGES = Pages()
_ONE = f"{PATH}/{{template_id}}"
_FOUND = 6


@PAGES.get(f"{PATH}/frame", permission=Permission.MESSAGES_READ)
def frame(request: Request) -> Reply:
    """The empty page that the editor writes the mail into: its policy is the mail's, not the console's."""
    empty = '<!doctype html><html lang="en"><head><title>Preview</title></head><body></body></html>'
    return Reply(200, empty, {"content-security-policy": FRAME_POLICY})


@PAGES.get(f"{PATH}/customers", permission=Permission.CUSTOMERS_READ)
def customers(request: Request) -> Reply:
    """Whom the preview could be for."""
    words = request.query.get("who", "").strip()
    found = []
    if len(words) >= 2:
        try:
            found = search_customers(request.tenant, words, limit=_FOUND).items
        except RegularsError:
            found = []
    people = [{"id": one.customer_id, "name": name_of(one), "email": one.email or ""} for one in found]
    return part(request, "pages/template_customers.html", people=people, words=words)


@PAGES.post(f"{_ONE}/preview", permission=Permission.MESSAGES_WRITE)
def preview(request: Request) -> Reply:
    """`{html, mail, findings}`: the panel, the mail for the frame, and each finding with the field that it concerns."""
    try:
        made = _made(request)
    except (InvalidError, MalformedError) as error:
        faults = [Finding(one.pointer, "fault", one.detail) for one in error.faults]
        return _told(request, faults or [Finding("", "fault", error.detail)], {"kind": "fault"})
    if made is None:
        return _told(request, (), {"kind": ""})
    values = shown(made.content)
    panel = values | {
        "kind": values["kind"] or "fault",
        "preheader": made.preheader,
        "missing": made.missing,
        "sms": made.sms,
        "size": made.size,
    }
    mail = made.content.html if isinstance(made.content, EmailContent) else ""
    return _told(request, made.findings, panel, mail)


def _made(request: Request) -> Preview | None:
    """What is typed, rendered; None while nothing is."""
    form = request.form
    language = form.get("language", "en")
    channel = channel_of(form.get("channel", ""))
    if channel is None:
        raise InvalidError("there is no such channel")
    found = messaging.get_template(request.tenant, request.params["template_id"])
    values = with_piece(plain(found.draft), channel, language, form)
    if "sample" in form:
        values["sample"] = read_sample(form["sample"])
    if not piece_of(values, channel, language):
        return None
    return messaging.preview_template(
        request.tenant,
        source_of(values),
        channel=channel,
        language=language,
        now=request.call.now,
        category=found.category,
        customer_id=form.get("customer", ""),
    )


def _told(request: Request, findings: Sequence[Finding], panel: dict[str, Any], mail: str = "") -> Reply:
    channel, language = request.form.get("channel", ""), request.form.get("language", "en")
    placed = [_placed(one, channel, language) for one in findings]
    return json_reply({"html": _panel(request, panel), "mail": mail, "findings": placed})


def _panel(request: Request, values: dict[str, Any]) -> str:
    sender = settings_of(request.tenant).sender
    around: dict[str, Any] = {
        "sender": sender.name if sender else shop_of(request).name,
        "missing": [],
        "sms": None,
        "size": 0,
    }
    return page(
        "pages/template_shown.html", context(request, shop_of(request)) | around | {"shown": values} | values
    )


def _placed(finding: Finding, channel: str, language: str) -> dict[str, Any]:
    field = place_of(finding.pointer, channel, language)
    line = f" (line {finding.line})" if finding.line else ""
    words = finding.detail[:1].upper() + finding.detail[1:] + line
    where = "" if field else elsewhere(finding.pointer)
    return {"field": field, "level": finding.level, "text": f"{where}: {words}" if where else words}
