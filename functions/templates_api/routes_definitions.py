"""Templates and their drafts: list, create, read, change, put away, duplicate."""

from regulars import messaging
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import NewTemplate, Template, TemplateChange
from templates_api.schemas import TemplatePage, TemplateQuery, TemplateView

routes = Routes("templates_api")
ONE = "/templates/{template_id}"
# A mail in three languages may be large.
MAX_SOURCE = 2 * 1024 * 1024


@routes.get("/templates", permission=Permission.MESSAGES_READ, answer=TemplatePage)
def list_templates(call: Call, query: TemplateQuery) -> Page[Template]:
    """List templates, the newest first, without their drafts."""
    return messaging.list_templates(
        call.tenant,
        channel=query.channel,
        category=query.category,
        archived=query.archived,
        limit=query.limit,
        cursor=query.cursor,
    )


@routes.post(
    "/templates",
    permission=Permission.MESSAGES_WRITE,
    answer=TemplateView,
    status=201,
    location="/templates/{id}",
    max_body=MAX_SOURCE,
)
def create_template(call: Call, body: NewTemplate) -> Template:
    """Create a template with a draft.

    A draft may be wrong: `POST /templates/check` says what is, and publishing refuses it. Its `key` is what senders call it;
    one with a key of the library is sent in the library's place as soon as it is published.
    """
    return messaging.create_template(call.tenant, body, now=call.now, by=by(call), once=call.once)


@routes.get(ONE, permission=Permission.MESSAGES_READ, answer=TemplateView)
def get_template(call: Call) -> Template:
    """Read a template with its draft."""
    return messaging.get_template(call.tenant, call.params["template_id"])


@routes.put(
    ONE, permission=Permission.MESSAGES_WRITE, answer=TemplateView, errors=(412,), max_body=MAX_SOURCE
)
def change_template(call: Call, body: TemplateChange) -> Template:
    """Change a template; what is left out stays. What is sent stays the published version."""
    template_id = call.params["template_id"]
    return messaging.change_template(
        call.tenant, template_id, body, now=call.now, version=call.if_match, by=by(call)
    )


@routes.delete(ONE, permission=Permission.MESSAGES_WRITE, errors=(412,))
def delete_template(call: Call) -> None:
    """Delete a template that was never published; put away one that was: what was sent can still be shown."""
    template_id = call.params["template_id"]
    if messaging.get_template(call.tenant, template_id).latest:
        messaging.archive_template(call.tenant, template_id, now=call.now, version=call.if_match)
    else:
        messaging.delete_template(call.tenant, template_id, version=call.if_match)


@routes.post(
    f"{ONE}/duplicate",
    permission=Permission.MESSAGES_WRITE,
    answer=TemplateView,
    status=201,
    location="/templates/{id}",
)
def duplicate_template(call: Call) -> Template:
    """Make a new template with the same draft."""
    return messaging.duplicate_template(call.tenant, call.params["template_id"], now=call.now, by=by(call))


@routes.post(f"{ONE}/unarchive", permission=Permission.MESSAGES_WRITE, answer=TemplateView, errors=(412,))
def unarchive_template(call: Call) -> Template:
    """Take back a template that was put away."""
    template_id = call.params["template_id"]
    return messaging.archive_template(
        call.tenant, template_id, now=call.now, version=call.if_match, archived=False
    )


def by(call: Call) -> str:
    """Who changes something, as it is noted."""
    return f"{call.caller.kind}:{call.caller.id}"
