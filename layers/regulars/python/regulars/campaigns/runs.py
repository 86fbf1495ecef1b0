"""How a run goes on: phases, the passes of a phase, and what waits in between. Each step is one transaction with the job that
does it, or with the timer that ends the waiting, so no crash leaves a run without somebody who carries it on."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from regulars.campaigns.dispatching import branches_of, open_branch
from regulars.campaigns.events import CampaignCompleted, CampaignFailed, CampaignStarted, about_campaign
from regulars.campaigns.model import Campaign, Move, Phase, Run, Status, moved
from regulars.campaigns.plan import ScheduleKind
from regulars.campaigns.scheduling import arm_next
from regulars.campaigns.sources import PARTS
from regulars.campaigns.store import save_campaign
from regulars.campaigns.uses import note_uses
from regulars.kernel.clock import iso
from regulars.kernel.idempotency import Once
from regulars.kernel.jobs import Job, create_job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm
from regulars.kernel.transaction import Transaction

JOB = "campaign.send"
# How long after the last batch was told the results are looked at, and how long between two looks at the most.
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=5), timedelta(minutes=30)
_LOOKS_APART = 9
Write = Callable[[Transaction, Campaign], None]


def nothing_more(tx: Transaction, campaign: Campaign) -> None:
    """For steps that write no more than themselves."""


def begin_run(
    tenant: Tenant,
    before: Campaign,
    move: Move,
    *,
    now: datetime,
    by: str = "",
    once: Once | None = None,
    also: Write = nothing_more,
) -> Campaign:
    """Begin the next run. Raises ConflictError when the status does not allow it, CampaignMovedError."""
    run = Run(before.runs + 1, now, before.nominal_at or now)
    after = replace(
        before,
        status=moved(before.status, move),
        runs=run.number,
        run=run,
        due_at=None,
        nominal_at=run.due_at,
        started_at=before.started_at or now,
        ended_at=None,
        note="",
    )

    def write(tx: Transaction, campaign: Campaign) -> None:
        also(tx, campaign)
        started = CampaignStarted(campaign_id=campaign.id, run=run.number)
        tx.emit(started, about_campaign(tenant, campaign.id), at=now)
        note_uses(tx, before, campaign)

    return begin_phase(tenant, before, after, Phase.FIRST, now=now, by=by, once=once, also=write)


def begin_phase(
    tenant: Tenant,
    before: Campaign,
    after: Campaign,
    phase: Phase,
    *,
    now: datetime,
    by: str = "",
    once: Once | None = None,
    also: Write = nothing_more,
) -> Campaign:
    """Open what the phase sends through and have it planned."""
    run = after.run
    assert run is not None
    branches = branches_of(tenant, after, run, phase)
    for branch in branches:
        open_branch(tenant, after, run, branch, now)
    run = replace(run, phase=phase, phase_at=now, branches=(*run.branches, *branches), passes=())
    return begin_step(tenant, before, replace(after, run=run), None, now=now, by=by, once=once, also=also)


def begin_step(
    tenant: Tenant,
    before: Campaign,
    after: Campaign,
    due: datetime | None,
    *,
    now: datetime,
    by: str = "",
    once: Once | None = None,
    also: Write = nothing_more,
) -> Campaign:
    """Have a pass planned by a job: the phase's beginning (`due` None) or those who are due in a quarter-hour."""
    run = after.run
    assert run is not None
    run = replace(run, planning=due, step=run.step + 1, later="", later_at=None, looks=0)
    spec = {"campaign": after.id, "run": run.number, "step": run.step, "phase": run.phase.value}
    spec |= {"pass": iso(due)} if due else {}

    def saved(job: Job) -> Campaign:
        return replace(after, run=replace(run, job=job.id), updated_at=now, revision=before.revision + 1)

    def write(tx: Transaction, job: Job) -> None:
        save_campaign(tx, saved(job), before)
        also(tx, saved(job))

    name = f"Campaign “{after.name}”"
    return saved(
        create_job(tenant, JOB, name, spec, now=now, by=by, parts=PARTS, once=once, answer=saved, also=write)
    )


def planned(
    tenant: Tenant, before: Campaign, counts: dict[str, int], passes: Iterable[datetime], now: datetime
) -> None:
    """A job is through: note what it planned, and wait for what comes next. Raises CampaignMovedError."""
    run = before.run
    assert run is not None
    branches = tuple(
        replace(one, planned=one.planned + counts.get(f"branch_{place}", 0))
        for place, one in enumerate(run.branches)
    )
    still = sorted({*run.passes, *passes} - ({run.planning} if run.planning else set()))
    run = replace(run, branches=branches, passes=tuple(still), planning=None, job="", seen_at=now)
    tx = Transaction(tenant)
    after = wait(tx, replace(before, run=run, updated_at=now), now)
    save_campaign(tx, after, before)
    tx.commit()


def wait(tx: Transaction, campaign: Campaign, now: datetime) -> Campaign:
    """The campaign with what its run waits for now, for which `tx` arms the timer."""
    run, plan = campaign.run, campaign.plan
    assert run is not None
    undecided = run.phase is Phase.FIRST and run.decision is None and len(plan.variants) > 1
    if run.passes:
        later, at = "pass", max(run.passes[0], now)
    elif undecided and plan.test is not None:
        later, at = "decide", now + timedelta(hours=plan.test.after_hours)
    elif plan.resend is not None and run.phase is not Phase.RESEND:
        later, at = "resend", now + timedelta(hours=plan.resend.after_hours)
    else:
        later, at = "check", now + min(FIRST_LOOK * 2 ** min(run.looks, _LOOKS_APART), LONGEST_LOOK)
    return wait_for(tx, campaign, later, at)


def wait_for(tx: Transaction, campaign: Campaign, later: str, at: datetime) -> Campaign:
    """The campaign waiting for a timer, which `tx` arms."""
    assert campaign.run is not None
    arm(tx, Timer(tx.tenant, f"campaign.{later}", campaign.id, at))
    return replace(campaign, run=replace(campaign.run, later=later, later_at=at))


def end_run(tx: Transaction, before: Campaign, now: datetime, note: str = "") -> None:
    """Add to `tx` that the run is through: the campaign is completed or, if it recurs, waits for its next occurrence."""
    run = before.run
    assert run is not None
    over = replace(run, later="", later_at=None, ended_at=now)
    after = replace(before, run=over, updated_at=now, note=note)
    again = None
    if before.plan.schedule.kind is ScheduleKind.RECURRING:
        again = arm_next(tx, replace(after, status=moved(before.status, Move.REST)), run.due_at, now)
    after = again or replace(after, status=moved(before.status, Move.COMPLETE), ended_at=now, nominal_at=None)
    save_campaign(tx, after, before)
    completed = CampaignCompleted(campaign_id=after.id, run=run.number, planned=over.planned)
    tx.emit(completed, about_campaign(tx.tenant, after.id), at=now)
    note_uses(tx, before, after)


def fail_run(tenant: Tenant, before: Campaign, reason: str, now: datetime) -> None:
    """Planning failed for good; `resume` tries again. Raises CampaignMovedError."""
    if before.run is None or before.status is not Status.SENDING:
        return
    tx = Transaction(tenant)
    after = replace(before, status=moved(before.status, Move.FAIL), note=reason[:500], updated_at=now)
    save_campaign(tx, after, before)
    failed = CampaignFailed(campaign_id=after.id, run=before.run.number, reason=reason[:500])
    tx.emit(failed, about_campaign(tenant, after.id), at=now)
    tx.commit()
