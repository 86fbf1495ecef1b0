"""Trying templates out: checks, previews, a message to oneself, a check of a whole audience."""

from typing import Any

from regulars import messaging
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.jobs import Job
from regulars.kernel.permissions import Permission
from regulars.messaging import TemplateSource
from templates_api.routes_definitions import MAX_SOURCE, ONE, by
from templates_api.schemas import (
    CheckSource,
    FindingsView,
    LintJobView,
    LintTemplate,
    PreviewSource,
    PreviewView,
    SentTestView,
    TestTemplate,
    VariablesQuery,
    VariablesView,
)

routes = Routes("templates_api")


@routes.post(
    "/templates/check", permission=Permission.MESSAGES_READ, answer=FindingsView, max_body=MAX_SOURCE
)
def check_template(call: Call, body: CheckSource) -> dict[str, Any]:
    """Say what is wrong with a source, and what might be. Nothing is saved."""
    return {"items": messaging.check_template(call.tenant, body.draft, body.category)}


@routes.post(
    "/templates/preview",
    permission=Permission.MESSAGES_READ,
    answer=PreviewView,
    errors=(404,),
    max_body=MAX_SOURCE,
)
def preview_template(call: Call, body: PreviewSource) -> dict[str, Any]:
    """Show one content of a source as a customer would get it. Nothing is saved.

    For a customer this also needs the permission to read customers. `data` is the source's `sample`.
    """
    if body.customer:
        call.authorize(Permission.CUSTOMERS_READ, own=False)
    found = messaging.preview_template(
        call.tenant,
        body.draft,
        channel=body.channel,
        language=body.language,
        now=call.now,
        category=body.category,
        customer_id=body.customer or "",
    )
    return PreviewView.of(found)


@routes.get("/templates/variables", permission=Permission.MESSAGES_READ, answer=VariablesView, errors=(404,))
def list_template_variables(call: Call, query: VariablesQuery) -> dict[str, Any]:
    """List what templates can show."""
    sample: dict[str, Any] = {}
    if query.template:
        sample = (messaging.get_template(call.tenant, query.template).draft or TemplateSource()).sample
    return {"items": messaging.template_variables(call.tenant, sample)}


@routes.post(f"{ONE}/test", permission=Permission.MESSAGES_WRITE, answer=SentTestView)
def send_template_test(call: Call, body: TestTemplate) -> dict[str, str]:
    """Send one content of the draft to an address: marked as a test, not tracked, in no statistics."""
    if body.customer:
        call.authorize(Permission.CUSTOMERS_READ, own=False)
    found = messaging.get_template(call.tenant, call.params["template_id"])
    sent = messaging.send_template_test(
        call.tenant,
        found.draft or TemplateSource(),
        channel=body.channel,
        language=body.language,
        to=body.to,
        now=call.now,
        category=found.category,
        customer_id=body.customer or "",
    )
    return {"message_id": sent}


@routes.post(f"{ONE}/lint", permission=Permission.MESSAGES_WRITE, answer=LintJobView, status=202)
def lint_template(call: Call, body: LintTemplate) -> Job:
    """Render the draft for everybody of an audience, by a job: who would get an empty name, a gap, or nothing.

    Nothing is sent. The job's file lists every problem with the customer's id.
    """
    return messaging.start_template_lint(
        call.tenant, call.params["template_id"], body, now=call.now, by=by(call), once=call.once
    )
