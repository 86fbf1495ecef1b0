"""Trying a template out: a test to an address of one's own, and filling it in for many customers without sending."""

from typing import Any

from console.formats import duration
from console.job_texts import STATES, tone_of
from console.pages.template import header_of
from console.routing import Pages
from console.shell import Crumb, part, show
from console.template_texts import PATH, channel_of
from console.web import Reply, Request, done, redirect
from regulars import messaging
from regulars.kernel.errors import InvalidError, NotFoundError, RegularsError
from regulars.kernel.jobs import ACTIVE, Job, get_job
from regulars.kernel.permissions import Permission

PAGES = Pages()
_ONE = f"{PATH}/{{template_id}}"


@PAGES.post(f"{_ONE}/test", permission=Permission.MESSAGES_WRITE)
def test(request: Request) -> Reply:
    """Sends the draft to one address, marked as a test."""
    form = request.form
    channel = channel_of(form.get("channel", ""))
    to = form.get("to", "").strip()
    if channel is None or not to:
        raise InvalidError("say where the test goes")
    try:
        messaging.send_template_test(
            request.tenant,
            request.params["template_id"],
            to=to,
            channel=channel,
            language=form.get("language", "en"),
            customer_id=form.get("customer", ""),
            now=request.call.now,
        )
    except RegularsError as error:
        told = error.faults[0].detail if error.faults else error.detail
        return done(f"Not sent: {told}", bad=True)
    return done(f"Test sent to {to}")


@PAGES.post(f"{_ONE}/lint", permission=Permission.MESSAGES_WRITE)
def lint(request: Request) -> Reply:
    """Starts filling the draft in for the customers of a segment, or for all."""
    template_id = request.params["template_id"]
    job = messaging.start_template_lint(
        request.tenant,
        template_id,
        segment_id=request.form.get("segment", ""),
        now=request.call.now,
        by=f"staff:{request.caller.id}",
    )
    return redirect(f"{PATH}/{template_id}/lint/{job.id}")


@PAGES.get(f"{_ONE}/lint/{{job_id}}", permission=Permission.MESSAGES_READ)
def linted(request: Request) -> Reply:
    found = messaging.get_template(request.tenant, request.params["template_id"])
    job = get_job(request.tenant, request.params["job_id"])
    if job.spec.get("template_id") != found.id:
        raise NotFoundError
    values = _values(request, job) | {"head": header_of(found)}
    if request.wants("lint-area"):
        return part(request, "pages/template_lint_area.html", **values)
    crumbs = (Crumb("Templates", PATH), Crumb(found.name, f"{PATH}/{found.id}"), Crumb("Tried on customers"))
    return show(
        request,
        "pages/template_lint.html",
        title=f"{found.name}, tried on customers",
        crumbs=crumbs,
        **values,
    )


def _values(request: Request, job: Job) -> dict[str, Any]:
    running = job.state in ACTIVE
    left = f"about {duration(job.eta_seconds)} left" if running and job.eta_seconds is not None else ""
    return {
        "running": running,
        "percent": 100 if not running else job.percent,
        "state": STATES[job.state],
        "tone": tone_of(job),
        "left": left,
        "counts": job.counts,
        "message": job.message or "",
        "address": request.path,
    }
