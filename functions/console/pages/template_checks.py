"""Trying a template out: a test to an address of one's own, and filling it in for many customers without sending."""

from typing import Any

from console.formats import duration
from console.job_texts import STATES, tone_of
from console.lists import Listing
from console.pages.template import header_of
from console.people import PATH as CUSTOMERS
from console.people import cell_of, known_among
from console.routing import Pages
from console.shell import Crumb, part, show
from console.tables import Column, Text
from console.template_texts import PATH, channel_name, channel_of, language_name
from console.web import Reply, Request, done, redirect
from regulars import messaging
from regulars.customers import Facts
from regulars.kernel.errors import InvalidError, NotFoundError, RegularsError
from regulars.kernel.jobs import ACTIVE, Job, get_job
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import LintAudience, LintRow

PAGES = Pages()
_SHOWN = 100
_ONE = f"{PATH}/{{template_id}}"


@PAGES.post(f"{_ONE}/test", permission=Permission.MESSAGES_WRITE)
def test(request: Request) -> Reply:
    """Sends the draft to one address, marked as a test."""
    form = request.form
    channel = channel_of(form.get("channel", ""))
    to = form.get("to", "").strip()
    found = messaging.get_template(request.tenant, request.params["template_id"])
    if channel is None or not to or found.draft is None:
        raise InvalidError("say where the test goes")
    try:
        messaging.send_template_test(
            request.tenant,
            found.draft,
            channel=channel,
            language=form.get("language", "en"),
            to=to,
            now=request.call.now,
            category=found.category,
            customer_id=form.get("customer", ""),
        )
    except RegularsError as error:
        told = error.faults[0].detail if error.faults else error.detail
        return done(f"Not sent: {told}", bad=True)
    return done(f"Test sent to {to}")


@PAGES.post(f"{_ONE}/lint", permission=Permission.MESSAGES_WRITE)
def lint(request: Request) -> Reply:
    """Starts filling the draft in for the customers of a segment, or for all."""
    template_id = request.params["template_id"]
    segment = request.form.get("segment", "")
    job = messaging.start_template_lint(
        request.tenant,
        template_id,
        LintAudience(segment=segment) if segment else LintAudience(all=True),
        now=request.call.now,
        by=f"staff:{request.caller.id}",
    )
    return redirect(f"{PATH}/{template_id}/lint/{job.id}")


@PAGES.get(f"{_ONE}/lint/{{job_id}}", permission=Permission.MESSAGES_READ)
def linted(request: Request) -> Reply:
    found = messaging.get_template(request.tenant, request.params["template_id"])
    job = get_job(request.tenant, request.params["job_id"])
    if job.spec.get("template") != found.id:
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


_PROBLEMS = {
    "empty_name": "Would see an empty name",
    "missing": "Something is empty",
    "error": "Cannot be filled in",
}


def _values(request: Request, job: Job) -> dict[str, Any]:
    running = job.state in ACTIVE
    left = f"about {duration(job.eta_seconds)} left" if running and job.eta_seconds is not None else ""
    rows = [] if running else messaging.lint_rows(request.tenant, job.id, _SHOWN)
    known = known_among(request.tenant, [row.customer_id for row in rows])
    return {
        "running": running,
        "percent": job.percent if running else 100,
        "state": STATES[job.state],
        "tone": tone_of(job),
        "left": left,
        "message": job.message or "",
        "address": request.path,
        "checked": job.counts.get("checked", 0),
        "problems": [(text, job.counts.get(key, 0)) for key, text in _PROBLEMS.items()],
        "gaps": sorted(
            (
                (name.removeprefix("gap:"), count)
                for name, count in job.counts.items()
                if name.startswith("gap:")
            ),
            key=lambda pair: -pair[1],
        ),
        "table": _listing(known).table(Page(rows)),
        "file": f"/console/jobs/{job.id}/result" if "result" in job.files else "",
        "shown": _SHOWN,
    }


def _listing(known: dict[str, Facts]) -> Listing[LintRow]:
    columns = (
        Column[LintRow]("customer", "Customer", lambda row: cell_of(row.customer_id, known)),
        Column[LintRow](
            "problem", "What is wrong", lambda row: Text(_PROBLEMS.get(row.problem, row.problem))
        ),
        Column[LintRow]("detail", "Where", lambda row: Text(row.detail)),
        Column[LintRow]("channel", "Channel", lambda row: Text(channel_name(row.channel)), minor=True),
        Column[LintRow]("language", "Language", lambda row: Text(language_name(row.language)), minor=True),
    )

    def href(row: LintRow) -> str:
        return f"{CUSTOMERS}/{row.customer_id}"

    return Listing(
        "lint", "Problems", PATH, columns, href, lambda row: row.detail, href, "problems", csv=False
    )
