"""A customer's points: how they stand, what moved them, and points given or taken by hand."""

from loyalty_api.schemas_members import (
    MovementPage,
    MovementView,
    StandingsView,
    StatementQuery,
)
from regulars import loyalty
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.loyalty import Adjustment, Movement

routes = Routes("loyalty_api")
ONE = "/customers/{customer_id}/loyalty"


@routes.get(ONE, permission=Permission.LOYALTY_READ, answer=StandingsView, own=True, errors=(410,))
def get_customer_loyalty(call: Call) -> dict[str, object]:
    """Get a customer's points in each program that runs, and in each that has ended in which they had any."""
    return {"items": loyalty.standings(call.tenant, call.params["customer_id"], now=call.now)}


@routes.get(f"{ONE}/ledger", permission=Permission.LOYALTY_READ, answer=MovementPage, own=True, errors=(410,))
def list_customer_points(call: Call, query: StatementQuery) -> Page[Movement]:
    """List the movements of a customer's points, the newest first, each with the balances after it."""
    return loyalty.customer_statement(
        call.tenant,
        call.params["customer_id"],
        query.program_id,
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.post(
    f"{ONE}/points",
    permission=Permission.POINTS_WRITE,
    answer=MovementView,
    status=201,
    errors=(410,),
)
def adjust_customer_points(call: Call, body: Adjustment) -> Movement:
    """Give a customer points, or take some (below zero), for a reason.

    An Idempotency-Key is needed: the same one again moves nothing more, however late. Below zero a balance never goes. Who may
    not change programs is held to the program's `adjustment_limit`."""
    return loyalty.adjust_points(
        call.tenant,
        call.params["customer_id"],
        body,
        now=call.now,
        unlimited=call.caller.may(Permission.LOYALTY_WRITE),
        once=call.once,
    )
