"""Who is in a segment and what they are like; putting customers into lists; the segments of one customer."""

from datetime import timedelta
from typing import Any

from regulars import customers, segments
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.segments import Member, MembersChanged
from segments_api.member_schemas import (
    AnalyticsQuery,
    AnalyticsView,
    BelongingsView,
    ChangeMembers,
    MemberPage,
    MembersChangedView,
    MembersQuery,
)

routes = Routes("segments_api")
ONE = "/segments/{segment_id}"
_MONTH = timedelta(days=29)


@routes.get(f"{ONE}/customers", permission=Permission.CUSTOMERS_READ, answer=MemberPage)
def list_segment_customers(call: Call, query: MembersQuery) -> Page[Member]:
    """List the customers in a segment, of now or of a moment of the past.

    Each has a place of their own in the list: who is in the segment all the time is listed exactly once, whoever else enters or
    leaves while pages are read. A page may be short and still have a `next`.
    """
    call.authorize(Permission.SEGMENTS_READ, own=False)
    if query.at is not None and query.at > call.now:
        raise InvalidError.of("at", "lies ahead")
    return segments.members(
        call.tenant, call.params["segment_id"], limit=query.limit, cursor=query.cursor, at=query.at
    )


@routes.post(f"{ONE}/members", permission=Permission.SEGMENTS_WRITE, answer=MembersChangedView)
def change_segment_members(call: Call, body: ChangeMembers) -> MembersChanged:
    """Put customers into a list, and take customers out of it, 1,000 at the most.

    Each who was not in it makes `segment.entered`, each who was makes `segment.exited`. Who is not known is named in the answer
    and stops nobody.
    """
    return segments.change_members(
        call.tenant,
        call.params["segment_id"],
        add=body.add,
        remove=body.remove,
        now=call.now,
        once=call.once,
    )


@routes.get(f"{ONE}/analytics", permission=Permission.SEGMENTS_READ, answer=AnalyticsView)
def get_segment_analytics(call: Call, query: AnalyticsQuery) -> dict[str, Any]:
    """Get a segment's size and flow by day, what it shares with others, and its customers compared with everybody.

    With many customers characteristics and overlap are those of a sample (`sampled`); sizes and flow are always exact.
    """
    until = query.until or segments.today(call.tenant, call.now)
    since = query.since or until - _MONTH
    found = segments.analytics(call.tenant, call.params["segment_id"], since=since, until=until, now=call.now)
    return {"since": since, "until": until} | {name: getattr(found, name) for name in _SHOWN}


_SHOWN = ("size", "flow", "overlap", "members", "everybody", "sampled")


@routes.get(
    "/customers/{customer_id}/segments",
    permission=Permission.CUSTOMERS_READ,
    answer=BelongingsView,
    errors=(410,),
)
def list_customer_segments(call: Call) -> dict[str, Any]:
    """List the segments that a customer is in, and since when."""
    call.authorize(Permission.SEGMENTS_READ, own=False)
    customer = customers.get(call.tenant, call.params["customer_id"])
    return {"items": segments.customer_segments(call.tenant, customer.id)}
