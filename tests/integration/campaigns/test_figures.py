"""What a campaign came to, the people behind the numbers, and those who get it once more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from regulars import campaigns
from regulars.campaigns import Campaign, Run
from regulars.kernel.errors import InvalidError, MalformedError, NotFoundError
from regulars.kernel.transaction import Transaction
from regulars.messaging import Channel, Delivery, Door, Reason, State, get_dispatch
from regulars.messaging.model import delivery_id
from regulars.messaging.tally_store import bump, dispatch_place
from tests.integration.campaigns.stage import Stage
from tests.integration.messaging.sent import put_delivery


def run_of(shop: Stage, campaign: Campaign) -> Run:
    run = shop.get(campaign).run
    assert run is not None
    return run


def deliver(shop: Stage, campaign: Campaign, customer: str, branch: str, **changes: Any) -> Delivery:
    """A delivery as the senders leave it."""
    dispatch = get_dispatch(shop.tenant, branch)
    identifier = delivery_id(shop.tenant, dispatch.message, customer, Channel.EMAIL)
    made = Delivery(
        identifier,
        customer,
        Channel.EMAIL,
        "news",
        "",
        State.SENT,
        shop.now,
        campaign_id=campaign.id,
        variant=dispatch.message.variant,
        dispatch_id=branch,
        sent_at=shop.now,
    )
    put_delivery(shop.tenant, replace(made, **changes))
    return made


def test_once_more_to_those_who_did_not_open_and_to_nobody_else(shop: Stage) -> None:
    ids = shop.customers(8)
    test = {"variants": [{"name": "A"}, {"name": "B"}], "after_hours": 1, "minimum_sample": 1}
    campaign = shop.send(test=test, resend={"after_hours": 24, "subject": "Once more"})
    shop.plan(campaign)
    branch_of = {customer: one["dispatch"] for one in shop.batches() for customer in one["customers"]}
    states: list[dict[str, Any]] = [
        {},
        {"state": State.DELIVERED, "delivered_at": shop.now},
        {"state": State.OPENED, "opened_at": shop.now},
        {"state": State.CLICKED, "clicked_at": shop.now, "opened_at": shop.now},
        {"state": State.BOUNCED},
        {"unsubscribed_at": shop.now},
        {"machine_at": shop.now},
        {"state": State.NOT_SENT, "sent_at": None, "reason": Reason.CAPPED},
    ]
    for customer, changes in zip(ids, states, strict=True):
        deliver(shop, campaign, customer, branch_of[customer], **changes)
    for one in run_of(shop, campaign).branches:
        shop.count(one.id, sent=4)
    shop.pass_time(hours=2)
    shop.fire()
    assert shop.batches() == []

    shop.pass_time(hours=25)
    shop.fire()
    shop.plan(campaign)

    again = shop.batches()
    assert {customer for one in again for customer in one["customers"]} == {ids[0], ids[1], ids[6]}
    first = {one.id: one.variant for one in run_of(shop, campaign).branches}
    for one in again:
        message = get_dispatch(shop.tenant, one["dispatch"]).message
        assert (message.key.endswith(":resend"), message.subject) == (True, "Once more")
        assert {first[branch_of[customer]] for customer in one["customers"]} == {message.variant}


def test_metrics_add_up_by_variant_channel_and_hold_out(shop: Stage) -> None:
    shop.customers(400)
    test = {"variants": [{"name": "A"}, {"name": "B"}], "hold_out": 0.2, "minimum_sample": 10}
    campaign = shop.send(test=test, cost=1000)
    shop.plan(campaign)
    by_name = {one.variant: one for one in run_of(shop, campaign).branches}
    money = {"revenue_last": 30_000, "buyers": 40, "buyers_revenue": 60_000}
    shop.count(by_name["A"].id, handled=150, sent=140, delivered=130, opened=40, clicked=10, not_sent=10)
    shop.count(by_name["A"].id, not_sent_capped=10, cost=14_000)
    shop.count(by_name["B"].id, handled=150, sent=150, delivered=150, opened=60, clicked=30, **money)
    shop.count(
        by_name["hold_out"].id, handled=80, not_sent=80, not_sent_hold_out=80, buyers=4, buyers_revenue=4000
    )

    found = campaigns.campaign_metrics(shop.tenant, campaign.id)

    assert (found.whole.sent, found.whole.delivered, found.whole.opened) == (290, 280, 100)
    assert found.whole.planned == by_name["A"].planned + by_name["B"].planned
    assert found.whole.reasons == {"capped": 10}
    assert found.whole.rate("clicked") == pytest.approx(40 / 280)
    # 14,000 millionths counted beat the price list; with the fixed costs.
    assert found.whole.cost == 1000 + 1
    assert found.whole.revenue == 30_000
    assert found.whole.roi == pytest.approx((30_000 - 1001) / 1001)
    assert [one.name for one in found.variants] == ["A", "B"]
    assert found.variants[1].probability == pytest.approx(1, abs=0.01)
    assert found.channels.keys() == {"email"}
    assert found.hold_out is not None
    assert found.uplift is not None
    assert (found.uplift.treated.n, found.uplift.control.n) == (290, 80)
    assert found.uplift.low < found.uplift.difference < found.uplift.high
    assert found.uplift.certain
    totals = campaigns.campaign_totals(shop.tenant, [shop.get(campaign), shop.draft()])
    assert totals[campaign.id]["opened"] == 100


def test_a_draft_has_no_figures(shop: Stage) -> None:
    with pytest.raises(NotFoundError, match="not run"):
        campaigns.campaign_metrics(shop.tenant, shop.draft().id)


def test_hours_and_links(shop: Stage) -> None:
    shop.customers(10)
    campaign = shop.send()
    shop.plan(campaign)
    branch = run_of(shop, campaign).branches[0].id
    tx = Transaction(shop.tenant)
    for row, shard, counts in (
        ("HOUR#2026031009", 0, {"email_sent": 5}),
        ("HOUR#2026031009", 1, {"email_sent": 2, "email_opened": 1}),
        ("HOUR#2026031011", 0, {"email_opened": 4}),
        ("LINK#1", 0, {"email_clicked": 2}),
        ("LINK#10", 0, {"email_clicked": 7}),
    ):
        bump(tx, dispatch_place(shop.tenant, branch, row, shard), counts)
    tx.commit()

    hours = campaigns.campaign_over_time(shop.tenant, campaign.id)
    links = campaigns.campaign_links(shop.tenant, campaign.id)

    assert [(one.at.hour, dict(one.counts)) for one in hours] == [
        (9, {"sent": 7, "opened": 1}),
        (11, {"opened": 4}),
    ]
    assert [(one.number, one.clicks) for one in links] == [("10", 7), ("1", 2)]


def test_the_people_behind_each_number_page_by_page(shop: Stage) -> None:
    ids = shop.customers(40)
    campaign = shop.send()
    shop.plan(campaign)
    branch = run_of(shop, campaign).branches[0].id
    for place, customer in enumerate(ids):
        opened = {"state": State.CLICKED, "clicked_at": shop.now, "opened_at": shop.now}
        refused = {"state": State.NOT_SENT, "sent_at": None, "reason": Reason.CAPPED}
        deliver(shop, campaign, customer, branch, **([{}, opened, refused, {}][place % 4]))

    def people(**wanted: Any) -> set[str]:
        found, cursor = list[str](), None
        while True:
            page = campaigns.campaign_recipients(shop.tenant, campaign.id, limit=3, cursor=cursor, **wanted)
            found += [one.customer_id for one in page.items]
            cursor = page.next
            if cursor is None:
                assert len(found) == len(set(found))
                return set(found)

    assert people() == set(ids)
    assert people(state="opened") == set(ids[1::4])
    assert people(state="clicked") == set(ids[1::4])
    assert people(state="sent") == set(ids[0::4] + ids[1::4] + ids[3::4])
    assert people(state="not_sent", reason=Reason.CAPPED) == set(ids[2::4])
    assert people(variant="") == set(ids)
    assert people(variant="A") == set()
    with pytest.raises(InvalidError):
        people(state="happy")
    other = shop.send(name="Other")
    cursor = campaigns.campaign_recipients(shop.tenant, campaign.id, limit=3).next
    with pytest.raises(MalformedError):
        campaigns.campaign_recipients(shop.tenant, other.id, cursor=cursor)


def test_a_run_is_over_when_the_resend_is(shop: Stage) -> None:
    ids = shop.customers(3)
    campaign = shop.send(resend={"after_hours": 1})
    moments = shop.live(campaign, shop.now + timedelta(hours=3))

    assert moments.keys() == set(ids)
    after = shop.get(campaign)
    assert after.run is not None
    assert after.run.ended_at is not None
    assert [one.phase.value for one in after.run.branches] == ["first", "resend"]
    assert get_dispatch(shop.tenant, after.run.branches[0].id).state is Door.OPEN
