"""Workers of this process for the jobs of a tenant's segments."""

from collections.abc import Callable
from datetime import datetime

from regulars.kernel.jobs import ACTIVE, Job, Turn, get_job, list_jobs
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import take_turn
from run_jobs.owners import OWNERS


def turn(
    tenant: Tenant,
    job_id: str,
    part: int | None,
    now: Callable[[], datetime] | datetime,
    seconds_left: float = 600,
) -> Job:
    """One worker's turn at a job or a part of it."""
    clock = now if callable(now) else lambda: now
    take_turn(OWNERS, Turn(tenant, job_id, part), now=clock, seconds_left=lambda: seconds_left)
    return get_job(tenant, job_id)


def finish(tenant: Tenant, job: Job, now: datetime) -> Job:
    """Give a job turns until it is over."""
    job = get_job(tenant, job.id)
    for _ in range(100 if job.state in ACTIVE else 0):
        for part in range(job.parts) if job.parts else (None,):
            job = turn(tenant, job.id, part, now)
            if job.state not in ACTIVE:
                return job
    assert job.state not in ACTIVE, "it does not end"
    return job


def run_jobs(tenant: Tenant, now: datetime) -> list[Job]:
    """Carry on every job of the tenant until none has anything to do; as they ended, the oldest first."""
    waiting = [job for job in list_jobs(tenant, limit=100).items if job.state in ACTIVE]
    return [finish(tenant, job, now) for job in reversed(waiting)]
