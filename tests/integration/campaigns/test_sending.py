"""A campaign from draft to completion, with nobody lost and nobody twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from regulars import campaigns, segments
from regulars.campaigns import Status
from regulars.kernel.errors import ConflictError, InvalidError
from regulars.messaging import Door, get_dispatch
from regulars.segments import NewSegment
from tests.integration.campaigns.stage import Stage
from tests.integration.segments.working import run_jobs


def told(batches: list[dict[str, Any]]) -> Counter[str]:
    return Counter(customer for one in batches for customer in one["customers"])


def test_everybody_is_told_once_in_batches_of_48(shop: Stage) -> None:
    ids = shop.customers(1200)

    campaign = shop.send()
    shop.plan(campaign)

    batches = shop.batches()
    assert told(batches) == Counter(ids)
    assert all(len(one["customers"]) <= 48 for one in batches)
    numbers = [(one["dispatch"], one["number"]) for one in batches]
    assert len(set(numbers)) == len(numbers)
    run = shop.get(campaign).run
    assert run is not None
    assert run.planned == 1200
    assert run.later == "check"


def test_it_is_completed_when_every_customer_has_been_handled(shop: Stage) -> None:
    shop.customers(60)
    campaign = shop.send()

    shop.live(campaign, shop.now + timedelta(minutes=2))

    after = shop.get(campaign)
    assert after.status is Status.COMPLETED
    assert after.run is not None
    assert after.run.ended_at is not None
    assert shop.timers() == []


def test_it_waits_as_long_as_a_batch_is_under_way(shop: Stage) -> None:
    shop.customers(60)
    campaign = shop.send()
    shop.plan(campaign)
    run = shop.get(campaign).run
    assert run is not None
    shop.count(run.branches[0].id, handled=59)

    for _ in range(5):
        shop.pass_time(hours=1)
        shop.fire()
    assert shop.get(campaign).status is Status.SENDING
    shop.count(run.branches[0].id, handled=1)
    shop.pass_time(hours=1)
    shop.fire()

    assert shop.get(campaign).status is Status.COMPLETED


def test_a_segment_less_another_one(shop: Stage) -> None:
    ids = shop.customers(300)
    lists = [
        segments.create_segment(
            shop.tenant,
            NewSegment.model_validate(
                {"name": name, "kind": "static", "members": [{"id": one} for one in some]}
            ),
            now=shop.now,
        )
        for name, some in (("A", ids[:200]), ("B", ids[150:250]))
    ]

    campaign = shop.send(audience={"segment": lists[0].id, "exclude": [lists[1].id]})
    shop.plan(campaign)

    assert told(shop.batches()) == Counter(ids[:150])
    with pytest.raises(ConflictError, match="News"):
        segments.delete_segment(shop.tenant, lists[1].id, now=shop.now)


def test_a_segment_is_free_again_when_the_campaign_is_over(shop: Stage) -> None:
    made = NewSegment.model_validate({"name": "A", "kind": "static"})
    one = segments.create_segment(shop.tenant, made, now=shop.now)
    campaign = shop.draft(audience={"segment": one.id})
    assert [use.id for use in segments.dependants(shop.tenant, one.id)] == [campaign.id]

    campaigns.delete_campaign(shop.tenant, campaign.id)

    assert segments.dependants(shop.tenant, one.id) == []


def test_a_rule_of_its_own(shop: Stage) -> None:
    ids = shop.customers(100, ("Europe/Paris", "Asia/Tokyo"))
    rule = {
        "version": 1,
        "root": {"type": "field", "field": "time_zone", "is": {"operator": "equals", "value": "Asia/Tokyo"}},
    }
    fields = {one["name"] for one in segments.vocabulary_of(shop.tenant).described()["fields"]}
    if "time_zone" not in fields:
        pytest.skip("rules do not ask for zones")

    campaign = shop.send(audience={"rule": rule})
    shop.plan(campaign)

    assert told(shop.batches()) == Counter(ids[1::2])


def test_a_list_of_customers(shop: Stage) -> None:
    ids = shop.customers(40)

    campaign = shop.send(audience={"customers": ids[:25]})
    shop.plan(campaign)

    assert told(shop.batches()) == Counter(ids[:25])


def test_paused_resumed_and_cancelled_the_gates_follow_at_once(shop: Stage) -> None:
    shop.customers(60)
    campaign = shop.send()
    run = shop.get(campaign).run
    assert run is not None
    gate = run.branches[0].id

    campaigns.pause_campaign(shop.tenant, campaign.id, now=shop.now)
    assert get_dispatch(shop.tenant, gate).state is Door.PAUSED
    campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    assert get_dispatch(shop.tenant, gate).state is Door.OPEN
    campaigns.cancel_campaign(shop.tenant, campaign.id, now=shop.now)

    assert get_dispatch(shop.tenant, gate).state is Door.CLOSED
    job = shop.plan(campaign)
    assert job is not None
    shop.pass_time(hours=1)
    shop.fire()
    assert shop.get(campaign).status is Status.CANCELLED
    assert shop.timers() == []
    with pytest.raises(ConflictError):
        campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)


def test_a_plan_with_faults_is_refused_with_all_of_them(shop: Stage) -> None:
    campaign = shop.draft(audience={}, channels=[], template="nothing", category="order_updates")

    with pytest.raises(InvalidError) as refused:
        campaigns.send_campaign(shop.tenant, campaign.id, now=shop.now)

    pointers = {fault.pointer for fault in refused.value.faults}
    assert pointers == {"/audience", "/channels", "/template", "/category"}
    assert shop.get(campaign).status is Status.DRAFT


def test_a_test_with_hold_out_divides_everybody(shop: Stage) -> None:
    ids = shop.customers(1000)
    variants = [{"name": "A"}, {"name": "B", "subject": "Other"}]
    test = {"variants": variants, "share": 0.4, "hold_out": 0.1, "after_hours": 2, "minimum_sample": 10}

    campaign = shop.send(test=test)
    shop.plan(campaign)
    first = shop.batches()
    run = shop.get(campaign).run
    assert run is not None
    names = {one.id: one.variant for one in run.branches}
    assert sorted(names.values()) == ["A", "B", "hold_out"]
    held = [one for one in run.branches if one.variant == "hold_out"]
    assert get_dispatch(shop.tenant, held[0].id).hold_out
    shop.count(next(one.id for one in run.branches if one.variant == "A"), sent=180, clicked=10, handled=999)
    shop.count(next(one.id for one in run.branches if one.variant == "B"), sent=180, clicked=40, handled=999)
    shop.count(held[0].id, handled=999)
    shop.pass_time(hours=2, minutes=1)
    shop.fire()
    shop.plan(campaign)
    rest = shop.batches()

    assert told([*first, *rest]) == Counter(ids)
    after = shop.get(campaign).run
    assert after is not None
    assert after.winner == "B"
    assert {one["dispatch"] for one in rest} == {after.branches[-1].id}
    message = get_dispatch(shop.tenant, after.branches[-1].id).message
    assert (message.variant, message.subject) == ("B", "Other")
    decision = after.decision
    shop.count(run.branches[0].id, clicked=170)
    shop.pass_time(hours=1)
    shop.fire()
    late = shop.get(campaign).run
    assert late is not None
    assert late.decision == decision


def test_with_too_few_recipients_the_decision_waits_once_more(shop: Stage) -> None:
    shop.customers(100)
    test = {"variants": [{"name": "A"}, {"name": "B"}], "share": 0.5, "after_hours": 2}
    campaign = shop.send(test=test)
    shop.plan(campaign)

    shop.pass_time(hours=3)
    shop.fire()
    waiting = shop.get(campaign).run
    assert waiting is not None
    assert waiting.decision is None
    shop.pass_time(hours=3)
    shop.fire()

    decided = shop.get(campaign).run
    assert decided is not None
    assert decided.decision is not None
    assert not decided.decision["enough"]
    assert decided.winner == "A"


def test_batches_that_never_come_through_are_told_of_and_do_not_keep_it_open_for_ever(shop: Stage) -> None:
    shop.customers(60)
    campaign = shop.send()
    shop.plan(campaign)
    run = shop.get(campaign).run
    assert run is not None
    shop.count(run.branches[0].id, handled=12)

    for _ in range(6):
        shop.pass_time(hours=1)
        shop.fire()
    found = campaigns.campaign_metrics(shop.tenant, campaign.id, now=shop.now)
    assert (found.missing, found.failed_batches) == (48, 1)
    # One more keeps it open again for as long.
    shop.pass_time(hours=60)
    shop.count(run.branches[0].id, handled=1)
    shop.fire()
    shop.pass_time(hours=60)
    shop.fire()
    assert shop.get(campaign).status is Status.SENDING
    shop.pass_time(hours=20)
    shop.fire()

    after = shop.get(campaign)
    assert after.status is Status.COMPLETED
    assert after.note == "What became of 47 of 60 customers is not known."


def test_links_say_the_campaigns_name_or_what_the_plan_says(shop: Stage) -> None:
    plain = shop.send(name="Spring Sale!").run
    own = shop.send(utm={"source": "letter", "campaign": "mine"}).run
    assert plain is not None
    assert own is not None

    dispatches = [get_dispatch(shop.tenant, one.branches[0].id) for one in (plain, own)]

    assert [(one.name, dict(one.utm)) for one in dispatches] == [
        ("spring-sale", {}),
        ("mine", {"source": "letter"}),
    ]


def test_a_throttle_is_the_dispatchs(shop: Stage) -> None:
    run = shop.send(throttle_per_minute=500, test={"hold_out": 0.1}).run
    assert run is not None

    rates = {one.variant: get_dispatch(shop.tenant, one.id).throttle_per_minute for one in run.branches}

    assert rates == {"": 500, "hold_out": 0}


def test_a_segment_that_nobody_was_looked_at_for_yet_cannot_be_sent_to(shop: Stage) -> None:
    rule = {
        "version": 1,
        "root": {"type": "field", "field": "orders", "is": {"operator": "at_least", "value": 1}},
    }
    fresh = segments.create_segment(
        shop.tenant, NewSegment.model_validate({"name": "Fresh", "rule": rule}), now=shop.now
    )
    campaign = shop.draft(audience={"segment": fresh.id})

    with pytest.raises(InvalidError, match="evaluated for the first time"):
        campaigns.send_campaign(shop.tenant, campaign.id, now=shop.now)
    run_jobs(shop.tenant, shop.now)

    assert campaigns.send_campaign(shop.tenant, campaign.id, now=shop.now).status is Status.SENDING


def test_the_hold_out_is_decided_about_by_content_that_is_there(shop: Stage) -> None:
    variants = [{"name": "A", "template": "news"}, {"name": "B", "template": "offer"}]
    run = shop.send(template="", test={"variants": variants, "hold_out": 0.2}).run
    assert run is not None

    templates = {one.variant: get_dispatch(shop.tenant, one.id).message.template for one in run.branches}

    assert templates == {"A": "news", "B": "offer", "hold_out": "news"}
