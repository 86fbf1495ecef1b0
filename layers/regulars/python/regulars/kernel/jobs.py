"""Jobs: long work with progress that everyone can read, done by one worker at a time and resumable at any point;
`kernel.leases` is the worker's side."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from regulars.kernel.aws import client
from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import new_id
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.settings import JobsSettings
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


class State(StrEnum):
    UPLOADING = "uploading"
    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


ACTIVE = frozenset({State.QUEUED, State.RUNNING, State.UNDOING})
# Seconds until a worker that found a job in another's hands looks at it again.
LOOK_AGAIN = 30
_COUNTS = ("read", "created", "updated", "unchanged", "refused")


class JobItem(Item):
    kind = UnicodeAttribute(default="job")
    id = UnicodeAttribute()
    type = UnicodeAttribute()
    name = UnicodeAttribute()
    state = UnicodeAttribute()
    counts = JsonAttribute()
    percent = NumberAttribute(default=0)
    eta_seconds = NumberAttribute(null=True)
    message = UnicodeAttribute(null=True)
    created_at = TimeAttribute()
    created_by = UnicodeAttribute(null=True)
    started_at = TimeAttribute(null=True)
    finished_at = TimeAttribute(null=True)
    undo_until = TimeAttribute(null=True)
    spec = JsonAttribute()
    files = JsonAttribute()
    step = NumberAttribute(default=0)
    checkpoint = JsonAttribute(null=True)
    stumbles = NumberAttribute(default=0)
    stopping = BooleanAttribute(default=False)
    lease = UnicodeAttribute(null=True)
    written_by = UnicodeAttribute(null=True)
    lease_until = TimeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is read. `counts` has at least read, created, updated, unchanged and refused; `percent` is whole;
    `spec` is what was asked for, `files` names what can be fetched (`source`, `errors`, `result`, `report`)."""

    id: str
    type: str
    name: str
    state: State
    counts: dict[str, int]
    percent: int
    eta_seconds: int | None
    message: str | None
    created_at: datetime
    created_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    undo_until: datetime | None
    spec: dict[str, Any]
    files: dict[str, str]
    step: int
    checkpoint: dict[str, Any]
    lease_until: datetime | None

    @classmethod
    def of(cls, item: JobItem) -> "Job":
        return cls(
            item.id,
            item.type,
            item.name,
            State(item.state),
            dict.fromkeys(_COUNTS, 0) | item.counts,
            int(item.percent),
            None if item.eta_seconds is None else int(item.eta_seconds),
            item.message,
            item.created_at,
            item.created_by,
            item.started_at,
            item.finished_at,
            item.undo_until,
            item.spec,
            item.files,
            int(item.step),
            item.checkpoint or {},
            item.lease_until,
        )


def place_of(tenant: Tenant, job_id: str) -> tuple[str, str]:
    return tenant.partition("J", job_id), "JOB"


def create_job(
    tenant: Tenant,
    type: str,
    name: str,
    spec: dict[str, Any],
    *,
    now: datetime,
    by: str = "",
    state: State = State.QUEUED,
    files: dict[str, str] | None = None,
    once: Once | None = None,
    answer: Callable[[Job], Any] = lambda job: job,
) -> Job:
    """A new job; one that is queued is told to the workers. `answer` makes of it what the caller's key remembers."""
    identifier = new_id("job", now)
    item = JobItem(
        *place_of(tenant, identifier),
        g1pk=tenant.partition("L", "job"),
        g1sk=f"{iso(now)}#{identifier}",
        id=identifier,
        type=type,
        name=name,
        state=state.value,
        counts={},
        created_at=now,
        created_by=by or None,
        spec=spec,
        files=files or {},
    )
    job = Job.of(item)
    transaction = Transaction(tenant)
    transaction.remember(once, answer(job))
    transaction.create(item)
    _commit(transaction, job)
    return job


def _commit(transaction: Transaction, job: Job) -> None:
    """Write, and tell the workers if the job has work to do. They are told before and after: the first message survives
    a crash of ours between the two (and finds nothing to do if the write fails)."""
    if job.state not in ACTIVE:
        return transaction.commit()
    enqueue(transaction.tenant, job.id, delay=LOOK_AGAIN)
    transaction.commit()
    return enqueue(transaction.tenant, job.id)


def get_job(tenant: Tenant, job_id: str) -> Job:
    """The job as it is now. Raises NotFoundError."""
    return Job.of(_read(tenant, job_id))


def list_jobs(tenant: Tenant, *, limit: int = 25, cursor: str | None = None) -> Page[Job]:
    """Jobs, newest first."""
    found = JobItem.page(
        tenant.partition("L", "job"),
        index="by_list",
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
    )
    return page_of(found, Job.of)


def move(
    tenant: Tenant,
    job_id: str,
    allowed: frozenset[State],
    to: State,
    *,
    once: Once | None = None,
    **changes: Any,
) -> Job:
    """Put a job into another state by hand, and tell the workers if it has work to do then.
    Raises ConflictError when its present state is not among `allowed`."""
    item = _read(tenant, job_id)
    if item.state not in allowed:
        raise ConflictError(f"this job is {item.state}, so that cannot be done now")
    present = (JobItem.state == item.state) & (JobItem.step == item.step)
    wanted = {"state": to.value, "step": int(item.step) + 1} | changes
    for name, value in wanted.items():
        setattr(item, name, value)
    transaction = Transaction(tenant)
    transaction.remember(once, job := Job.of(item))
    moved = ConflictError("this job has changed at the same moment; look at it again")
    transaction.update(JobItem(item.pk, item.sk), assignments(wanted), present, moved)
    _commit(transaction, job)
    return job


def assignments(changes: dict[str, Any]) -> list[Action]:
    """What sets attributes to values; None takes an attribute away."""
    return [
        getattr(JobItem, name).remove() if value is None else getattr(JobItem, name).set(value)
        for name, value in changes.items()
    ]


def request_stop(tenant: Tenant, job_id: str) -> Job:
    """Have a job stop after the piece of work at hand (its worker completes it, so that nothing is half done)."""
    item = JobItem(*place_of(tenant, job_id))
    running = JobItem.state.is_in(State.QUEUED.value, State.RUNNING.value)
    if not item.update_if([JobItem.stopping.set(True)], running):
        raise ConflictError(f"this job is {get_job(tenant, job_id).state.value}: there is nothing to cancel")
    enqueue(tenant, job_id)
    return Job.of(item)


def enqueue(tenant: Tenant, job_id: str, delay: int = 0) -> None:
    """Tell the workers that a job has something to do; `delay` in seconds, 900 at the most."""
    client("sqs").send_message(
        QueueUrl=JobsSettings.load().jobs_queue_url,
        MessageBody=json.dumps({"tenant": tenant.id, "job": job_id}),
        DelaySeconds=delay,
    )


def _read(tenant: Tenant, job_id: str) -> JobItem:
    item = JobItem.read(*place_of(tenant, job_id), consistent=True)
    if item is None:
        raise NotFoundError
    return item


def job_of(message: dict[str, str]) -> tuple[Tenant, str]:
    """The tenant and the job that a message of the jobs queue stands for."""
    return Tenant(message["tenant"]), message["job"]
