"""Templates' versions: publish, list, read, go back."""

from typing import Any

from regulars import messaging
from regulars.kernel.errors import NotFoundError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging import Template, TemplateVersion
from templates_api.routes_definitions import ONE, by
from templates_api.schemas import PublishTemplate, TemplateView, VersionsView, VersionView

routes = Routes("templates_api")


@routes.post(f"{ONE}/publish", permission=Permission.MESSAGES_WRITE, answer=TemplateView, errors=(412,))
def publish_template(call: Call, body: PublishTemplate) -> Template:
    """Make of the draft the version that is sent from now on (senders notice within 15 seconds).

    A draft with faults is refused with a pointer to each. A mail of a category that can be left gets a link to unsubscribe if
    it has none.
    """
    return messaging.publish_template(
        call.tenant,
        call.params["template_id"],
        now=call.now,
        version=call.if_match,
        note=body.note,
        by=by(call),
    )


@routes.get(f"{ONE}/versions", permission=Permission.MESSAGES_READ, answer=VersionsView)
def list_template_versions(call: Call) -> dict[str, Any]:
    """List the versions that were published, the newest first."""
    return {"items": messaging.template_versions(call.tenant, call.params["template_id"])}


@routes.get(f"{ONE}/versions/{{number}}", permission=Permission.MESSAGES_READ, answer=VersionView)
def get_template_version(call: Call) -> TemplateVersion:
    """Read a version with what was written for it."""
    return messaging.template_version(call.tenant, call.params["template_id"], _number(call))


@routes.post(
    f"{ONE}/versions/{{number}}/restore",
    permission=Permission.MESSAGES_WRITE,
    answer=TemplateView,
    errors=(412,),
)
def restore_template_version(call: Call) -> Template:
    """Make of a version the draft again; publish it to have it sent."""
    return messaging.restore_version(
        call.tenant, call.params["template_id"], _number(call), now=call.now, version=call.if_match
    )


def _number(call: Call) -> int:
    text = call.params["number"]
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise NotFoundError("there is no such version of the template")
    return int(text)
