"""Segments: the list of all of them, and what is done to one of them as a whole."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from console.formats import number
from console.lists import Listing, partial
from console.routing import Pages
from console.segment_sizes import SPARK_DAYS, Past
from console.segment_texts import Speech
from console.segment_views import PATH, speech_of, state_badge
from console.shell import shop_of, show
from console.tables import Badge, Badges, Cell, Change, Column, Progress, Spark, Text, Titled, When, count
from console.web import Reply, Request, flash_cookie, redirect
from regulars import segments as catalogue
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.jobs import get_job
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.segments import Kind, Segment, Status

PAGES = Pages()
_ONE = f"{PATH}/{{segment_id}}"
# Curves are read for the rows shown, so a page of them has a bound.
_ROWS = 25
_LANES = 8
_FILTERS = ("q", "kind", "state", "sort")
KINDS = (("dynamic", "By a rule"), ("static", "Lists"), ("prebuilt", "Prebuilt"))
STATES = (("ready", "Ready"), ("evaluating", "Being counted"), ("failed", "Failed"))


@dataclass(frozen=True)
class Row:
    """A segment in the list, with what is read for the rows that are shown only."""

    segment: Segment
    size: int
    past: Past
    users: int
    percent: float | None
    text: str


@PAGES.get(PATH, permission=Permission.SEGMENTS_READ)
def segments(request: Request) -> Reply:
    found = catalogue.list_segments(request.tenant, request.call.now)
    sizes = catalogue.sizes(request.tenant, [one.id for one in found])
    wanted = _sorted(request, [one for one in found if _admitted(request, one)], sizes)
    speech = speech_of(request, found)
    if request.query.get("format") == "csv":
        rows = _rows(request, wanted, sizes, speech)
        return _listing().csv_reply(lambda cursor: Page(rows))
    start = _start(request.query.get("cursor", ""))
    rows = _rows(request, wanted[start : start + _ROWS], sizes, speech)
    after = str(start + _ROWS) if len(wanted) > start + _ROWS else None
    query = {name: request.query.get(name, "") for name in _FILTERS}
    values: dict[str, Any] = {
        "table": _listing().table(Page(rows, after), query, len(wanted)),
        "query": query,
        "kinds": KINDS,
        "states": STATES,
        "address": request.address,
        "running": any(row.segment.status is Status.EVALUATING for row in rows),
        "nothing": not found,
    }
    return partial(request, "pages/segments_area.html", **values) or show(
        request, "pages/segments.html", title="Segments", **values
    )


def _start(cursor: str) -> int:
    return int(cursor) if cursor.isdecimal() and len(cursor) < 6 else 0


def _admitted(request: Request, segment: Segment) -> bool:
    text = request.query.get("q", "").strip().casefold()
    kind, state = request.query.get("kind", ""), request.query.get("state", "")
    return (
        text in f"{segment.name} {segment.description}".casefold()
        and kind in {"", segment.kind.value, "prebuilt" if segment.key else ""}
        and state in {"", segment.status.value}
    )


def _sorted(request: Request, found: list[Segment], sizes: dict[str, int]) -> list[Segment]:
    """By name unless asked otherwise."""
    wanted = request.query.get("sort", "")
    keys: dict[str, Callable[[Segment], Any]] = {
        "size": lambda one: sizes.get(one.id, 0),
        "changed": lambda one: one.updated_at,
        "name": lambda one: one.name.casefold(),
    }
    by = keys.get(wanted.removeprefix("-"), keys["name"])
    found = sorted(found, key=lambda one: one.name.casefold())
    return sorted(found, key=by, reverse=wanted.startswith("-"))


def _rows(request: Request, found: list[Segment], sizes: dict[str, int], speech: Speech) -> list[Row]:
    """What is read for each is read side by side: a page of rows takes as long as a few."""
    until = request.call.now.astimezone(shop_of(request).zone).date()
    since = until - timedelta(days=SPARK_DAYS - 1)

    def row(segment: Segment) -> Row:
        return Row(
            segment,
            sizes.get(segment.id, 0),
            Past(catalogue.flow(request.tenant, segment.id, since, until)),
            len(catalogue.dependants(request.tenant, segment.id)),
            percent_of(request, segment),
            segment.description or speech.sentence(segment.rule),
        )

    with ThreadPoolExecutor(_LANES) as pool:
        # Threads do not inherit the context, and one copy cannot be entered twice.
        waiting = [pool.submit(copy_context().run, row, segment) for segment in found]
        return [one.result() for one in waiting]


def percent_of(request: Request, segment: Segment) -> float | None:
    """How far the run over all customers is; None while that is not known."""
    if segment.status is not Status.EVALUATING or segment.job is None:
        return None
    try:
        return get_job(request.tenant, segment.job).percent
    except NotFoundError:
        return None


def _listing() -> Listing[Row]:
    columns = (
        Column[Row]("id", "Id", lambda row: Text(row.segment.id), unseen=True),
        Column[Row]("name", "Segment", _titled, sort="name"),
        Column[Row]("kind", "Kind", lambda row: Text(row.segment.kind.value), unseen=True),
        Column[Row]("size", "Customers", lambda row: count(row.size), sort="size", end=True),
        Column[Row]("past", "30 days", lambda row: Spark(row.past.points, row.past.told()), minor=True),
        Column[Row]("change", "7 days", lambda row: Change(row.past.change()), end=True, minor=True),
        Column[Row]("state", "State", _state, minor=True),
        Column[Row]("users", "Used by", _users, end=True, minor=True),
        Column[Row](
            "updated",
            "Changed",
            lambda row: When(row.segment.updated_at),
            sort="changed",
            end=True,
            minor=True,
        ),
    )
    return Listing(
        "segments",
        "Segments",
        PATH,
        columns,
        lambda row: row.segment.id,
        lambda row: row.segment.name,
        lambda row: f"{PATH}/{row.segment.id}",
        "segments",
    )


def _titled(row: Row) -> Titled:
    words = (
        ("Prebuilt", row.segment.key is not None),
        ("List", row.segment.kind is Kind.STATIC),
    )
    badges = tuple(Badge(word, dot=False) for word, there in words if there)
    return Titled(row.segment.name, f"{PATH}/{row.segment.id}", row.text, badges)


def _state(row: Row) -> Cell:
    if row.segment.status is Status.EVALUATING:
        told = "" if row.percent is None else f"{row.percent:.0f}%"
        return Progress(row.percent, "Being counted", told)
    return Badges((state_badge(row.segment),))


def _users(row: Row) -> Text:
    return count(row.users) if row.users else Text("—")


@PAGES.post(f"{_ONE}/delete", permission=Permission.SEGMENTS_WRITE)
def delete(request: Request) -> Reply:
    """Refused with the names of those that use it."""
    segment = catalogue.get_segment(request.tenant, request.params["segment_id"])
    try:
        catalogue.delete_segment(request.tenant, segment.id, now=request.call.now)
    except ConflictError as error:
        return redirect(f"{PATH}/{segment.id}", cookies=(flash_cookie(_sentence(error.detail), bad=True),))
    return redirect(PATH, cookies=(flash_cookie(f"“{segment.name}” deleted"),))


@PAGES.post(f"{_ONE}/refresh", permission=Permission.SEGMENTS_WRITE)
def refresh(request: Request) -> Reply:
    segment_id = request.params["segment_id"]
    job = catalogue.refresh_segment(request.tenant, segment_id, request.call.now)
    percent = f" ({number(job.percent)}%)" if job.percent else ""
    return redirect(
        f"{PATH}/{segment_id}", cookies=(flash_cookie(f"Every customer is being looked at again{percent}"),)
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
