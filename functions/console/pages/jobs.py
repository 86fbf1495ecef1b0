"""Jobs: the list, and one job with its progress, its refused rows, and what can be done with it."""

import csv
from itertools import islice
from typing import Any, Literal

from console.formats import duration, number
from console.job_texts import (
    STATES,
    actions_of,
    is_of_segments,
    kind_of,
    message_of,
    name_of,
    percent_of,
    read_so_far,
    tone_of,
)
from console.lists import CSV_PAGE, Listing, partial
from console.pieces import Tile
from console.routing import Pages
from console.shell import Crumb, part, show
from console.tables import Badge, Badges, Column, Link, Progress, When, count
from console.web import Reply, Request, flash_cookie, redirect
from regulars.imports.steering import cancel_job, file_link, resume_job, undo_job
from regulars.kernel.errors import NotFoundError
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import ACTIVE, Job, get_job, list_jobs
from regulars.kernel.permissions import Permission

PAGES = Pages()
PATH = "/console/jobs"
_ONE = f"{PATH}/{{job_id}}"
_SHOWN_ERRORS = 8


@PAGES.get(PATH, permission=Permission.JOBS_READ)
def jobs(request: Request) -> Reply:
    if request.query.get("format") == "csv":
        return _listing().csv_reply(lambda cursor: list_jobs(request.tenant, limit=CSV_PAGE, cursor=cursor))
    page = list_jobs(request.tenant, limit=50, cursor=request.query.get("cursor") or None)
    values: dict[str, Any] = {
        "table": _listing().table(page, request.query),
        "running": any(job.state in ACTIVE for job in page.items),
    }
    return partial(request, "pages/jobs_area.html", **values) or show(
        request, "pages/jobs.html", title="Jobs", **values
    )


def _listing() -> Listing[Job]:
    columns = (
        Column[Job]("name", "Job", lambda job: Link(name_of(job), f"{PATH}/{job.id}")),
        Column[Job]("state", "State", lambda job: Badges((Badge(STATES[job.state], tone_of(job)),))),
        Column[Job]("progress", "Progress", _progress, minor=True),
        Column[Job]("read", "Rows", lambda job: count(job.counts["read"]), end=True, minor=True),
        Column[Job]("refused", "Refused", lambda job: count(job.counts["refused"]), end=True, minor=True),
        Column[Job]("created", "Begun", lambda job: When(job.created_at), end=True),
    )
    return Listing(
        "jobs", "Jobs", PATH, columns, lambda job: job.id, name_of, lambda job: f"{PATH}/{job.id}", "jobs"
    )


def _progress(job: Job) -> Progress:
    left = f"{duration(job.eta_seconds)} left" if job.state in ACTIVE and job.eta_seconds is not None else ""
    return Progress(percent_of(job), left, "", "bad" if tone_of(job) == "bad" else "")


@PAGES.get(_ONE, permission=Permission.JOBS_READ)
def job(request: Request) -> Reply:
    found = get_job(request.tenant, request.params["job_id"])
    values = _values(request, found)
    if request.wants("job"):
        return part(request, "pages/job_live.html", **values)
    title = name_of(found)
    return show(request, "pages/job.html", title=title, crumbs=(Crumb("Jobs", PATH), Crumb(title)), **values)


def _values(request: Request, found: Job) -> dict[str, Any]:
    running = found.state in ACTIVE
    eta = f"about {duration(found.eta_seconds)} left" if running and found.eta_seconds is not None else ""
    took = (found.finished_at or request.call.now) - (found.started_at or found.created_at)
    return {
        "job": {
            "id": found.id,
            "title": name_of(found),
            "state_text": STATES[found.state],
            "tone": tone_of(found),
            "byline": f"{kind_of(found)} · {found.id}",
            "running": running,
            "percent": percent_of(found),
            "left": read_so_far(found),
            "right": eta or (f"took {duration(took.total_seconds())}" if found.finished_at else ""),
            "message": message_of(found),
            "error_file": "errors" in found.files,
            "result_file": "result" in found.files,
        },
        "actions": actions_of(found, request.may(Permission.IMPORTS_WRITE), request.call.now),
        "tiles": _tiles(found),
        "errors": _errors(request, found),
    }


