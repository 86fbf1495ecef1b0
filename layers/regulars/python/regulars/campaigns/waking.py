"""What a campaign's timers do. Each settles its timer in the transaction of what it does; one that fires for what is not
awaited any more (paused, cancelled, moved to another date) is settled and does nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from regulars.campaigns.checking import check_campaign
from regulars.campaigns.deciding_winner import arm_of, decided
from regulars.campaigns.dispatching import reconcile
from regulars.campaigns.events import CampaignNeedsApproval, WinnerChosen, about_campaign
from regulars.campaigns.lifecycle import RECONCILE
from regulars.campaigns.model import Campaign, Move, Phase, Status, moved
from regulars.campaigns.runs import begin_phase, begin_run, begin_step, end_run, wait, wait_for
from regulars.campaigns.scheduling import LATE, START
from regulars.campaigns.service import by_the_latest
from regulars.campaigns.store import read_campaign, save_campaign
from regulars.campaigns.totals import by_variant, handled, totals_by_branch
from regulars.kernel.clock import iso
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.timers import Timer, disarm, settle
from regulars.kernel.transaction import Transaction
from regulars.messaging import messaging_settings
from regulars.platform import settings_of

# After this time without one more batch having come through, the run ends all the same, and says how many are missing.
PATIENCE = timedelta(days=3)
Handler = Callable[[Timer, Campaign, datetime], None]


def wake(timer: Timer, now: datetime) -> None:
    """Do what a timer of a campaign asks for."""

    def work() -> None:
        campaign = read_campaign(timer.tenant, timer.subject)
        if campaign is None or not _awaited(timer, campaign):
            return _drop(timer)
        return _HANDLERS[timer.name](timer, campaign, now)

    try:
        by_the_latest(work)
    except AlreadyHandledError:
        # Fired twice, and the other was faster.
        return


def _awaited(timer: Timer, campaign: Campaign) -> bool:
    if timer.name == RECONCILE:
        return True
    if timer.name == START:
        return campaign.status is Status.SCHEDULED and campaign.due_at == timer.due
    run = campaign.run
    if run is None or campaign.status is not Status.SENDING or run.job:
        return False
    return f"campaign.{run.later}" == timer.name and run.later_at == timer.due


def _drop(timer: Timer) -> None:
    tx = Transaction(timer.tenant)
    disarm(tx, timer)
    tx.commit()


def _reconcile(timer: Timer, campaign: Campaign, now: datetime) -> None:
    reconcile(timer.tenant, campaign.id, now)
    _drop(timer)


def _start(timer: Timer, campaign: Campaign, now: datetime) -> None:
    late = now > timer.due + LATE
    reason = "Its moment passed while nothing could be sent." if late else _obstacle(timer, campaign, now)
    if not reason:
        begin_run(timer.tenant, campaign, Move.START, now=now, also=lambda tx, _: settle(tx, timer))
        return
    tx = Transaction(timer.tenant)
    settle(tx, timer)
    asking = moved(campaign.status, Move.ASK)
    save_campaign(tx, replace(campaign, status=asking, note=reason, updated_at=now), campaign)
    asked = CampaignNeedsApproval(campaign_id=campaign.id, run=campaign.runs, reason=reason)
    tx.emit(asked, about_campaign(timer.tenant, campaign.id), at=now)
    tx.commit()


def _obstacle(timer: Timer, campaign: Campaign, now: datetime) -> str:
    """What has come to be wrong with a plan since it was scheduled; its date has come, so that is no fault."""
    found = check_campaign(timer.tenant, campaign, now)
    faults = [one for one in found if one.level == "fault" and not one.pointer.startswith("/schedule")]
    return f"It cannot be sent as it is: {faults[0].detail}." if faults else ""


def _pass(timer: Timer, campaign: Campaign, now: datetime) -> None:
    run = campaign.run
    assert run is not None
    begin_step(timer.tenant, campaign, campaign, run.passes[0], now=now, also=lambda tx, _: settle(tx, timer))


def _decide(timer: Timer, campaign: Campaign, now: datetime) -> None:
    tenant, run, test = timer.tenant, campaign.run, campaign.plan.test
    assert run is not None
    assert test is not None
    sums = by_variant(run, totals_by_branch(tenant, run))
    attribution = messaging_settings(tenant).attribution
    arms = [arm_of(one.name, sums[one.name], test.winner, attribution) for one in test.variants]
    decision = decided(test, arms, settings_of(tenant).currency, iso(now))
    if not decision["enough"] and not run.looks:
        return _wait_once_more(timer, campaign, now, test.after_hours)
    after = replace(campaign, run=replace(run, decision=decision))

    def write(tx: Transaction, kept: Campaign) -> None:
        settle(tx, timer)
        chosen = WinnerChosen(
            campaign_id=campaign.id,
            run=run.number,
            winner=decision["winner"],
            by=decision["by"],
            statement=decision["statement"],
        )
        tx.emit(chosen, about_campaign(tenant, campaign.id), at=now)

    if test.decides:
        begin_phase(tenant, campaign, after, Phase.REST, now=now, also=write)
        return None
    tx = Transaction(tenant)
    after = wait(tx, replace(after, updated_at=now), now)
    write(tx, after)
    save_campaign(tx, after, campaign)
    return tx.commit()


def _wait_once_more(timer: Timer, campaign: Campaign, now: datetime, hours: float) -> None:
    """Too few recipients so far: as long again, once."""
    assert campaign.run is not None
    tx = Transaction(timer.tenant)
    settle(tx, timer)
    looked = replace(campaign, run=replace(campaign.run, looks=1), updated_at=now)
    save_campaign(tx, wait_for(tx, looked, "decide", now + timedelta(hours=hours)), campaign)
    tx.commit()


def _resend(timer: Timer, campaign: Campaign, now: datetime) -> None:
    begin_phase(timer.tenant, campaign, campaign, Phase.RESEND, now=now, also=lambda tx, _: settle(tx, timer))


def _check(timer: Timer, campaign: Campaign, now: datetime) -> None:
    run = campaign.run
    assert run is not None
    done = handled(run, totals_by_branch(timer.tenant, run))
    missing, since = max(0, run.planned - done), run.seen_at or now
    tx = Transaction(timer.tenant)
    settle(tx, timer)
    if not missing or (done <= run.seen and now - since > PATIENCE):
        note = f"What became of {missing:,} of {run.planned:,} customers is not known." if missing else ""
        end_run(tx, campaign, now, note)
    else:
        looked = replace(run, looks=run.looks + 1, seen=done, seen_at=since if done <= run.seen else now)
        save_campaign(tx, wait(tx, replace(campaign, run=looked, updated_at=now), now), campaign)
    tx.commit()


_HANDLERS: Mapping[str, Handler] = {
    START: _start,
    RECONCILE: _reconcile,
    "campaign.pass": _pass,
    "campaign.decide": _decide,
    "campaign.resend": _resend,
    "campaign.check": _check,
}
OWNERS: Mapping[str, Callable[[Timer, datetime], None]] = dict.fromkeys(_HANDLERS, wake)
