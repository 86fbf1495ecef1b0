"""Imports, exports and jobs over HTTP."""

from imports_api.schemas import (
    BegunView,
    JobPage,
    JobsQuery,
    JobView,
    LinkView,
    NewExport,
    NewImport,
    PreviewImport,
    PreviewView,
    StartImport,
)
from regulars.imports import service, steering
from regulars.imports.service import Begun, Preview
from regulars.imports.steering import Link
from regulars.kernel import jobs
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.jobs import Job
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

routes = Routes("imports_api", tag="imports and jobs")


@routes.post(
    "/imports", permission=Permission.IMPORTS_WRITE, answer=BegunView, status=201, location="/jobs/{id}"
)
def begin_import(call: Call, body: NewImport) -> Begun:
    """Begin an import.

    The answer has a form by which the file is sent straight to storage (512 MB at the most, plain or gzip). Then preview it,
    and start it with a mapping.
    """
    return service.begin_import(
        call.tenant, body.kind, body.format, body.name, now=call.now, by=_caller(call), once=call.once
    )


@routes.post(
    "/imports/{job_id}/preview", permission=Permission.IMPORTS_WRITE, answer=PreviewView, errors=(404, 409)
)
def preview_import(call: Call, body: PreviewImport) -> Preview:
    """Look into the file of an import.

    Delimiter, encoding, columns, the first ten rows, a suggested mapping (or the one given) and how each field fares in the
    first 200 rows.
    """
    return service.preview(call.tenant, call.params["job_id"], body.mapping)


@routes.post(
    "/imports/{job_id}/start", permission=Permission.IMPORTS_WRITE, answer=JobView, errors=(404, 409)
)
def start_import(call: Call, body: StartImport) -> Job:
    """Start an import.

    Rows that cannot be taken go to the error file and do not stop the others. What is imported counts as history: it causes
    no messages.
    """
    return service.start_import(
        call.tenant,
        call.params["job_id"],
        body.mapping,
        body.options,
        dry_run=body.dry_run,
        once=call.once,
    )


@routes.post("/customers/export", permission=Permission.EXPORTS_WRITE, answer=JobView, status=202)
def begin_export(call: Call, body: NewExport) -> Job:
    """Export customers to a file.

    Cells that a spreadsheet would run as formulas are neutralised. When the job has succeeded, fetch its result.
    """
    wanted = body.filter.model_dump(mode="json", exclude_none=True)
    return steering.begin_export(
        call.tenant, body.format, wanted, now=call.now, by=_caller(call), once=call.once
    )


@routes.get("/jobs", permission=Permission.JOBS_READ, answer=JobPage)
def list_jobs(call: Call, query: JobsQuery) -> Page[Job]:
    """List jobs, the newest first."""
    return jobs.list_jobs(call.tenant, limit=query.limit, cursor=query.cursor)


@routes.get("/jobs/{job_id}", permission=Permission.JOBS_READ, answer=JobView)
def get_job(call: Call) -> Job:
    """Get a job with its progress."""
    return jobs.get_job(call.tenant, call.params["job_id"])


@routes.get("/jobs/{job_id}/errors", permission=Permission.IMPORTS_WRITE, answer=LinkView)
def get_errors(call: Call) -> Link:
    """Get where the rows that an import refused can be fetched (CSV: line, field, reason, the row)."""
    return steering.file_link(call.tenant, call.params["job_id"], "errors", now=call.now)


@routes.get("/jobs/{job_id}/result", permission=Permission.EXPORTS_WRITE, answer=LinkView)
def get_result(call: Call) -> Link:
    """Get where the file that an export wrote, or the list of what an undo left, can be fetched."""
    return steering.file_link(call.tenant, call.params["job_id"], "result", now=call.now)


@routes.post("/jobs/{job_id}/cancel", permission=Permission.IMPORTS_WRITE, answer=JobView, errors=(404, 409))
def cancel_job(call: Call) -> Job:
    """Cancel a job. It stops after the piece of work at hand; what is done stays until it is undone."""
    return steering.cancel_job(call.tenant, call.params["job_id"], now=call.now, once=call.once)


@routes.post("/jobs/{job_id}/resume", permission=Permission.IMPORTS_WRITE, answer=JobView, errors=(404, 409))
def resume_job(call: Call) -> Job:
    """Resume a failed job where it stopped."""
    return steering.resume_job(call.tenant, call.params["job_id"], once=call.once)


@routes.post("/jobs/{job_id}/undo", permission=Permission.IMPORTS_WRITE, answer=JobView, errors=(404, 409))
def undo_job(call: Call) -> Job:
    """Undo an import, within 7 days.

    What it created goes, what it changed returns to its previous values. What others have changed since stays; the job's
    result names it.
    """
    return steering.undo_job(call.tenant, call.params["job_id"], now=call.now, once=call.once)


def _caller(call: Call) -> str:
    return f"{call.caller.kind}:{call.caller.id}"
