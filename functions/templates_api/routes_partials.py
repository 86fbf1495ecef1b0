"""Partials: list, create, read, change, check, delete."""

from typing import Any

from regulars import messaging
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import NewPartial, Partial, PartialChange
from templates_api.routes_definitions import MAX_SOURCE, by
from templates_api.schemas import FindingsView
from templates_api.schemas_partials import CheckPartial, PartialPage, PartialView

routes = Routes("templates_api")
ALL = "/templates/partials"
ONE = f"{ALL}/{{key}}"


@routes.get(ALL, permission=Permission.MESSAGES_READ, answer=PartialPage)
def list_partials(call: Call, query: ListQuery) -> Page[Partial]:
    """List partials by key, without their texts."""
    return messaging.list_partials(call.tenant, limit=query.limit, cursor=query.cursor)


@routes.post(
    ALL,
    permission=Permission.MESSAGES_WRITE,
    answer=PartialView,
    status=201,
    location="/templates/partials/{key}",
    max_body=MAX_SOURCE,
)
def create_partial(call: Call, body: NewPartial) -> Partial:
    """Create a partial: texts that templates include by its key, in every channel.

    A mail in HTML takes its `html`, one in MJML its `mjml`, everything else its `text`; a language that it does not have falls
    back as templates do. What has faults is refused with a pointer to each.
    """
    return messaging.create_partial(call.tenant, body, now=call.now, by=by(call), once=call.once)


@routes.post(f"{ALL}/check", permission=Permission.MESSAGES_READ, answer=FindingsView, max_body=MAX_SOURCE)
def check_partial(call: Call, body: CheckPartial) -> dict[str, Any]:
    """Say what is wrong with a partial's texts, and what might be. Nothing is saved."""
    return {"items": messaging.check_partial(call.tenant, body.contents, body.key)}


@routes.get(ONE, permission=Permission.MESSAGES_READ, answer=PartialView)
def get_partial(call: Call) -> Partial:
    """Read a partial with its texts, and the templates and partials that use it.

    A template that was published with an older text of it says so: publish it again to send the newer one.
    """
    return messaging.get_partial(call.tenant, call.params["key"])


@routes.put(ONE, permission=Permission.MESSAGES_WRITE, answer=PartialView, errors=(412,), max_body=MAX_SOURCE)
def change_partial(call: Call, body: PartialChange) -> Partial:
    """Change a partial; what is left out stays. Versions that were published with it stay as they are."""
    return messaging.change_partial(
        call.tenant, call.params["key"], body, now=call.now, version=call.if_match
    )


@routes.delete(ONE, permission=Permission.MESSAGES_WRITE, errors=(412,))
def delete_partial(call: Call) -> None:
    """Delete a partial that no draft and no other partial includes; 409 names those that do."""
    messaging.delete_partial(call.tenant, call.params["key"], version=call.if_match)
