"""Segments' definitions: list, create, read, change, delete, evaluate again; what uses them."""

from typing import Any

from regulars import segments
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.jobs import Job
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.segments import NewSegment, Segment, SegmentChange
from segments_api.schemas import (
    RefreshView,
    SegmentDetailView,
    SegmentPage,
    SegmentView,
    SizedSegmentView,
    UsesView,
)

routes = Routes("segments_api")
ONE = "/segments/{segment_id}"


@routes.get("/segments", permission=Permission.SEGMENTS_READ, answer=SegmentPage)
def list_segments(call: Call, query: ListQuery) -> Page[Any]:
    """List segments with their sizes, the oldest first.

    A tenant begins with prebuilt ones (they have a `key`); they can be changed and deleted like any other.
    """
    page = segments.page_of_segments(call.tenant, call.now, limit=query.limit, cursor=query.cursor)
    sizes = segments.sizes(call.tenant, [one.id for one in page.items])
    return Page([SizedSegmentView.sized(one, sizes[one.id]) for one in page.items], page.next)


@routes.post(
    "/segments",
    permission=Permission.SEGMENTS_WRITE,
    answer=SegmentView,
    status=201,
    location="/segments/{id}",
)
def create_segment(call: Call, body: NewSegment) -> Segment:
    """Create a segment by a rule, or a list.

    A rule is evaluated over all customers by a job (`job`); the segment is `evaluating` until it is through. A rule that cannot
    be accepted is refused with a pointer to each fault. Names are unique, whatever their capitals. With `notify` those who are
    in it from the start make `segment.entered`.
    """
    return segments.create_segment(call.tenant, body, now=call.now, by=_by(call), once=call.once)


@routes.get(ONE, permission=Permission.SEGMENTS_READ, answer=SegmentDetailView)
def get_segment(call: Call) -> SegmentDetailView:
    """Read a segment, its size, and how stale it is."""
    found = segments.get_segment(call.tenant, call.params["segment_id"])
    size = segments.sizes(call.tenant, [found.id])[found.id]
    return SegmentDetailView.detailed(found, size, segments.staleness(call.tenant, found.id))


@routes.put(ONE, permission=Permission.SEGMENTS_WRITE, answer=SegmentView, errors=(412,))
def change_segment(call: Call, body: SegmentChange) -> Segment:
    """Change a segment; what is left out stays.

    Another rule is evaluated by a job; until that is through, who was in it counts as before where nobody was looked at yet. Who
    enters or leaves by the new rule alone makes events only with `notify`. `POST /segments/preview` with `compare_to` shows
    beforehand who that would be. A rule that would refer back to its own segment is refused with the path.
    """
    segment_id = call.params["segment_id"]
    return segments.change_segment(
        call.tenant, segment_id, body, now=call.now, version=call.if_match, by=_by(call)
    )


@routes.delete(ONE, permission=Permission.SEGMENTS_WRITE, errors=(412,))
def delete_segment(call: Call) -> None:
    """Delete a segment.

    Refused with 409 and the list of users while other segments, campaigns, automations and so on use it. Nobody is told that
    they left.
    """
    segment_id = call.params["segment_id"]
    segments.delete_segment(call.tenant, segment_id, now=call.now, version=call.if_match, by=_by(call))


@routes.get(f"{ONE}/dependants", permission=Permission.SEGMENTS_READ, answer=UsesView)
def list_segment_dependants(call: Call) -> dict[str, Any]:
    """List what uses a segment: it cannot be deleted until this is empty."""
    return {"items": segments.dependants(call.tenant, call.params["segment_id"])}


@routes.post(f"{ONE}/refresh", permission=Permission.SEGMENTS_WRITE, answer=RefreshView, status=202)
def refresh_segment(call: Call) -> Job:
    """Evaluate a segment over all customers again, percentiles included.

    Not needed for correctness: memberships follow events and time by themselves. If a job is at it already, that one is
    answered.
    """
    return segments.refresh_segment(call.tenant, call.params["segment_id"], call.now, by=_by(call))


def _by(call: Call) -> str:
    return f"{call.caller.kind}:{call.caller.id}"
