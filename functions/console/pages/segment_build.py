"""Building a segment: the page with the builder, what it is told while it is edited, and saving."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from console.formats import money
from console.forms import Form
from console.pages.segment_people import change_list
from console.people import name_of
from console.render import page
from console.routing import Pages
from console.segment_analytics import percent_text
from console.segment_catalogue import catalogue_for_builder
from console.segment_refs import refs_in, told
from console.segment_texts import Speech
from console.segment_views import PATH, speech_of
from console.segment_why import why_of
from console.shell import Crumb, context, shop_of, show
from console.web import Reply, Request, flash_cookie, json_reply, redirect
from regulars import segments as catalogue
from regulars.kernel.errors import Fault, InvalidError, MalformedError, RegularsError
from regulars.kernel.http.models import Input
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission
from regulars.segments import Kind, NewSegment, Preview, PreviewCustomer, Segment, SegmentChange

PAGES = Pages()
_ONE = f"{PATH}/{{segment_id}}"
_FIELDS = ("name", "description", "rule", "members", "notify")
_BLANK = Form(dict.fromkeys(_FIELDS, ""))
_SAMPLE = 8
M = TypeVar("M", bound=Input)


@PAGES.get(f"{PATH}/new", permission=Permission.SEGMENTS_WRITE)
def blank(request: Request) -> Reply:
    """An empty builder, one that begins with another segment's rule (`from`), or the form of a list."""
    if request.query.get("kind") == Kind.STATIC.value:
        return _list_page(request, _BLANK)
    if source := request.query.get("from"):
        copied = catalogue.get_segment(request.tenant, source)
        return _page(request, _form_of(copied, name=f"Copy of {copied.name}"))
    return _page(request, _BLANK)


@PAGES.get(f"{_ONE}/edit", permission=Permission.SEGMENTS_WRITE)
def edit(request: Request) -> Reply:
    found = catalogue.get_segment(request.tenant, request.params["segment_id"])
    return (
        _page(request, _form_of(found), found) if found.rule else _list_page(request, _form_of(found), found)
    )


def _form_of(segment: Segment, name: str = "") -> Form:
    rule = json.dumps(bare(segment.rule)) if segment.rule else ""
    named = {"name": name or segment.name, "description": segment.description}
    return Form({**_BLANK.values, **named, "rule": rule})


@PAGES.post(f"{PATH}/new", permission=Permission.SEGMENTS_WRITE)
def create(request: Request) -> Reply:
    form = _typed(request)
    static = request.form.get("kind") == Kind.STATIC.value
    try:
        given = _new_list(form) if static else _new_rule(form)
        refs = refs_in(form.value("members")) if static else []
        by = f"staff:{request.caller.id}"
        made = catalogue.create_segment(request.tenant, given, now=request.call.now, by=by)
        filled = told(change_list(request, made.id, refs)) if refs else "saved"
    except RegularsError as error:
        return _list_page(request, form, None, error) if static else _page(request, form, None, error)
    message = f"“{made.name}”: {filled}" if static else f"“{made.name}” saved; its customers are being found"
    return redirect(f"{PATH}/{made.id}", cookies=(flash_cookie(message),))


@PAGES.post(f"{_ONE}/edit", permission=Permission.SEGMENTS_WRITE)
def save(request: Request) -> Reply:
    form = _typed(request)
    before = catalogue.get_segment(request.tenant, request.params["segment_id"])
    version = request.form.get("version", "")
    try:
        catalogue.change_segment(
            request.tenant,
            before.id,
            _change(form, before),
            now=request.call.now,
            version=int(version) if version.isdecimal() else None,
        )
    except RegularsError as error:
        show_again = _page if before.rule else _list_page
        return show_again(request, form, before, error)
    return redirect(f"{PATH}/{before.id}", cookies=(flash_cookie(f"“{form.value('name')}” saved"),))


def _typed(request: Request) -> Form:
    return Form({name: request.form.get(name, "").strip() for name in _FIELDS})


def _new_rule(form: Form) -> NewSegment:
    return _valid(
        NewSegment,
        {
            "name": form.value("name"),
            "description": form.value("description"),
            "rule": _rule_in(form.value("rule")),
            "kind": Kind.DYNAMIC.value,
            "notify": bool(form.value("notify")),
        },
    )


def _new_list(form: Form) -> NewSegment:
    return _valid(
        NewSegment,
        {"name": form.value("name"), "description": form.value("description"), "kind": Kind.STATIC.value},
    )


def _change(form: Form, before: Segment) -> SegmentChange:
    wanted: dict[str, Any] = {"name": form.value("name"), "description": form.value("description")}
    if before.rule is not None:
        wanted |= {"rule": _rule_in(form.value("rule")), "notify": bool(form.value("notify"))}
    return _valid(SegmentChange, wanted)


def bare(rule: Any) -> Any:
    """A stored rule as it was sent: without what was noted in it of its fields' types."""
    if isinstance(rule, dict):
        return {name: bare(value) for name, value in rule.items() if name != "holds"}
    return [bare(one) for one in rule] if isinstance(rule, list) else rule


def _valid(model: type[M], values: dict[str, Any]) -> M:
    try:
        return model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", faults_of(error)) from error


