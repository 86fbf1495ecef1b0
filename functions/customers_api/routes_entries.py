"""What happened with a customer, and what staff write about them."""

from customers_api.entry_schemas import (
    InteractionPage,
    InteractionView,
    NotePage,
    NoteText,
    NoteView,
    TimelineEntryPage,
    TimelineQuery,
)
from regulars import customers
from regulars.customers import Entry, Interaction, InteractionPatch, NewInteraction, Note
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("customers_api")
ONE = "/customers/{customer_id}"


def _by(call: Call) -> str:
    return f"{call.caller.kind}:{call.caller.id}"


@routes.get(f"{ONE}/timeline", permission=Permission.CUSTOMERS_READ, answer=TimelineEntryPage, errors=(410,))
def get_timeline(call: Call, query: TimelineQuery) -> Page[Entry]:
    """Read everything that happened with a customer, the newest first."""
    return customers.read_timeline(
        call.tenant,
        call.params["customer_id"],
        kinds=query.kind.split(",") if query.kind else (),
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.get(
    f"{ONE}/interactions", permission=Permission.CUSTOMERS_READ, answer=InteractionPage, errors=(410,)
)
def list_interactions(call: Call, query: ListQuery) -> Page[Interaction]:
    """List calls, emails, meetings and other interactions, the newest first."""
    return customers.list_interactions(
        call.tenant, call.params["customer_id"], limit=query.limit, cursor=query.cursor
    )


@routes.post(
    f"{ONE}/interactions",
    permission=Permission.CUSTOMERS_WRITE,
    answer=InteractionView,
    status=201,
    errors=(410,),
)
def log_interaction(call: Call, body: NewInteraction) -> Interaction:
    """Log an interaction; at `follow_up_at` the event interaction.due reminds of it."""
    return customers.log_interaction(
        call.tenant, call.params["customer_id"], body, by=_by(call), now=call.now, once=call.once
    )


@routes.patch(
    f"{ONE}/interactions/{{interaction_id}}",
    permission=Permission.CUSTOMERS_WRITE,
    answer=InteractionView,
    errors=(410, 412),
)
def change_interaction(call: Call, body: InteractionPatch) -> Interaction:
    """Change an interaction; a follow-up that moves takes its reminder along."""
    return customers.change_interaction(
        call.tenant,
        call.params["customer_id"],
        call.params["interaction_id"],
        body,
        now=call.now,
        if_match=call.if_match,
    )


@routes.get(f"{ONE}/notes", permission=Permission.CUSTOMERS_READ, answer=NotePage, errors=(410,))
def list_notes(call: Call, query: ListQuery) -> Page[Note]:
    """List the notes about a customer, the newest first."""
    return customers.list_notes(
        call.tenant, call.params["customer_id"], limit=query.limit, cursor=query.cursor
    )


@routes.post(
    f"{ONE}/notes", permission=Permission.CUSTOMERS_WRITE, answer=NoteView, status=201, errors=(410,)
)
def add_note(call: Call, body: NoteText) -> Note:
    """Add a note about a customer."""
    return customers.add_note(
        call.tenant, call.params["customer_id"], body.text, by=_by(call), now=call.now, once=call.once
    )


@routes.put(
    f"{ONE}/notes/{{note_id}}", permission=Permission.CUSTOMERS_WRITE, answer=NoteView, errors=(410, 412)
)
def edit_note(call: Call, body: NoteText) -> Note:
    """Change one's own note."""
    return customers.edit_note(
        call.tenant,
        call.params["customer_id"],
        call.params["note_id"],
        body.text,
        by=_by(call),
        now=call.now,
        if_match=call.if_match,
    )


@routes.delete(f"{ONE}/notes/{{note_id}}", permission=Permission.CUSTOMERS_WRITE, errors=(410, 412))
def delete_note(call: Call) -> None:
    """Delete one's own note; who may delete customers may delete any."""
    customers.delete_note(
        call.tenant,
        call.params["customer_id"],
        call.params["note_id"],
        by=_by(call),
        any_author=call.caller.may(Permission.CUSTOMERS_DELETE),
        now=call.now,
        if_match=call.if_match,
    )
