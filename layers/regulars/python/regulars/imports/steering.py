"""Use cases of jobs that have begun: stop, go on, take back; fetch what came of them. And the beginning of an export."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from regulars.imports.model import EXPORT, IMPORT, UNDO_FOR, ImportSpec
from regulars.imports.targets import ImportKind
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.files import LINK_SECONDS, S3Files
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.jobs import ACTIVE, Job, State, create_job, enqueue, get_job, move, request_stop
from regulars.kernel.tenancy import Tenant

_WAITING = frozenset({State.UPLOADING, State.READY})
_UNDOABLE = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Link:
    """Where a file can be fetched until `expires_at`."""

    url: str
    expires_at: datetime


def begin_export(
    tenant: Tenant,
    format: Literal["csv", "jsonl"],
    filter: dict[str, Any],
    *,
    now: datetime,
    by: str,
    once: Once | None = None,
) -> Job:
    """Have all customers that `filter` admits (as in the list; moments as ISO text) written to a file."""
    spec = {"format": format, "filter": filter}
    return create_job(tenant, EXPORT, f"customers.{format}", spec, now=now, by=by, once=once)


def cancel_job(tenant: Tenant, job_id: str, *, now: datetime, once: Once | None = None) -> Job:
    """Stop a job after the piece of work at hand; what is done stays. Raises ConflictError when it does nothing anyway."""
    recall(tenant, once)
    if get_job(tenant, job_id).state in _WAITING:
        return move(tenant, job_id, _WAITING, State.CANCELLED, once=once, finished_at=now)
    return request_stop(tenant, job_id)


def resume_job(tenant: Tenant, job_id: str, *, once: Once | None = None) -> Job:
    """Go on where a failed job stopped; harmless for one that is at work. Raises ConflictError for one that has ended."""
    recall(tenant, once)
    job = get_job(tenant, job_id)
    if job.state in ACTIVE:
        enqueue(tenant, job_id)
        return job
    failed = frozenset({State.FAILED})
    onward = State.UNDOING if "undo_chunks" in job.checkpoint else State.QUEUED
    fresh = {"message": None, "finished_at": None, "stumbles": 0, "stopping": False}
    return move(tenant, job_id, failed, onward, once=once, **fresh)


def undo_job(tenant: Tenant, job_id: str, *, now: datetime, once: Once | None = None) -> Job:
    """Take an import back: what it created goes, what it changed returns. Raises ConflictError when it is too late, the job is
    no import that has done something, or its kind cannot be taken back."""
    recall(tenant, once)
    job = get_job(tenant, job_id)
    _check_undoable(job, now)
    place = job.checkpoint | {"undo_chunks": int(job.checkpoint.get("chunk", 0)) + 1}
    return move(
        tenant,
        job_id,
        _UNDOABLE,
        State.UNDOING,
        once=once,
        checkpoint=place,
        message=None,
        finished_at=None,
        percent=0,
        stumbles=0,
        stopping=False,
    )


def _check_undoable(job: Job, now: datetime) -> None:
    if job.type != IMPORT:
        raise ConflictError("only an import can be undone")
    spec = ImportSpec.of(job.spec)
    if spec.dry_run or job.state in _WAITING:
        raise ConflictError("this import has not changed anything")
    if spec.kind is ImportKind.EVENTS:
        raise ConflictError("events that were imported stay: what somebody did is not undone")
    if now > (job.undo_until or job.created_at + UNDO_FOR):
        raise ConflictError("an import can be undone for 7 days")


def file_link(tenant: Tenant, job_id: str, which: Literal["errors", "result"], *, now: datetime) -> Link:
    """Where the job's error file or its result can be fetched. Raises NotFoundError when there is none."""
    job = get_job(tenant, job_id)
    key = job.files.get(which)
    if key is None:
        raise NotFoundError(f"this job has no {which}" if job.finished_at else "this job has not ended yet")
    filename = f"{job_id}-{which}.{key.rpartition('.')[2]}"
    return Link(S3Files(tenant).link(key, filename), now + timedelta(seconds=LINK_SECONDS))