def _rule_in(text: str) -> dict[str, Any]:
    """Raises InvalidError for a text that is no JSON object."""
    try:
        rule = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidError.of("/rule", "is not JSON") from error
    if not isinstance(rule, dict):
        raise InvalidError.of("/rule", "must be an object")
    return rule


def _page(
    request: Request, form: Form, segment: Segment | None = None, error: RegularsError | None = None
) -> Reply:
    known = catalogue.list_segments(request.tenant, request.call.now)
    speech = speech_of(request, known)
    faults = [fault for fault in error.faults if fault.pointer.startswith("/rule")] if error else []
    if error is not None:
        form = form.refused(_without(error, faults))
    own = segment.id if segment else ""
    title = f"Edit {segment.name}" if segment else "New segment"
    return show(
        request,
        "pages/segment_build.html",
        title=title,
        crumbs=_crumbs(segment),
        status=error.status if error else 200,
        form=form,
        faults=_pointed(faults),
        segment_id=own,
        version=segment.version if segment else "",
        editing=segment is not None,
        action=f"{PATH}/{own}/edit" if segment else f"{PATH}/new",
        back=f"{PATH}/{own}" if segment else PATH,
        submit="Save changes" if segment else "Save segment",
        catalogue=catalogue_for_builder(speech.vocabulary, known, shop_of(request), own),
        templates=[
            {"name": one.name, "text": one.description or speech.sentence(one.rule), "rule": bare(one.rule)}
            for one in known
            if one.key and one.rule and one.id != own
        ],
    )


def _crumbs(segment: Segment | None) -> tuple[Crumb, ...]:
    if segment is None:
        return Crumb("Segments", PATH), Crumb("New segment")
    return Crumb("Segments", PATH), Crumb(segment.name, f"{PATH}/{segment.id}"), Crumb("Edit")


def _without(error: RegularsError, faults: Sequence[Fault]) -> RegularsError:
    """The error without the faults that the builder shows at their conditions."""
    rest = [fault for fault in error.faults if fault not in faults]
    detail = "The rule cannot be accepted; see the conditions that are marked" if faults else error.detail
    return InvalidError(detail, rest)


def _pointed(faults: Sequence[Fault]) -> list[dict[str, str]]:
    return [
        {"pointer": fault.pointer, "detail": fault.detail[:1].upper() + fault.detail[1:]} for fault in faults
    ]


def _list_page(
    request: Request, form: Form, segment: Segment | None = None, error: RegularsError | None = None
) -> Reply:
    if error is not None:
        form = form.refused(error)
    return show(
        request,
        "pages/segment_list_form.html",
        title=f"Edit {segment.name}" if segment else "New list",
        crumbs=_crumbs(segment) if segment else (Crumb("Segments", PATH), Crumb("New list")),
        status=error.status if error else 200,
        form=form,
        version=segment.version if segment else "",
        action=f"{PATH}/{segment.id}/edit" if segment else f"{PATH}/new",
        back=f"{PATH}/{segment.id}" if segment else PATH,
        submit="Save changes" if segment else "Save list",
        editing=segment is not None,
    )


@PAGES.post(f"{PATH}/preview", permission=Permission.SEGMENTS_WRITE)
def preview(request: Request) -> Reply:
    """Who matches the rule as it stands in the builder: `{html, faults}`, the faults with their JSON pointers."""
    text = request.form.get("rule", "")
    if not text:
        return json_reply({"html": _live(request, None), "faults": []})
    try:
        rule = _rule_in(text)
        segment_id = request.form.get("id") or None
        found = catalogue.preview(
            request.tenant, rule, now=request.call.now, compare_to=segment_id, sample=_SAMPLE
        )
    except (InvalidError, MalformedError) as error:
        problem = "" if error.faults else error.detail
        told = problem or "The conditions that are marked cannot be accepted."
        return json_reply({"html": _live(request, None, problem=told), "faults": _pointed(error.faults)})
    return json_reply({"html": _live(request, found, rule), "faults": []})


def _live(request: Request, found: Preview | None, rule: Any = None, problem: str = "") -> str:
    shop = shop_of(request)
    values: dict[str, Any] = {"preview": found, "problem": problem, "sample": []}
    if found is not None:
        speech = speech_of(request, catalogue.list_segments(request.tenant, request.call.now))
        percent = 100 * found.estimate / found.total if found.total else 0
        values |= {
            "share": round(percent, 2),
            "share_text": percent_text(percent),
            "sentence": speech.sentence(rule),
            "sample": [_sampled(one, rule, speech) for one in found.sample],
            "entering_sample": [_named(one) for one in found.entering_sample or ()],
            "leaving_sample": [_named(one) for one in found.leaving_sample or ()],
        }
    return page("pages/segment_live.html", context(request, shop) | values)


def _named(one: PreviewCustomer) -> dict[str, Any]:
    return {"id": one.id, "name": name_of(one.facts)}


def _sampled(one: PreviewCustomer, rule: dict[str, Any], speech: Speech) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": name_of(one.facts),
        "spent": money(one.facts.spent, one.facts.currency or speech.currency),
        "why": why_of(one.explanation, rule, speech),
    }
