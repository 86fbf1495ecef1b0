"""What people do to campaigns: send, schedule, approve, pause, resume, cancel. The status is written first, with a timer that
brings gates and job to where it says if we die before doing so ourselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from regulars.campaigns.checking import check_references, require_ready
from regulars.campaigns.dispatching import reconcile
from regulars.campaigns.events import (
    CampaignCancelled,
    CampaignPaused,
    CampaignResumed,
    about_campaign,
)
from regulars.campaigns.model import Campaign, Move, Status, moved
from regulars.campaigns.plan import Schedule, ScheduleKind
from regulars.campaigns.runs import begin_run, wait_for
from regulars.campaigns.scheduling import arm_start, disarm_start, start_timer
from regulars.campaigns.service import by_the_latest, get_campaign
from regulars.campaigns.spending import budget_left
from regulars.campaigns.store import save_campaign
from regulars.campaigns.uses import note_uses
from regulars.kernel.errors import ConflictError, InvalidError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm
from regulars.kernel.transaction import Transaction

RECONCILE = "campaign.reconcile"
_DATED = frozenset({ScheduleKind.AT, ScheduleKind.RECURRING})


def send_campaign(
    tenant: Tenant, campaign_id: str, *, now: datetime, by: str = "", once: Once | None = None
) -> Campaign:
    """Begin at once. Raises InvalidError with all that is missing, ConflictError for one with a date or past being a draft."""
    recall(tenant, once)

    def write() -> Campaign:
        before = _draft(tenant, campaign_id, Move.SEND)
        if before.plan.schedule.kind in _DATED:
            raise ConflictError("this campaign has a date: schedule it, or set its schedule to now")
        require_ready(tenant, before, now)
        return begin_run(tenant, before, Move.SEND, now=now, by=by, once=once)

    return by_the_latest(write)


def schedule_campaign(
    tenant: Tenant,
    campaign_id: str,
    *,
    now: datetime,
    schedule: Schedule | None = None,
    once: Once | None = None,
) -> Campaign:
    """Have it begin by itself, by its own schedule or a new one. Raises InvalidError, ConflictError."""
    recall(tenant, once)

    def write() -> Campaign:
        before = _draft(tenant, campaign_id, Move.SCHEDULE)
        plan = before.plan if schedule is None else before.plan.model_copy(update={"schedule": schedule})
        if plan.schedule.at is None:
            raise InvalidError.of("/schedule/at", "choose when; to begin at once, send it")
        after = replace(before, plan=plan, status=moved(before.status, Move.SCHEDULE), note="")
        check_references(tenant, plan)
        require_ready(tenant, after, now)
        tx = Transaction(tenant)
        after = arm_start(tx, before, replace(after, updated_at=now, version=before.version + 1), now)
        return _saved(tx, before, after, once)

    return by_the_latest(write)


def unschedule_campaign(tenant: Tenant, campaign_id: str, *, now: datetime) -> Campaign:
    """Back to a draft. Raises ConflictError once it has begun."""

    def write() -> Campaign:
        before = get_campaign(tenant, campaign_id)
        tx = Transaction(tenant)
        disarm_start(tx, before)
        status = moved(before.status, Move.UNSCHEDULE)
        after = replace(before, status=status, due_at=None, nominal_at=None, note="", updated_at=now)
        return _saved(tx, before, replace(after, version=before.version + 1))

    return by_the_latest(write)


def approve_campaign(
    tenant: Tenant, campaign_id: str, *, now: datetime, by: str = "", once: Once | None = None
) -> Campaign:
    """Begin one that waits for approval, at once. Raises ConflictError when it does not wait, InvalidError."""
    recall(tenant, once)

    def write() -> Campaign:
        before = _draft(tenant, campaign_id, Move.APPROVE)
        require_ready(tenant, _undated(before), now)
        return begin_run(tenant, before, Move.APPROVE, now=now, by=by, once=once)

    return by_the_latest(write)


def pause_campaign(
    tenant: Tenant,
    campaign_id: str,
    *,
    now: datetime,
    once: Once | None = None,
    reason: str = "",
    note: str = "",
) -> Campaign:
    """Nothing goes out from here on: batches are parked, a date is passed over. `reason` and `note` say why, to programs and to
    people, when nobody asked for it. Raises ConflictError."""

    def write() -> Campaign:
        before = get_campaign(tenant, campaign_id)
        after = replace(
            before, status=moved(before.status, Move.PAUSE), note=note or before.note, updated_at=now
        )
        tx = Transaction(tenant)
        paused = CampaignPaused(campaign_id=after.id, run=after.runs, reason=reason)
        tx.emit(paused, about_campaign(tenant, after.id), at=now)
        if not before.running:
            disarm_start(tx, before)
        return _saved(tx, before, after, once, now)

    return _reconciled(tenant, once, write, now)


def resume_campaign(tenant: Tenant, campaign_id: str, *, now: datetime, once: Once | None = None) -> Campaign:
    """Go on where it was paused or failed; one that had not begun waits for its date again. Raises ConflictError, also when
    nothing of its budget is left."""

    def write() -> Campaign:
        before = get_campaign(tenant, campaign_id)
        status = moved(before.status, Move.RESUME)
        if before.running and (left := budget_left(tenant, before)) is not None and left <= 0:
            raise ConflictError("nothing is left of its budget: raise it first")
        tx = Transaction(tenant)
        resumed = CampaignResumed(campaign_id=before.id, run=before.runs)
        tx.emit(resumed, about_campaign(tenant, before.id), at=now)
        after = replace(before, status=status, note="", updated_at=now)
        if not before.running:
            after = replace(after, status=Status.SCHEDULED)
            arm(tx, start_timer(tenant, after.id, after.due_at or now))
        elif before.run is not None and after.run is not None and before.run.later:
            after = replace(after, run=replace(after.run, seen_at=now))
            after = wait_for(tx, after, before.run.later, max(before.run.later_at or now, now))
        return _saved(tx, before, after, once, now)

    return _reconciled(tenant, once, write, now)


def cancel_campaign(tenant: Tenant, campaign_id: str, *, now: datetime, once: Once | None = None) -> Campaign:
    """For good. When this returns no further message of it is claimed. Raises ConflictError."""

    def write() -> Campaign:
        before = get_campaign(tenant, campaign_id)
        status = moved(before.status, Move.CANCEL)
        tx = Transaction(tenant)
        if not before.running:
            disarm_start(tx, before)
        run = before.run
        if run is not None and run.ended_at is None:
            run = replace(run, later="", later_at=None, ended_at=now)
        after = replace(
            before, status=status, run=run, due_at=None, nominal_at=None, ended_at=now, updated_at=now
        )
        cancelled = CampaignCancelled(campaign_id=after.id, run=after.runs)
        tx.emit(cancelled, about_campaign(tenant, after.id), at=now)
        note_uses(tx, before, after)
        return _saved(tx, before, after, once, now)

    return _reconciled(tenant, once, write, now)


def _draft(tenant: Tenant, campaign_id: str, move: Move) -> Campaign:
    found = get_campaign(tenant, campaign_id)
    moved(found.status, move)
    if found.archived:
        raise ConflictError("this campaign is archived; take it out of the archive first")
    return found


def _undated(campaign: Campaign) -> Campaign:
    """As for the checks of one whose date has passed."""
    now = Schedule(kind=ScheduleKind.NOW)
    return replace(campaign, plan=campaign.plan.model_copy(update={"schedule": now}))


def _saved(
    tx: Transaction,
    before: Campaign,
    after: Campaign,
    once: Once | None = None,
    now: datetime | None = None,
) -> Campaign:
    """Commit; with `now`, with the timer that reconciles should we not come to it."""
    kept = replace(after, revision=before.revision + 1)
    tx.remember(once, kept)
    save_campaign(tx, after, before)
    if now is not None:
        arm(tx, Timer(tx.tenant, RECONCILE, after.id, now))
    tx.commit()
    return kept


def _reconciled(tenant: Tenant, once: Once | None, write: Callable[[], Campaign], now: datetime) -> Campaign:
    recall(tenant, once)
    campaign = by_the_latest(write)
    reconcile(tenant, campaign.id, now)
    return campaign
