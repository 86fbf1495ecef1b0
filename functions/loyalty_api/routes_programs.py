"""Programs: list, create, read, change, delete; and what an order would earn."""

from loyalty_api.schemas import ProgramPage, ProgramsQuery, ProgramView, TrialView
from regulars import loyalty
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.loyalty import NewProgram, Program, ProgramChange, Trial, TriedOrder

routes = Routes("loyalty_api")
ONE = "/loyalty-programs/{program_id}"


@routes.get("/loyalty-programs", permission=Permission.LOYALTY_READ, answer=ProgramPage)
def list_loyalty_programs(call: Call, query: ProgramsQuery) -> Page[Program]:
    """List programs, the newest first. A filtered page may be short and still have a `next`."""
    return loyalty.list_programs(call.tenant, status=query.status, limit=query.limit, cursor=query.cursor)


@routes.post(
    "/loyalty-programs",
    permission=Permission.LOYALTY_WRITE,
    answer=ProgramView,
    status=201,
    location="/loyalty-programs/{id}",
)
def create_loyalty_program(call: Call, body: NewProgram) -> Program:
    """Create a draft, which needs no more than a name: tiers are Bronze, Silver, Gold and Platinum unless given.

    What contradicts itself (tiers that do not rise, a window that ends before it starts, a name given twice) and segment rules
    that cannot be read are refused with a pointer to each fault."""
    by = f"{call.caller.kind}:{call.caller.id}"
    return loyalty.create_program(call.tenant, body, now=call.now, by=by, once=call.once)


@routes.get(ONE, permission=Permission.LOYALTY_READ, answer=ProgramView)
def get_loyalty_program(call: Call) -> Program:
    """Read a program."""
    return loyalty.get_program(call.tenant, call.params["program_id"])


@routes.put(ONE, permission=Permission.LOYALTY_WRITE, answer=ProgramView, errors=(412,))
def change_loyalty_program(call: Call, body: ProgramChange) -> Program:
    """Change a program; what is left out stays, what is given is replaced as a whole.

    By `status` a draft becomes active, an active program is paused or ended, a paused one active again or ended. One that has
    begun keeps its period; of one that has ended nothing changes any more."""
    program_id = call.params["program_id"]
    return loyalty.change_program(call.tenant, program_id, body, now=call.now, version=call.if_match)


@routes.delete(ONE, permission=Permission.LOYALTY_WRITE, errors=(412,))
def delete_loyalty_program(call: Call) -> None:
    """Delete a draft; others are ended."""
    program_id = call.params["program_id"]
    loyalty.delete_program(call.tenant, program_id, now=call.now, version=call.if_match)


@routes.post(f"{ONE}/calculate", permission=Permission.LOYALTY_READ, answer=TrialView)
def calculate_loyalty_points(call: Call, body: TriedOrder) -> Trial:
    """Calculate what an order would earn, for a customer or a tier, and which rule gave what. Nothing is written.

    It is told whatever the program's status, and as if the customer had got nothing yet that caps count."""
    if body.customer is not None:
        call.authorize(Permission.CUSTOMERS_READ, own=False)
    program_id = call.params["program_id"]
    return loyalty.try_order(call.tenant, program_id, body, now=call.now)
