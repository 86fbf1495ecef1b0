"""The worker's side of jobs.

A worker holds a job, or a part of one, by a lease that each checkpoint renews. Checkpoint, counts and lease are one conditional
write: a worker that lost its lease (it stood still too long, another took over) cannot write any more. What a worker does
between two checkpoints is repeated after a crash, so every effect of a job must be harmless when repeated.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.update import Action

from regulars.kernel.errors import RegularsError
from regulars.kernel.job_items import (
    ACTIVE,
    Job,
    JobItem,
    PartItem,
    State,
    WorkItem,
    assignments,
    part_place,
    parts_of,
    place_of,
)
from regulars.kernel.jobs import LOOK_AGAIN, enqueue_all
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

LEASE = timedelta(seconds=60)
# A job, or a part, that fails this often without any progress between is not tried again by itself.
MAX_STUMBLES = 5
_FREE: dict[str, Any] = {"lease": None, "lease_until": None}


class LeaseLostError(RegularsError):
    """Another worker holds the job; this one must stop without writing anything more."""


@dataclass(slots=True)
class Lease:
    """One worker's hold on a job or, if `part` is given, on that part of it; `token` proves it."""

    tenant: Tenant
    item: WorkItem
    token: str
    began_at: datetime
    whole: JobItem
    part: int | None = None
    began_done: float = 0.0

    @property
    def job(self) -> Job:
        return Job.of(self.whole)

    @property
    def counts(self) -> dict[str, int]:
        """What has been counted so far, of the part if it is one."""
        return dict(self.item.counts)

    @property
    def place(self) -> dict[str, Any]:
        """Where the last checkpoint was."""
        return dict(self.item.checkpoint or {})

    @property
    def stopping(self) -> bool:
        """Somebody asked for the job to be cancelled, or it came to an end while this part was at work."""
        return bool(self.whole.stopping) or self.whole.state not in ACTIVE

    def checkpoint(
        self, now: datetime, *, counts: dict[str, int], checkpoint: dict[str, Any], done: float
    ) -> None:
        """Write down what is done, once and for all, and hold on for another minute; `done` is 0 to 1.
        Raises LeaseLostError when another worker has the job."""
        self._write(
            assignments(
                {
                    "counts": counts,
                    "checkpoint": checkpoint,
                    "percent": min(99, int(done * 100)),
                    "lease_until": now + LEASE,
                    "stumbles": 0,
                    "eta_seconds": self._remaining(now, done),
                }
            )
        )
        if self.part is not None:
            self.whole.refresh(consistent_read=True)

    def finish(self, now: datetime, state: State, **changes: Any) -> None:
        """The work is over; `changes` are attributes such as message, files, undo_until or counts."""
        fixed = {"state": state.value, "finished_at": now} | changes
        if state in {State.SUCCEEDED, State.UNDONE}:
            fixed["percent"] = 100
        self._write(assignments(fixed | _FREE | {"eta_seconds": None}))

    def let_go(self) -> None:
        """Give the job back unfinished."""
        self._write(assignments(_FREE))

    def stumble(self, now: datetime, message: str) -> int:
        """Note a failure and give the job back; how often it failed since its last progress. At MAX_STUMBLES it is failed."""
        times = int(self.item.stumbles) + 1
        over = {"state": State.FAILED.value, "message": message, "finished_at": now, "eta_seconds": None}
        self._write(assignments({"stumbles": times} | _FREE | (over if times >= MAX_STUMBLES else {})))
        return times

    def begin_next_round(self, place: dict[str, Any]) -> None:
        """Give all parts of the job, which have ended, more to do; `place` is the job's own checkpoint. The workers are told.
        Raises LeaseLostError when another worker has the job."""
        job = self.job
        transaction = Transaction(self.tenant)
        onward = {"round": job.round + 1, "checkpoint": place, "stumbles": 0, "step": job.step + 1} | _FREE
        mine = (JobItem.lease == self.token) & (JobItem.step == job.step)
        lost = LeaseLostError()
        transaction.update(JobItem(self.item.pk, self.item.sk), assignments(onward), mine, lost)
        fresh = {"state": State.QUEUED.value, "checkpoint": None, "percent": 0, "finished_at": None}
        for part in parts_of(self.tenant, job.id):
            ended = PartItem.state == State.SUCCEEDED.value
            transaction.update(PartItem(part.pk, part.sk), assignments(fresh), ended, lost)
        enqueue_all(self.tenant, job, delay=LOOK_AGAIN)
        transaction.commit()
        enqueue_all(self.tenant, job)

    def _write(self, actions: Sequence[Action]) -> None:
        step = int(self.item.step)
        mine = (WorkItem.lease == self.token) & (WorkItem.step == step)
        signed = [*actions, WorkItem.step.set(step + 1), WorkItem.written_by.set(self.token)]
        if self.item.update_if(signed, mine):
            return
        # The write may have been ours, its answer lost and the request repeated.
        present = type(self.item).read(self.item.pk, self.item.sk, consistent=True)
        if present is None or present.written_by != self.token or present.step != step + 1:
            raise LeaseLostError
        self._hold(present)

    def _hold(self, item: WorkItem) -> None:
        self.item = item
        if isinstance(item, JobItem):
            self.whole = item

    def _remaining(self, now: datetime, done: float) -> int | None:
        worked, moved = (now - self.began_at).total_seconds(), done - self.began_done
        if moved <= 0 or worked < 1:
            return None
        return int(worked * (1 - done) / moved)


def take(tenant: Tenant, job_id: str, now: datetime, part: int | None = None) -> Lease | None:
    """Hold a job, or a part of it, that has work to do; None when another worker holds it or nothing is to be done."""
    token = secrets.token_hex(8)
    if part is None:
        job = JobItem(*place_of(tenant, job_id))
        return _begun(Lease(tenant, job, token, now, job)) if _held(job, token, now) else None
    begun = _begun_job(tenant, job_id, now)
    item = PartItem(*part_place(tenant, job_id, part))
    if begun is None or not _held(item, token, now):
        return None
    return _begun(Lease(tenant, item, token, now, begun, part))


def _held(item: WorkItem, token: str, now: datetime) -> bool:
    # `== token`: the first answer may have been lost and the request repeated.
    free = WorkItem.lease.does_not_exist() | (WorkItem.lease_until < now) | (WorkItem.lease == token)
    actions = [WorkItem.lease.set(token), WorkItem.lease_until.set(now + LEASE)]
    actions.append(WorkItem.started_at.set(WorkItem.started_at | now))
    return item.update_if(actions, free & WorkItem.state.is_in(*sorted(ACTIVE)))


def _begun_job(tenant: Tenant, job_id: str, now: datetime) -> JobItem | None:
    """The job of a part, at work: the first worker of a part begins it. None when it is over."""
    job = JobItem(*place_of(tenant, job_id))
    began = [JobItem.state.set(State.RUNNING.value), JobItem.started_at.set(JobItem.started_at | now)]
    if job.update_if(began, JobItem.state == State.QUEUED.value):
        return job
    present = JobItem.read(job.pk, job.sk, consistent=True)
    return present if present is not None and present.state in ACTIVE else None


def _begun(lease: Lease) -> Lease | None:
    lease.began_done = int(lease.item.percent) / 100
    if lease.item.state == State.QUEUED:
        try:
            lease._write(assignments({"state": State.RUNNING.value}))
        except LeaseLostError:
            # We stood still right after we took it.
            return None
    return lease
