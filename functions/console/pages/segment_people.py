"""What is done to the customers of a segment: to those ticked, or to all of them page by page; and who is on a list."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from console.customer_texts import status_text
from console.formats import number
from console.pages import customers
from console.routing import Pages
from console.segment_refs import refs_in, told
from console.segment_views import PATH
from console.shell import part
from console.web import Reply, Request, done, flash_cookie, redirect
from regulars import segments as catalogue
from regulars.customers import Bulk, CustomerRef, act_on_many, normal_tag
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission
from regulars.segments import Kind, MembersChanged, Segment

PAGES = Pages()
_ONE = f"{PATH}/{{segment_id}}"
# One request acts on so many; the page then asks for the next ones.
_AT_A_TIME = 50


@dataclass(frozen=True)
class Deed:
    """What is to be done, as the form said it: `words` for the person, `values` for the next request."""

    words: str
    wanted: dict[str, Any]
    values: dict[str, str]


@PAGES.post(f"{_ONE}/act", permission=Permission.CUSTOMERS_WRITE)
def act(request: Request) -> Reply:
    """On those ticked at once; on all only after a question, and then in as many requests as it takes."""
    found = catalogue.get_segment(request.tenant, request.params["segment_id"])
    if request.form.get("do") == "take-out":
        return _take_out(request, found)
    if request.form.get("scope") != "all":
        return _on_picked(request)
    deed = _deed(request)
    size = catalogue.sizes(request.tenant, [found.id]).get(found.id, 0)
    run: dict[str, Any] = {"deed": deed, "segment_id": found.id, "size": size}
    if not request.form.get("run"):
        return part(request, "pages/segment_act.html", step="ask", done=0, failed=0, cursor="", why="", **run)
    return _run(request, found, deed, run)


def _on_picked(request: Request) -> Reply:
    if request.form.get("do") != "note":
        return customers.bulk(request)
    deed = _deed(request)
    result = _on(request, deed, request.form_lists.get("id", []))
    return done(f"{deed.words} of {number(result.done)} customers", bad=result.done == 0)


def _deed(request: Request) -> Deed:
    given = {name: request.form.get(name, "").strip() for name in ("do", "tag", "status", "text")}
    match given["do"]:
        case "tag" | "untag":
            tag = normal_tag(given["tag"])
            if tag is None:
                raise InvalidError("a tag has 1 to 50 characters and no comma")
            words = f"Add the tag “{tag}”" if given["do"] == "tag" else f"Remove the tag “{tag}”"
            return Deed(words, {"action": given["do"], "tags": [tag]}, given | {"tag": tag})
        case "status":
            words = f"Set the status to {status_text(given['status'])}"
            return Deed(words, {"action": "status", "status": given["status"]}, given)
        case "note":
            if not given["text"]:
                raise InvalidError("write the note first")
            return Deed("Add the note", {"action": "note", "text": given["text"]}, given)
        case _:
            raise InvalidError("there is no such action")


def _on(request: Request, deed: Deed, ids: list[str]) -> Any:
    try:
        asked = Bulk.model_validate(deed.wanted | {"customer_ids": ids})
    except ValidationError as error:
        raise InvalidError(faults_of(error)[0].detail) from error
    return act_on_many(request.tenant, asked, by=f"staff:{request.caller.id}", now=request.call.now)


def _run(request: Request, found: Segment, deed: Deed, run: dict[str, Any]) -> Reply:
    """The next page of customers. They are asked for by place, so that who leaves the segment by the deed skips nobody."""
    cursor = request.form.get("cursor") or None
    page = catalogue.members(request.tenant, found.id, limit=_AT_A_TIME, cursor=cursor)
    ids = [one.customer_id for one in page.items]
    so_far, failed = (_count(request.form.get(name, "")) for name in ("done", "failed"))
    why = request.form.get("why", "")
    if ids:
        result = _on(request, deed, ids)
        so_far, failed = so_far + result.done, failed + result.failed
        why = why or next((one.detail or "" for one in result.results if not one.done), "")
    step = "on" if page.next else "over"
    headers = {} if page.next else {"hx-trigger": '{"changed": {}}'}
    return part(
        request,
        "pages/segment_act.html",
        headers,
        step=step,
        done=so_far,
        failed=failed,
        cursor=page.next or "",
        why=why,
        **run,
    )


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _take_out(request: Request, found: Segment) -> Reply:
    refs = [CustomerRef(id=one) for one in request.form_lists.get("id", [])]
    changed = catalogue.remove_members(request.tenant, found.id, refs, now=request.call.now)
    return done(f"{number(changed.removed)} taken out of the list")


@PAGES.post(f"{_ONE}/people", permission=Permission.SEGMENTS_WRITE)
def people(request: Request) -> Reply:
    """Puts who is pasted into a list, or takes them out."""
    found = catalogue.get_segment(request.tenant, request.params["segment_id"])
    here = f"{PATH}/{found.id}?tab=members"
    if found.kind is not Kind.STATIC:
        raise InvalidError("only a list has its customers put in by hand")
    try:
        refs = refs_in(request.form.get("members", ""))
        changed = change_list(request, found.id, refs, adding=request.form.get("do") != "remove")
    except RegularsError as error:
        return redirect(here, cookies=(flash_cookie(error.detail, bad=True),))
    return redirect(here, cookies=(flash_cookie(told(changed), bad=bool(changed.unknown)),))


def change_list(
    request: Request, segment_id: str, refs: list[CustomerRef], *, adding: bool = True
) -> MembersChanged:
    """Puts customers into a list or takes them out, and says what became of them."""
    change = catalogue.add_members if adding else catalogue.remove_members
    return change(request.tenant, segment_id, refs, now=request.call.now)