def _tiles(found: Job) -> list[Tile]:
    counts = found.counts
    if found.type == "export":
        return [Tile("Customers written", number(counts.get("exported", 0)), "Those that the filters admit.")]
    if found.type == "templates.lint":
        return [
            Tile(
                "Looked at",
                number(counts.get("checked", 0)),
                "Customers for whom the template was filled in.",
            ),
            Tile("Empty names", number(counts.get("empty_name", 0)), "Who would see an empty name."),
            Tile(
                "Something empty", number(counts.get("missing", 0)), "Places where there is nothing to show."
            ),
            Tile("Cannot be filled in", number(counts.get("error", 0)), "Who would get nothing."),
        ]
    if is_of_segments(found):
        return [
            Tile("Entered", number(counts.get("entered", 0)), "Memberships that began."),
            Tile("Left", number(counts.get("left", 0)), "Memberships that ended."),
            Tile("Unchanged", number(counts["unchanged"]), "Customers for whom nothing differs."),
            Tile("Looked at again", number(counts.get("retried", 0)), "Customers who changed meanwhile."),
        ]
    tried = found.spec.get("dry_run", False)
    verb = "Would be " if tried else ""
    return [
        Tile(f"{verb}created".capitalize(), number(counts["created"]), "Things that were not there before."),
        Tile(
            f"{verb}updated".capitalize(), number(counts["updated"]), "Things that were there and differ now."
        ),
        Tile("Unchanged", number(counts["unchanged"]), "Rows that said nothing new."),
        Tile("Refused", number(counts["refused"]), "Rows that could not be taken; the file says why."),
    ]


def _errors(request: Request, found: Job) -> list[dict[str, str]]:
    key = found.files.get("errors")
    if key is None:
        return []
    try:
        start = next(S3Files(request.tenant).read(key), b"")
    except NotFoundError:
        return []
    rows = csv.DictReader(start.decode("utf-8-sig", "replace").splitlines())
    return [
        {"row": row.get("line") or "", "field": row.get("field") or "", "why": row.get("reason") or ""}
        for row in islice(rows, _SHOWN_ERRORS)
    ]


@PAGES.get(f"{_ONE}/{{which}}", permission=Permission.JOBS_READ)
def fetch(request: Request) -> Reply:
    """Sends the browser to the file itself, which S3 gives for a quarter of an hour."""
    which = request.params["which"]
    if which == "errors":
        return redirect(_link(request, "errors"))
    if which == "result":
        return redirect(_link(request, "result"))
    raise NotFoundError


def _link(request: Request, which: Literal["errors", "result"]) -> str:
    return file_link(request.tenant, request.params["job_id"], which, now=request.call.now).url


@PAGES.post(f"{_ONE}/cancel", permission=Permission.IMPORTS_WRITE)
def cancel(request: Request) -> Reply:
    cancel_job(request.tenant, request.params["job_id"], now=request.call.now)
    return _back(request, "It stops after the rows at hand")


@PAGES.post(f"{_ONE}/resume", permission=Permission.IMPORTS_WRITE)
def resume(request: Request) -> Reply:
    resume_job(request.tenant, request.params["job_id"])
    return _back(request, "It goes on where it stopped")


@PAGES.post(f"{_ONE}/undo", permission=Permission.IMPORTS_WRITE)
def undo(request: Request) -> Reply:
    undo_job(request.tenant, request.params["job_id"], now=request.call.now)
    return _back(request, "The import is being taken back")


def _back(request: Request, message: str) -> Reply:
    return redirect(f"{PATH}/{request.params['job_id']}", cookies=(flash_cookie(message),))
