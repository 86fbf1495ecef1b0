"""A worker's turn at a job: take it, do what its kind asks, hand it on when time is short, and account for failures."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.imports.exporting import run_export
from regulars.imports.loading import loader_of
from regulars.imports.model import EXPORT, ImportSpec
from regulars.imports.runner import Hands, run_import
from regulars.imports.undoing import run_undo
from regulars.kernel.context import Work, begin_work
from regulars.kernel.errors import InvalidError, NotFoundError, RegularsError
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import ACTIVE, LOOK_AGAIN, State, enqueue, get_job
from regulars.kernel.leases import MAX_STUMBLES, Lease, LeaseLostError, take
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.platform import settings_of

_log = logger("jobs")


def work_on(
    tenant: Tenant, job_id: str, *, now: Callable[[], datetime], seconds_left: Callable[[], float]
) -> None:
    """Carry a job as far as it goes. When it is in another's hands, look again later: that worker may die."""
    begin_work(Work(correlation=job_id, tenant=tenant.id, actor=f"job:{job_id}"))
    lease = take(tenant, job_id, now())
    if lease is None:
        _look_again(tenant, job_id)
        return
    hands = Hands(tenant, lease, S3Files(tenant), now, seconds_left)
    try:
        if not _carry_on(hands):
            enqueue(tenant, job_id)
    except LeaseLostError:
        _look_again(tenant, job_id)
    except InvalidError as error:
        # The file itself is at fault: trying again would not help.
        lease.finish(now(), State.FAILED, message=error.detail)
    except Exception as error:  # noqa: BLE001  (the outermost edge of a job)
        _stumble(tenant, lease, error, now())


def _carry_on(hands: Hands) -> bool:
    job = hands.lease.job
    if job.state is State.UNDOING:
        return run_undo(hands)
    if job.type == EXPORT:
        return run_export(hands)
    settings = settings_of(hands.tenant)
    spec = ImportSpec.of(job.spec)
    loader = loader_of(hands.tenant, job, spec, settings, hands.now())
    return run_import(hands, spec, loader, ZoneInfo(settings.time_zone))


def _look_again(tenant: Tenant, job_id: str) -> None:
    try:
        job = get_job(tenant, job_id)
    except NotFoundError:
        _log.warning("a message for a job that is not there", extra={"job": job_id})
        return
    if job.state in ACTIVE:
        enqueue(tenant, job_id, delay=LOOK_AGAIN)


def _stumble(tenant: Tenant, lease: Lease, error: Exception, at: datetime) -> None:
    job = lease.job
    _log.exception("a job stumbled", extra={"job": job.id, "step": job.step})
    reason = error.detail if isinstance(error, RegularsError) else "something went wrong on our side"
    line = job.checkpoint.get("line", 0)
    times = lease.stumble(at, f"stopped after line {line}: {reason}. It can be resumed.")
    if times < MAX_STUMBLES:
        enqueue(tenant, job.id, delay=2**times)
