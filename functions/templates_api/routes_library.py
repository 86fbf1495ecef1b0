"""The library of templates."""

from typing import Any

from regulars import messaging
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging import Template
from templates_api.routes_definitions import by
from templates_api.schemas import LibraryView, TemplateView

routes = Routes("templates_api")


@routes.get("/templates/library", permission=Permission.MESSAGES_READ, answer=LibraryView)
def list_template_library(call: Call) -> dict[str, Any]:
    """List the templates that every tenant has: each can be sent by its key as it is."""
    return {"items": messaging.template_library()}


@routes.post(
    "/templates/library/{key}",
    permission=Permission.MESSAGES_WRITE,
    answer=TemplateView,
    status=201,
    location="/templates/{id}",
)
def adopt_library_template(call: Call) -> Template:
    """Take a template of the library over, to change it; who has it already gets theirs. It is sent once it is published."""
    return messaging.adopt_template(call.tenant, call.params["key"], now=call.now, by=by(call))
