"""The suppression list: addresses that are not written to."""

from typing import Any
from urllib.parse import urlencode

from console.forms import Form
from console.lists import CSV_PAGE, Listing, partial
from console.routing import Pages
from console.shell import show
from console.tables import Action, Actions, Badges, Cell, Column, Text, When
from console.web import Reply, Request, flash_cookie, redirect
from console.wish_texts import CHANNELS, REASONS, stops_text, suppression_badge
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Channel, Suppression, SuppressionReason, lift, list_suppressions, suppress
from regulars.messaging.suppressions import address_of, get_suppression

PAGES = Pages()
_PATH = "/console/suppressions"
_CHANNELS = tuple((one.value, CHANNELS[one]) for one in (Channel.EMAIL, Channel.SMS))
_REASONS = tuple((reason.value, text) for reason, text in REASONS.items())
_NEW = Form({"channel": Channel.EMAIL.value, "address": "", "detail": ""})


@PAGES.get(_PATH, permission=Permission.MESSAGES_READ)
def suppressions(request: Request) -> Reply:
    if request.query.get("format") == "csv":
        return _listing(request).csv_reply(lambda cursor: _load(request, cursor, CSV_PAGE))
    return _page(request, _NEW)


def _page(request: Request, form: Form, status: int = 200) -> Reply:
    table = _listing(request).table(_load(request, request.query.get("cursor")), request.query)
    values: dict[str, Any] = {
        "table": table,
        "query": {name: request.query.get(name, "") for name in ("q", "channel", "reason")},
        "channels": _CHANNELS,
        "reasons": _REASONS,
        "form": form,
    }
    return partial(request, "pages/suppressions_area.html", **values) or show(
        request, "pages/suppressions.html", title="Suppressions", status=status, **values
    )


def _load(request: Request, cursor: str | None, limit: int = 50) -> Page[Suppression]:
    query = request.query
    channel, reason = query.get("channel", ""), query.get("reason", "")
    return list_suppressions(
        request.tenant,
        channel=Channel(channel) if channel in dict(_CHANNELS) else None,
        reason=SuppressionReason(reason) if reason in dict(_REASONS) else None,
        beginning=query.get("q", "")[:320],
        limit=limit,
        cursor=cursor or None,
    )


def _listing(request: Request) -> Listing[Suppression]:
    columns = [
        Column[Suppression]("address", "Address", lambda one: Text(one.address)),
        Column[Suppression]("channel", "Channel", lambda one: Text(CHANNELS[one.channel]), minor=True),
        Column[Suppression]("reason", "Reason", lambda one: Badges((suppression_badge(one.reason),))),
        Column[Suppression]("stops", "Stops", lambda one: Text(stops_text(one)), minor=True),
        Column[Suppression]("detail", "Note", lambda one: Text(one.detail), minor=True),
        Column[Suppression]("at", "Since", lambda one: When(one.at), end=True),
    ]
    if request.may(Permission.MESSAGES_WRITE):
        columns.append(Column("act", "", _actions, end=True))
    return Listing(
        "suppressions",
        "Suppressions",
        _PATH,
        columns,
        lambda one: f"{one.channel.value}:{one.address}",
        lambda one: one.address,
        lambda one: "",
        "addresses",
    )


def _actions(one: Suppression) -> Cell:
    which = urlencode({"channel": one.channel.value, "address": one.address})
    # An address that is put on it by hand comes back by undo; one that bounced is worth a thought.
    if not one.everything:
        return Actions((Action("Remove", f"{_PATH}/remove?{which}"),))
    text = (
        "Messages to it failed or were reported. Sending there again can harm how all your mail is delivered."
    )
    return Actions((Action("Remove", f"{_PATH}/remove?{which}", f"Remove {one.address}?", text),))


@PAGES.post(_PATH, permission=Permission.MESSAGES_WRITE)
def add(request: Request) -> Reply:
    form = Form({name: request.form.get(name, "").strip() for name in ("channel", "address", "detail")})
    try:
        channel = _channel(form.value("channel"))
        address = address_of(channel, form.value("address"))
        if len(form.value("detail")) > 200:
            raise InvalidError.of("/detail", "has 200 characters at the most")
        new = suppress(
            request.tenant,
            channel,
            address,
            SuppressionReason.MANUAL,
            request.call.now,
            detail=form.value("detail"),
        )
    except RegularsError as error:
        return _page(request, form.refused(error), error.status)
    if not new:
        return redirect(_PATH, cookies=(flash_cookie(f"{address} was on the list already"),))
    which = urlencode({"channel": channel.value, "address": address})
    flash = flash_cookie(f"{address} gets no more marketing", undo=f"{_PATH}/remove?{which}")
    return redirect(_PATH, cookies=(flash,))


@PAGES.post(f"{_PATH}/remove", permission=Permission.MESSAGES_WRITE)
def remove(request: Request) -> Reply:
    channel, address = _channel(request.query.get("channel", "")), request.query.get("address", "")
    one = get_suppression(request.tenant, channel, address)
    lift(request.tenant, channel, one.address, request.call.now)
    which = {
        "channel": channel.value,
        "address": one.address,
        "reason": one.reason.value,
        "detail": one.detail,
    }
    flash = flash_cookie(f"{one.address} is off the list", undo=f"{_PATH}/restore?{urlencode(which)}")
    return redirect(_PATH, cookies=(flash,))


@PAGES.post(f"{_PATH}/restore", permission=Permission.MESSAGES_WRITE)
def restore(request: Request) -> Reply:
    """Undo a removal: the address is on the list for the same reason again."""
    query = request.query
    reason = query.get("reason", "")
    if reason not in dict(_REASONS):
        raise InvalidError.of("/reason", "there is no such reason")
    channel, address = _channel(query.get("channel", "")), query.get("address", "")
    detail = query.get("detail", "")[:200]
    suppress(request.tenant, channel, address, SuppressionReason(reason), request.call.now, detail=detail)
    return redirect(_PATH, cookies=(flash_cookie(f"{address} is on the list again"),))


def _channel(text: str) -> Channel:
    if text not in dict(_CHANNELS):
        raise InvalidError.of("/channel", "is none of email and sms")
    return Channel(text)
