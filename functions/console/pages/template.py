"""The editor of a template: one channel in one language at a time, the preview beside it, saved while it is typed."""

import json
from typing import Any, TypeVar

from pydantic import ValidationError

from console.forms import Form
from console.pages.templates import status_badge
from console.routing import Pages
from console.shell import Crumb, show
from console.standing import standing_of
from console.template_source import (
    fields_of,
    is_html,
    piece_of,
    plain,
    read_sample,
    source_of,
    with_piece,
    without,
)
from console.template_texts import (
    CHANNELS,
    LANGUAGES,
    PATH,
    categories,
    channel_icon,
    channel_name,
    include_of,
    language_name,
)
from console.web import Reply, Request, flash_cookie, json_reply, redirect
from regulars import messaging
from regulars.kernel.errors import InvalidError, MalformedError, RegularsError, StaleError
from regulars.kernel.http.models import Input
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission
from regulars.messaging import NewTemplate, Template, TemplateChange
from regulars.segments import list_segments

PAGES = Pages()
_ONE = f"{PATH}/{{template_id}}"
# How many are offered to put in; any can be typed.
_PARTIALS = 100
_BLANK = Form({"name": "", "key": "", "category": "promotions"})
M = TypeVar("M", bound=Input)


@PAGES.get(f"{PATH}/new", permission=Permission.MESSAGES_WRITE)
def blank(request: Request) -> Reply:
    return _new(request, _BLANK)


def _new(request: Request, form: Form, error: RegularsError | None = None) -> Reply:
    return show(
        request,
        "pages/template_new.html",
        title="New template",
        crumbs=(Crumb("Templates", PATH), Crumb("New template")),
        status=error.status if error else 200,
        form=form.refused(error) if error else form,
        categories=categories(messaging.messaging_settings(request.tenant)),
    )


@PAGES.post(f"{PATH}/new", permission=Permission.MESSAGES_WRITE)
def create(request: Request) -> Reply:
    form = Form({name: request.form.get(name, "").strip() for name in _BLANK.values})
    given = {name: value for name, value in form.values.items() if value}
    try:
        new = valid(NewTemplate, given)
        made = messaging.create_template(
            request.tenant, new, now=request.call.now, by=f"staff:{request.caller.id}"
        )
    except RegularsError as error:
        return _new(request, form, error)
    return redirect(f"{PATH}/{made.id}")


def valid(model: type[M], values: dict[str, Any]) -> M:
    """What was typed as the service takes it. Raises InvalidError with pointers to what it does not take."""
    try:
        return model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", faults_of(error, "/", values)) from error


def open_piece(request: Request, source: dict[str, Any]) -> tuple[str, str]:
    """The channel and language in the address, or the first there is."""
    contents = source.get("contents", {})
    channel = request.query.get("channel", "") or next(iter(contents), "email")
    if channel not in {key for key, _, _ in CHANNELS}:
        channel = "email"
    languages = contents.get(channel, {})
    language = request.query.get("language", "") or (
        "en" if "en" in languages else next(iter(languages), "en")
    )
    return channel, language[:20]


@PAGES.get(_ONE, permission=Permission.MESSAGES_READ)
def template(request: Request) -> Reply:
    found = messaging.get_template(request.tenant, request.params["template_id"])
    source = plain(found.draft)
    channel, language = open_piece(request, source)
    piece = piece_of(source, channel, language)
    html = request.query.get("as") == "html"
    settings = messaging.messaging_settings(request.tenant)
    contents = source.get("contents", {})
    return show(
        request,
        "pages/template.html",
        title=found.name,
        crumbs=(Crumb("Templates", PATH), Crumb(found.name)),
        head=header_of(found),
        channel=channel,
        channel_label=channel_name(channel),
        language=language,
        language_label=language_name(language),
        channels=_channels(found, contents, channel),
        languages=_languages(found, contents.get(channel, {}), channel, language),
        more_channels=[
            (key, name, icon) for key, name, icon in CHANNELS if key not in contents and key != channel
        ],
        more_languages=[
            (tag, name)
            for tag, name in LANGUAGES.items()
            if tag not in contents.get(channel, {}) and tag != language
        ],
        fields=[(field, piece.get(field.name, "")) for field in fields_of(channel, piece, html)],
        written=bool(piece),
        by_mjml=channel == "email" and not is_html(piece, html),
        maybe_html=channel == "email" and not piece.get("mjml") and not is_html(piece, html),
        sample=json.dumps(source.get("sample") or {}, indent=2, ensure_ascii=False),
        **_palette(request, source),
        settings_form=Form({"name": found.name, "key": found.key, "category": found.category}),
        categories=categories(settings),
        standing=standing_of(request),
        segments=list_segments(request.tenant, request.call.now)
        if request.may(Permission.SEGMENTS_READ)
        else [],
    )


def _palette(request: Request, source: dict[str, Any]) -> dict[str, Any]:
    """What can be put into a text: variables, and partials by name and code."""
    partials = messaging.list_partials(request.tenant, limit=_PARTIALS).items
    return {
        "variables": messaging.template_variables(request.tenant, source.get("sample")),
        "partials": [(one.name, include_of(one.key)) for one in partials],
    }


