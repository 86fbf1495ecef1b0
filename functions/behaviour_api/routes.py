"""The function's routes."""

from pathlib import Path

from behaviour_api.schemas import EventBatch, Identification, IdentifiedView, RecordedView
from regulars import behaviour
from regulars.behaviour import Identified, Recorded
from regulars.kernel.http.answer import Answer
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission

routes = Routes("behaviour_api")
_SNIPPET = Path(__file__).with_name("snippet.js").read_text(encoding="utf-8")


@routes.post("/events", permission=Permission.EVENTS_WRITE, answer=RecordedView, max_body=900 * 1024)
def record_events(call: Call, body: EventBatch) -> Recorded:
    """Record up to 500 events, with an outcome for each.

    A credential without `customers:read` names customers by id only, so that a key on a public page cannot ask which
    addresses are known.
    """
    return behaviour.record(
        call.tenant,
        body.events,
        now=call.now,
        once=call.once,
        by_id_only=not call.caller.may(Permission.CUSTOMERS_READ),
    )


@routes.post(
    "/customers/{customer_id}/identify",
    permission=Permission.EVENTS_WRITE,
    answer=IdentifiedView,
    own=True,
    errors=(410,),
)
def identify_customer(call: Call, body: Identification) -> Identified:
    """Say that an anonymous id is this customer.

    What it did before follows into the customer's timeline. The first word counts: an id of another customer is a conflict.
    """
    return behaviour.identify(
        call.tenant, body.anonymous_id, call.params["customer_id"], now=call.now, once=call.once
    )


@routes.get("/snippet.js", permission=Permission.PUBLIC, raw=True)
def get_snippet(call: Call) -> Answer:
    """Get the script for a shop's pages: `<script src=".../snippet.js" data-key="..." defer></script>`."""
    headers = {"content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=3600"}
    return Answer(200, _SNIPPET, headers)
