"""A worker's turn at a job: take it, have its owner carry it on, hand it on when time is short, account for failures.

Which capability owns jobs of which type is for the caller to say. Of a job in parts each part has its turns; whoever ends the
last part (or finds that all have ended, because that worker died) has the job's own turn, in which the owner concludes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.kernel.context import Work, begin_work
from regulars.kernel.errors import BrokenError, InvalidError, NotFoundError, RegularsError
from regulars.kernel.files import Files, S3Files
from regulars.kernel.job_items import PartItem, counts_of, parts_of
from regulars.kernel.jobs import ACTIVE, LOOK_AGAIN, Job, State, Turn, enqueue, get_job
from regulars.kernel.leases import MAX_STUMBLES, Lease, LeaseLostError, take
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant

# What is left of a Lambda's time when the next one takes over.
RESERVE_SECONDS = 60.0
_log = logger("jobs")


@dataclass(slots=True)
class Hands:
    """What a worker works with: a lease, files, the time, and the seconds that it still has."""

    tenant: Tenant
    lease: Lease
    files: Files
    now: Callable[[], datetime]
    seconds_left: Callable[[], float]

    @property
    def in_haste(self) -> bool:
        return self.seconds_left() < RESERVE_SECONDS


def _nothing_more(hands: Hands, outcome: State, message: str | None) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Owner:
    """What carries on jobs of a type.

    `carry_on` works until the end, a request to stop or the end of the time. Of a whole job it says whether the job has ended,
    having finished it or let it go; of a part, whether the part is through, and the lease is left alone. `conclude` is called
    when all parts of a job have ended (succeeded or cancelled) or one has failed, perhaps more than once; it says whether that
    is the end (False: it has begun another round). `reached` says in words how far the work at hand is.
    """

    carry_on: Callable[[Hands], bool]
    conclude: Callable[[Hands, State, str | None], bool] = _nothing_more
    reached: Callable[[Lease], str] = lambda lease: f"after step {int(lease.item.step)}"


Owners = Mapping[str, Owner]


def take_turn(
    owners: Owners, turn: Turn, *, now: Callable[[], datetime], seconds_left: Callable[[], float]
) -> None:
    """Carry a job, or a part of it, as far as it goes. When it is in another's hands, look again later: that worker may die."""
    tenant, job_id, part = turn.tenant, turn.job_id, turn.part
    begin_work(Work(correlation=job_id, tenant=tenant.id, actor=f"job:{job_id}"))
    job = _job(tenant, job_id)
    if job is None or job.state not in ACTIVE:
        return
    lease = take(tenant, job_id, now(), part) if part is not None or not job.parts else None
    if lease is not None:
        _try(owners, Hands(tenant, lease, S3Files(tenant), now, seconds_left))
    elif not job.parts:
        _look_again(turn)
    if job.parts:
        _settle(owners, turn, now, seconds_left, held=lease is not None)


def _job(tenant: Tenant, job_id: str) -> Job | None:
    try:
        return get_job(tenant, job_id)
    except NotFoundError:
        _log.warning("a message for a job that is not there", extra={"job": job_id})
        return None


def _try(owners: Owners, hands: Hands, work: Callable[[Owner, Hands], bool] | None = None) -> None:
    lease = hands.lease
    turn = Turn(hands.tenant, lease.job.id, lease.part)
    try:
        if not _worked(owners, hands, work or _carry_on):
            enqueue(turn.tenant, turn.job_id, turn.part)
    except LeaseLostError:
        _look_again(turn)


def _worked(owners: Owners, hands: Hands, work: Callable[[Owner, Hands], bool]) -> bool:
    """Whether nobody need be called to go on."""
    try:
        return work(_owner(owners, hands.lease.job), hands)
    except LeaseLostError:
        raise
    except InvalidError as error:
        # What was asked for is at fault: trying again would not help.
        hands.lease.finish(hands.now(), State.FAILED, message=error.detail)
    except Exception as error:  # noqa: BLE001  (the outermost edge of a job)
        _stumble(owners, hands, error)
    return True


def _owner(owners: Owners, job: Job) -> Owner:
    if job.type not in owners:
        raise BrokenError(f"nobody owns jobs of type {job.type!r}")
    return owners[job.type]


def _carry_on(owner: Owner, hands: Hands) -> bool:
    lease = hands.lease
    if lease.part is None:
        return owner.carry_on(hands)
    through = not lease.stopping and owner.carry_on(hands)
    if through:
        lease.finish(hands.now(), State.SUCCEEDED)
    elif lease.whole.stopping:
        lease.finish(hands.now(), State.CANCELLED)
    else:
        lease.let_go()
    # Of a job that is over, nothing more is to be done.
    return through or lease.stopping


def _look_again(turn: Turn) -> None:
    job = _job(turn.tenant, turn.job_id)
    if job is not None and job.state in ACTIVE:
        enqueue(turn.tenant, turn.job_id, turn.part, delay=LOOK_AGAIN)


def _stumble(owners: Owners, hands: Hands, error: Exception) -> None:
    lease = hands.lease
    job = lease.job
    _log.exception("a job stumbled", extra={"job": job.id, "part": lease.part, "step": job.step})
    reason = error.detail if isinstance(error, RegularsError) else "something went wrong on our side"
    reached = owners[job.type].reached(lease) if job.type in owners else "at once"
    times = lease.stumble(hands.now(), f"stopped {reached}: {reason}. It can be resumed.")
    if times < MAX_STUMBLES:
        enqueue(hands.tenant, job.id, lease.part, delay=2**times)


def _settle(
    owners: Owners,
    turn: Turn,
    now: Callable[[], datetime],
    seconds_left: Callable[[], float],
    *,
    held: bool,
) -> None:
    """Conclude a job whose parts have all ended, or one of which has failed. Parts are judged before the job is taken: of
    two workers who end the last two parts at the same moment, the later one sees both ended."""
    parts = parts_of(turn.tenant, turn.job_id)
    outcome, message = _outcome(parts)
    if outcome is None:
        if not held and turn.part is not None and parts[turn.part].state in ACTIVE:
            _look_again(turn)
        return
    whole = Turn(turn.tenant, turn.job_id)
    lease = take(turn.tenant, turn.job_id, now())
    if lease is None:
        _look_again(whole)
        return
    hands = Hands(turn.tenant, lease, S3Files(turn.tenant), now, seconds_left)
    _try(owners, hands, lambda owner, hands: _conclude(owner, hands, outcome, message))


def _outcome(parts: list[PartItem]) -> tuple[State | None, str | None]:
    states = {part.state for part in parts}
    if State.FAILED in states:
        return State.FAILED, next(part.message for part in parts if part.state == State.FAILED)
    if states & ACTIVE:
        return None, None
    return (State.CANCELLED if State.CANCELLED in states else State.SUCCEEDED), None


def _conclude(owner: Owner, hands: Hands, outcome: State, message: str | None) -> bool:
    # Judged again under the lease: another may have concluded the round meanwhile and begun the next.
    parts = parts_of(hands.tenant, hands.lease.job.id)
    if _outcome(parts) != (outcome, message):
        hands.lease.let_go()
        return True
    if owner.conclude(hands, outcome, message):
        told = {} if message is None else {"message": message}
        hands.lease.finish(hands.now(), outcome, counts=counts_of(parts), **told)
    return True