def header_of(found: Template) -> dict[str, Any]:
    """What every page of a template shows of it."""
    return {
        "id": found.id,
        "name": found.name,
        "key": found.key,
        "badge": status_badge(found),
        "published": found.published,
        "version": found.version,
        "archived": found.archived,
        "path": f"{PATH}/{found.id}",
    }


def _channels(found: Template, contents: dict[str, Any], channel: str) -> list[dict[str, Any]]:
    keys = [key for key, _, _ in CHANNELS if key in contents or key == channel]
    return [
        {
            "label": channel_name(key),
            "icon": channel_icon(key),
            "href": f"{PATH}/{found.id}?channel={key}",
            "current": key == channel,
        }
        for key in keys
    ]


def _languages(found: Template, pieces: dict[str, Any], channel: str, language: str) -> list[dict[str, Any]]:
    return [
        {
            "tag": tag,
            "label": language_name(tag),
            "href": f"{PATH}/{found.id}?channel={channel}&language={tag}",
            "current": tag == language,
        }
        for tag in dict.fromkeys([*pieces, language])
    ]


@PAGES.post(f"{_ONE}/draft", permission=Permission.MESSAGES_WRITE)
def save(request: Request) -> Reply:
    """The piece that is typed goes into the draft. A script is told `{version}` or `{problem, stale}`; a form is led back."""
    by_script = request.headers.get("accept") == "application/json"
    try:
        saved = _kept(request)
    except (InvalidError, MalformedError, StaleError) as error:
        if not by_script:
            raise
        stale = isinstance(error, StaleError)
        told = "Changed by somebody else meanwhile: load the page again" if stale else _first(error)
        return json_reply({"problem": told, "stale": stale})
    if by_script:
        badge = status_badge(saved)
        return json_reply({"version": str(saved.version), "status": badge.text})
    where = f"{PATH}/{saved.id}?channel={request.form.get('channel', '')}&language={request.form.get('language', '')}"
    return redirect(where, cookies=(flash_cookie("Draft saved"),))


def _kept(request: Request) -> Template:
    form = request.form
    found = messaging.get_template(request.tenant, request.params["template_id"])
    source = with_piece(plain(found.draft), _channel(form), form.get("language", "en"), form)
    if "sample" in form:
        source["sample"] = read_sample(form["sample"])
    return _changed(request, source, form.get("version", ""))


def _channel(form: dict[str, str]) -> str:
    channel = form.get("channel", "")
    if channel not in {key for key, _, _ in CHANNELS}:
        raise InvalidError("there is no such channel")
    return channel


def _changed(request: Request, source: dict[str, Any], version: str) -> Template:
    return messaging.change_template(
        request.tenant,
        request.params["template_id"],
        TemplateChange(draft=source_of(source)),
        now=request.call.now,
        version=int(version) if version.isdecimal() else None,
        by=f"staff:{request.caller.id}",
    )


def _first(error: RegularsError) -> str:
    fault = error.faults[0] if error.faults else None
    words = f"{fault.pointer.rpartition('/')[2]} {fault.detail}" if fault else error.detail
    return f"Not saved: {words}"


@PAGES.post(f"{_ONE}/remove", permission=Permission.MESSAGES_WRITE)
def remove(request: Request) -> Reply:
    """Takes a language, or without one the whole channel, out of the draft; published versions keep it."""
    found = messaging.get_template(request.tenant, request.params["template_id"])
    channel, language = _channel(request.form), request.form.get("language", "")
    _changed(request, without(plain(found.draft), channel, language), request.form.get("version", ""))
    what = f"{channel_name(channel)} in {language_name(language)}" if language else channel_name(channel)
    return redirect(f"{PATH}/{found.id}", cookies=(flash_cookie(f"{what} taken out of the draft"),))


@PAGES.post(f"{_ONE}/translate", permission=Permission.MESSAGES_WRITE)
def translate(request: Request) -> Reply:
    """Begins a language with the texts of another."""
    found = messaging.get_template(request.tenant, request.params["template_id"])
    channel, language = _channel(request.form), request.form.get("language", "")
    source = plain(found.draft)
    texts = piece_of(source, channel, request.form.get("from", ""))
    _changed(request, with_piece(source, channel, language, texts), "")
    return redirect(f"{PATH}/{found.id}?channel={channel}&language={language}")


@PAGES.post(f"{_ONE}/settings", permission=Permission.MESSAGES_WRITE)
def settings(request: Request) -> Reply:
    here = f"{PATH}/{request.params['template_id']}"
    given: dict[str, Any] = {
        name: request.form.get(name, "").strip() for name in ("name", "category") if name in request.form
    }
    try:
        messaging.change_template(
            request.tenant,
            request.params["template_id"],
            valid(TemplateChange, given),
            now=request.call.now,
            by=f"staff:{request.caller.id}",
        )
    except RegularsError as error:
        told = error.faults[0].detail if error.faults else error.detail
        return redirect(here, cookies=(flash_cookie(told, bad=True),))
    return redirect(here, cookies=(flash_cookie("Saved"),))
