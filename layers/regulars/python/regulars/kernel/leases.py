"""The worker's side of jobs.

A worker holds the job by a lease that each checkpoint renews. Checkpoint, counts and lease are one conditional write: a worker
that lost its lease (it stood still too long, another took over) cannot write any more. What a worker does between two
checkpoints is repeated after a crash, so every effect of a job must be harmless when repeated.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.update import Action

from regulars.kernel.errors import RegularsError
from regulars.kernel.jobs import ACTIVE, Job, JobItem, State, assignments, place_of
from regulars.kernel.tenancy import Tenant

LEASE = timedelta(seconds=60)
# A job that fails this often without any progress between is not tried again by itself.
MAX_STUMBLES = 5
_FREE: dict[str, Any] = {"lease": None, "lease_until": None}


class LeaseLostError(RegularsError):
    """Another worker holds the job; this one must stop without writing anything more."""


@dataclass(slots=True)
class Lease:
    """One worker's hold on a job; `token` proves it."""

    tenant: Tenant
    item: JobItem
    token: str
    began_at: datetime
    began_done: float = 0.0

    @property
    def job(self) -> Job:
        return Job.of(self.item)

    @property
    def stopping(self) -> bool:
        """Somebody asked for the job to be cancelled."""
        return bool(self.item.stopping)

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

    def finish(self, now: datetime, state: State, **changes: Any) -> None:
        """The job's work is over; `changes` are attributes such as message, files, undo_until or counts."""
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

    def _write(self, actions: Sequence[Action]) -> None:
        step = int(self.item.step)
        mine = (JobItem.lease == self.token) & (JobItem.step == step)
        signed = [*actions, JobItem.step.set(step + 1), JobItem.written_by.set(self.token)]
        if self.item.update_if(signed, mine):
            return
        # The write may have been ours, its answer lost and the request repeated.
        present = JobItem.read(self.item.pk, self.item.sk, consistent=True)
        if present is None or present.written_by != self.token or present.step != step + 1:
            raise LeaseLostError
        self.item = present

    def _remaining(self, now: datetime, done: float) -> int | None:
        worked, moved = (now - self.began_at).total_seconds(), done - self.began_done
        if moved <= 0 or worked < 1:
            return None
        return int(worked * (1 - done) / moved)


def take(tenant: Tenant, job_id: str, now: datetime) -> Lease | None:
    """Hold a job that has work to do, or None when another worker holds it or nothing is to be done."""
    item = JobItem(*place_of(tenant, job_id))
    token = secrets.token_hex(8)
    # `== token`: the first answer may have been lost and the request repeated.
    free = JobItem.lease.does_not_exist() | (JobItem.lease_until < now) | (JobItem.lease == token)
    actions = [JobItem.lease.set(token), JobItem.lease_until.set(now + LEASE)]
    actions.append(JobItem.started_at.set(JobItem.started_at | now))
    if not item.update_if(actions, free & JobItem.state.is_in(*sorted(ACTIVE))):
        return None
    lease = Lease(tenant, item, token, now, began_done=int(item.percent) / 100)
    if item.state == State.QUEUED:
        lease._write(assignments({"state": State.RUNNING.value}))
    return lease
