"""Jobs: long work with progress that everyone can read, done by one worker at a time and resumable at any point;
`kernel.leases` and `kernel.turns` are the worker's side.

A job may be split into parts that several workers carry on at once. Each part is worked on like a job of its own: by lease,
with its own checkpoint. When the last one has ended, the job itself has one more turn, which concludes it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kernel.aws import client
from regulars.kernel.clock import iso
from regulars.kernel.errors import BrokenError, ConflictError, NotFoundError
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import new_id
from regulars.kernel.job_items import (
    ACTIVE,
    Job,
    JobItem,
    PartItem,
    State,
    assignments,
    part_place,
    parts_of,
    place_of,
)
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.settings import JobsSettings
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import MAX_WRITES, Transaction

__all__ = [
    "ACTIVE",
    "LOOK_AGAIN",
    "MAX_PARTS",
    "Job",
    "State",
    "Turn",
    "create_job",
    "enqueue",
    "enqueue_all",
    "get_job",
    "list_jobs",
    "move",
    "request_stop",
    "turn_of",
]

# Seconds until a worker that found a job in another's hands looks at it again.
LOOK_AGAIN = 30
# A job and its parts begin in one transaction, with room for what its owner writes besides.
MAX_PARTS = MAX_WRITES // 2
_MESSAGES_AT_ONCE = 10
_STOPPED = frozenset({State.FAILED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message of the jobs queue asks for: a turn at a job or, if `part` is given, at one part of it."""

    tenant: Tenant
    job_id: str
    part: int | None = None


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
    parts: int = 0,
    rounds: int = 1,
    once: Once | None = None,
    answer: Callable[[Job], Any] = lambda job: job,
    also: Callable[[Transaction, Job], None] = lambda transaction, job: None,
) -> Job:
    """A new job; one that is queued is told to the workers. `answer` makes of it what the caller's key remembers; `also` adds
    what is written in the same transaction."""
    if parts > MAX_PARTS:
        raise BrokenError(f"a job in {parts} parts")
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
        parts=parts or None,
        rounds=rounds if parts else None,
    )
    job = Job.of(item)
    transaction = Transaction(tenant)
    transaction.remember(once, answer(job))
    transaction.create(item)
    for number in range(parts):
        transaction.create(
            PartItem(*part_place(tenant, identifier, number), state=State.QUEUED.value, counts={})
        )
    also(transaction, job)
    _commit(transaction, job)
    return job


def _commit(transaction: Transaction, job: Job) -> None:
    """Write, and tell the workers if the job has work to do. They are told before and after: the first message survives
    a crash of ours between the two (and finds nothing to do if the write fails)."""
    if job.state not in ACTIVE:
        return transaction.commit()
    enqueue_all(transaction.tenant, job, delay=LOOK_AGAIN)
    transaction.commit()
    return enqueue_all(transaction.tenant, job)


def get_job(tenant: Tenant, job_id: str) -> Job:
    """The job as it is now. Raises NotFoundError."""
    return _seen(tenant, _read(tenant, job_id))


def _seen(tenant: Tenant, item: JobItem) -> Job:
    """A job that has ended carries the sums of its parts itself."""
    active = item.parts and item.state in ACTIVE
    return Job.of(item, parts_of(tenant, item.id) if active else ())


def list_jobs(tenant: Tenant, *, limit: int = 25, cursor: str | None = None) -> Page[Job]:
    """Jobs, newest first. 1 request unit more for each job in parts that is at work."""
    found = JobItem.page(
        tenant.partition("L", "job"),
        index="by_list",
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
    )
    return page_of(found, lambda item: _seen(tenant, item))


def move(
    tenant: Tenant,
    job_id: str,
    allowed: frozenset[State],
    to: State,
    *,
    once: Once | None = None,
    **changes: Any,
) -> Job:
    """Put a job into another state by hand, and tell the workers if it has work to do then; parts that failed or
    were cancelled are to be tried again. Raises ConflictError when its present state is not among `allowed`."""
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
    for part in parts_of(tenant, job_id) if item.parts else ():
        if part.state in _STOPPED:
            _try_again(transaction, part, moved)
    _commit(transaction, job)
    return job


def _try_again(transaction: Transaction, part: PartItem, otherwise: ConflictError) -> None:
    fresh = {"state": State.QUEUED.value, "stumbles": 0, "message": None, "finished_at": None}
    transaction.update(
        PartItem(part.pk, part.sk), assignments(fresh), PartItem.state == part.state, otherwise
    )


def request_stop(tenant: Tenant, job_id: str) -> Job:
    """Have a job stop after the piece of work at hand (its worker completes it, so that nothing is half done)."""
    item = JobItem(*place_of(tenant, job_id))
    running = JobItem.state.is_in(State.QUEUED.value, State.RUNNING.value)
    if not item.update_if([JobItem.stopping.set(True)], running):
        raise ConflictError(f"this job is {get_job(tenant, job_id).state.value}: there is nothing to cancel")
    job = _seen(tenant, item)
    enqueue_all(tenant, job)
    return job


def enqueue_all(tenant: Tenant, job: Job, delay: int = 0) -> None:
    """Tell the workers that a job, or each of its parts, has something to do."""
    if not job.parts:
        return enqueue(tenant, job.id, delay=delay)
    for first in range(0, job.parts, _MESSAGES_AT_ONCE):
        some = range(first, min(first + _MESSAGES_AT_ONCE, job.parts))
        answer = client("sqs").send_message_batch(
            QueueUrl=JobsSettings.load().jobs_queue_url,
            Entries=[
                {"Id": str(part), "MessageBody": _message(tenant, job.id, part), "DelaySeconds": delay}
                for part in some
            ],
        )
        for refused in answer.get("Failed", ()):
            enqueue(tenant, job.id, int(refused["Id"]), delay)
    return None


def enqueue(tenant: Tenant, job_id: str, part: int | None = None, delay: int = 0) -> None:
    """Tell the workers that a job, or a part of it, has something to do; `delay` in seconds, 900 at the most."""
    client("sqs").send_message(
        QueueUrl=JobsSettings.load().jobs_queue_url,
        MessageBody=_message(tenant, job_id, part),
        DelaySeconds=delay,
    )


def _message(tenant: Tenant, job_id: str, part: int | None) -> str:
    named = {} if part is None else {"part": part}
    return json.dumps({"tenant": tenant.id, "job": job_id} | named)


def _read(tenant: Tenant, job_id: str) -> JobItem:
    item = JobItem.read(*place_of(tenant, job_id), consistent=True)
    if item is None:
        raise NotFoundError
    return item


def turn_of(message: dict[str, Any]) -> Turn:
    """What a message of the jobs queue asks for."""
    return Turn(Tenant(message["tenant"]), message["job"], message.get("part"))
