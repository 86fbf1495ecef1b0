"""Whatever people and time do to a campaign in whatever order, it keeps its promises, and what is not allowed is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars import campaigns
from regulars.campaigns import Campaign, CampaignChange, Status
from regulars.campaigns.model import MOVES, Move, moved
from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError, StaleError
from regulars.kernel.jobs import ACTIVE, get_job
from regulars.messaging import Door, get_dispatch
from tests.integration.campaigns.stage import Stage

PEOPLE: dict[str, Callable[..., Any]] = {
    "send": campaigns.send_campaign,
    "schedule": campaigns.schedule_campaign,
    "unschedule": campaigns.unschedule_campaign,
    "approve": campaigns.approve_campaign,
    "pause": campaigns.pause_campaign,
    "resume": campaigns.resume_campaign,
    "cancel": campaigns.cancel_campaign,
}
MOVE = {name: Move(name) for name in PEOPLE}
TIME = ("plan", "minute", "hour", "day", "handled")
DOORS = {Status.SENDING: Door.OPEN, Status.PAUSED: Door.PAUSED}


def check(shop: Stage, campaign: Campaign) -> None:
    """What is true of every campaign at every moment."""
    run = campaign.run
    begun = run is not None and run.ended_at is None
    assert (campaign.status in {Status.SENDING, Status.FAILED}) <= begun
    if campaign.status in {Status.DRAFT, Status.SCHEDULED, Status.NEEDS_APPROVAL, Status.COMPLETED}:
        assert not begun
    if campaign.status in {Status.DRAFT, Status.COMPLETED, Status.CANCELLED}:
        assert campaign.due_at is None
    if campaign.status is Status.SCHEDULED:
        assert any(one.name == "campaign.start" and one.due == campaign.due_at for one in shop.timers())
    if campaign.status is Status.SENDING and run is not None:
        # Somebody carries it on: a job, or a timer.
        planned_now = bool(run.job) and get_job(shop.tenant, run.job).state in ACTIVE
        awaited = any(
            one.name == f"campaign.{run.later}" and one.due == run.later_at for one in shop.timers()
        )
        assert planned_now or awaited
    if run is not None and campaign.status in DOORS and begun:
        doors = {get_dispatch(shop.tenant, one.id).state for one in run.branches}
        assert doors == {DOORS[campaign.status]}
    if campaign.status is Status.CANCELLED and run is not None:
        assert {get_dispatch(shop.tenant, one.id).state for one in run.branches} == {Door.CLOSED}


def act(shop: Stage, campaign: Campaign, name: str) -> None:
    before = shop.get(campaign)
    try:
        PEOPLE[name](shop.tenant, campaign.id, now=shop.now)
    except ConflictError:
        dated = name == "send" and before.status is Status.DRAFT
        assert before.status not in MOVES[MOVE[name]] or dated
        assert shop.get(campaign).status is before.status
    except InvalidError:
        # A date that has passed, or none at all.
        assert name == "schedule"
        assert shop.get(campaign).status is before.status
    else:
        wanted = moved(before.status, MOVE[name])
        if name == "resume" and not before.running:
            wanted = Status.SCHEDULED
        assert shop.get(campaign).status is wanted


def pass_time(shop: Stage, campaign: Campaign, name: str) -> None:
    if name == "plan":
        if shop.get(campaign).status is Status.SENDING:
            shop.plan(campaign)
    elif name == "handled":
        run = shop.get(campaign).run
        for one in run.branches if run else ():
            shop.count(one.id, handled=99, sent=99)
    else:
        shop.pass_time(minutes={"minute": 1, "hour": 60, "day": 1440}[name])
        shop.fire()


@pytest.mark.parametrize("kind", ["now", "at", "recurring"])
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(steps=st.lists(st.sampled_from([*PEOPLE, *TIME]), min_size=3, max_size=14), test=st.booleans())
def test_any_sequence_keeps_the_promises(shop: Stage, kind: str, steps: list[str], test: bool) -> None:
    schedules: dict[str, dict[str, Any]] = {
        "now": {},
        "at": {"kind": "at", "at": iso(shop.now + timedelta(hours=2))},
        "recurring": {
            "kind": "recurring",
            "at": iso(shop.now + timedelta(hours=2)),
            "rrule": "FREQ=DAILY;COUNT=3",
        },
    }
    changes: dict[str, Any] = {"schedule": schedules[kind], "audience": {"customers": shop.customers(3)}}
    if test:
        changes["test"] = {"variants": [{"name": "A"}, {"name": "B"}], "share": 0.5, "minimum_sample": 1}
    campaign = shop.draft(**changes)
    for step in steps:
        if step in PEOPLE:
            act(shop, campaign, step)
        else:
            pass_time(shop, campaign, step)
        check(shop, shop.get(campaign))


def test_the_table_says_of_every_pair_whether_it_is_allowed() -> None:
    for move in Move:
        for status in Status:
            if status in MOVES[move]:
                assert moved(status, move) is MOVES[move][status]
            else:
                with pytest.raises(ConflictError, match=status.value.replace("_", " ")):
                    moved(status, move)


def test_nothing_leads_out_of_the_end() -> None:
    for move in Move:
        assert not {Status.COMPLETED, Status.CANCELLED} & MOVES[move].keys()


def change(**given: Any) -> CampaignChange:
    return CampaignChange.model_validate(given)


def test_a_change_is_of_the_version_that_was_read(shop: Stage) -> None:
    campaign = shop.draft()

    after = campaigns.change_campaign(
        shop.tenant,
        campaign.id,
        change(name="Other", tags=["Spring"]),
        now=shop.now,
        version=campaign.version,
    )

    assert (after.name, after.plan.tags, after.version) == ("Other", ["spring"], 2)
    assert after.plan.template == "news"
    with pytest.raises(StaleError):
        campaigns.change_campaign(shop.tenant, campaign.id, change(name="X"), now=shop.now, version=1)


def test_a_campaign_that_has_begun_cannot_be_changed_or_deleted(shop: Stage) -> None:
    campaign = shop.send()

    with pytest.raises(ConflictError, match="Duplicate"):
        campaigns.change_campaign(shop.tenant, campaign.id, change(name="X"), now=shop.now)
    with pytest.raises(ConflictError):
        campaigns.delete_campaign(shop.tenant, campaign.id)
    with pytest.raises(ConflictError, match="cancel"):
        campaigns.archive_campaign(shop.tenant, campaign.id, now=shop.now)


def test_a_duplicate_is_a_draft_with_the_same_plan(shop: Stage) -> None:
    campaign = shop.send(tags=["spring"])

    copy = campaigns.duplicate_campaign(shop.tenant, campaign.id, now=shop.now)

    assert (copy.status, copy.plan, copy.name) == (Status.DRAFT, campaign.plan, "News (copy)")
    assert copy.id != campaign.id


def test_lists_by_status_tag_name_and_archive(shop: Stage) -> None:
    spring, sent = shop.draft(name="Spring sale", tags=["sale"]), shop.send(name="News of May")
    old = shop.draft(name="Old")
    campaigns.archive_campaign(shop.tenant, old.id, now=shop.now)

    def listed(**wanted: Any) -> set[str]:
        return {one.id for one in campaigns.list_campaigns(shop.tenant, **wanted).items}

    assert listed() == {spring.id, sent.id}
    assert listed(status=Status.SENDING) == {sent.id}
    assert listed(tag="sale") == {spring.id}
    assert listed(text="News") == {sent.id}
    assert listed(archived=True) == {old.id}
    campaigns.archive_campaign(shop.tenant, old.id, now=shop.now, archived=False)
    assert old.id in listed()


def test_a_deleted_draft_is_gone(shop: Stage) -> None:
    campaign = shop.draft()

    campaigns.delete_campaign(shop.tenant, campaign.id, version=1)

    with pytest.raises(NotFoundError):
        shop.get(campaign)


def test_what_can_never_be_right_is_refused_at_once(shop: Stage) -> None:
    with pytest.raises(InvalidError) as refused:
        shop.draft(audience={"segment": "seg_none", "exclude": ["seg_other"]})
    assert {one.pointer for one in refused.value.faults} == {"/audience/segment", "/audience/exclude/0"}
    with pytest.raises(InvalidError) as refused:
        shop.draft(schedule={"kind": "recurring", "at": iso(shop.now), "rrule": "FREQ=MINUTELY"})
    assert refused.value.faults[0].pointer == "/schedule/rrule"
    with pytest.raises(InvalidError) as refused:
        shop.draft(audience={"rule": {"version": 1, "root": {"type": "field", "field": "nothing"}}})
    assert refused.value.faults[0].pointer.startswith("/audience/rule")
