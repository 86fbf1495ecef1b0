"""A run's branches as dispatches of messaging: opened before anything is planned for them, their gates follow the status."""

import re
from datetime import datetime

from regulars.campaigns.model import HOLD_OUT, Branch, Campaign, Phase, Run, Status
from regulars.campaigns.store import read_campaign
from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import natural_id
from regulars.kernel.jobs import State, get_job, move, request_stop
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging import Channel, Choice, Dispatch, Door, Message, get_dispatch, open_dispatch, set_gate

_DOORS = {Status.SENDING: Door.OPEN, Status.PAUSED: Door.PAUSED, Status.CANCELLED: Door.CLOSED}
# A job that planned no further: it failed, or somebody stopped it.
_ENDED = frozenset({State.FAILED, State.CANCELLED})
_LOOKS = 6


def branches_of(tenant: Tenant, campaign: Campaign, run: Run, phase: Phase) -> tuple[Branch, ...]:
    """The dispatches that a phase needs; their ids follow from what they are for."""
    plan = campaign.plan
    names = [one.name for one in plan.variants] or [""]
    if phase is Phase.REST:
        names = [run.winner]
    elif phase is Phase.FIRST and plan.hold_out:
        names.append(HOLD_OUT)
    return tuple(
        Branch(
            natural_id("dsp", run.at, tenant.id, campaign.id, str(run.number), phase.value, name), phase, name
        )
        for name in names
    )


def open_branch(tenant: Tenant, campaign: Campaign, run: Run, branch: Branch, now: datetime) -> None:
    """Open its dispatch; one that is open already stays as it is."""
    held = branch.variant == HOLD_OUT
    message = message_of(campaign, run, branch)
    dispatch = Dispatch(
        branch.id,
        utm_name(campaign),
        message,
        Door.OPEN,
        now,
        throttle_per_minute=0 if held else campaign.plan.throttle_per_minute,
        hold_out=held,
        utm=campaign.plan.utm.model_dump(include={"source", "medium"}, exclude_defaults=True),
    )
    tx = Transaction(tenant)
    open_dispatch(tx, dispatch)
    try:
        tx.commit()
    except ConflictError:
        # The same branch, opened by somebody who died before the run was written.
        get_dispatch(tenant, branch.id)


def message_of(campaign: Campaign, run: Run, branch: Branch) -> Message:
    """What a branch says. All of a run have one key: whatever its phase, a customer gets a run's message once."""
    plan = campaign.plan
    variant = plan.variant(branch.variant) or plan.variant(run.winner)
    if branch.variant == HOLD_OUT and plan.variants:
        # Whoever could be reached by the test at all: the first variant stands for it.
        variant = plan.variants[0]
    key = f"campaign:{campaign.id}:{run.number}"
    own = variant.subject if variant else ""
    channels = (variant.channel,) if variant and variant.channel else tuple(plan.channels)
    subject, choice = own or plan.subject, plan.choice
    if branch.phase is Phase.RESEND and plan.resend is not None:
        key, subject = f"{key}:resend", plan.resend.subject or subject
        channels, choice = (Channel.EMAIL,), Choice.FIRST
    return Message(
        key=key,
        at=run.at,
        template=(variant.template if variant else "") or plan.template,
        channels=channels,
        category=plan.category,
        choice=choice,
        values=plan.values,
        campaign_id=campaign.id,
        variant=branch.variant,
        dispatch_id=branch.id,
        subject=subject,
    )


def utm_name(campaign: Campaign) -> str:
    """What links say as their campaign."""
    slug = re.sub(r"[^a-z0-9]+", "-", campaign.name.casefold()).strip("-")
    return campaign.plan.utm.campaign or slug[:100] or campaign.id


def reconcile(tenant: Tenant, campaign_id: str, now: datetime) -> None:
    """Bring gates and job to where the status says. Whoever writes a gate looks at the status again afterwards, so the last
    word is the status's, however many do this at once."""
    for _ in range(_LOOKS):
        campaign = read_campaign(tenant, campaign_id)
        if campaign is None or campaign.run is None or campaign.status not in _DOORS:
            return
        for branch in campaign.run.branches:
            _turn(tenant, branch.id, _DOORS[campaign.status], now)
        _carry_job(tenant, campaign.run, campaign.status)
        after = read_campaign(tenant, campaign_id)
        if after is not None and after.status is campaign.status and _same(after.run, campaign.run):
            return


def _same(one: Run | None, other: Run) -> bool:
    return one is not None and {branch.id for branch in one.branches} <= {
        branch.id for branch in other.branches
    }


def _turn(tenant: Tenant, dispatch_id: str, door: Door, now: datetime) -> None:
    if get_dispatch(tenant, dispatch_id).state in {door, Door.CLOSED}:
        return
    try:
        set_gate(tenant, dispatch_id, door, now)
    except ConflictError:
        # Closed for good at the same moment.
        return


def _carry_job(tenant: Tenant, run: Run, status: Status) -> None:
    if not run.job:
        return
    try:
        if status is Status.CANCELLED:
            request_stop(tenant, run.job)
        elif status is Status.SENDING and get_job(tenant, run.job).state in _ENDED:
            move(
                tenant,
                run.job,
                _ENDED,
                State.QUEUED,
                stumbles=0,
                message=None,
                stopping=False,
                finished_at=None,
            )
    except ConflictError:
        # It has come to an end, or somebody else carries it on.
        return
