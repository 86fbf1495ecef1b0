"""Campaigns with the senders at work: what the preview says comes true, and nothing goes out after a cancellation."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from regulars import campaigns
from regulars.campaigns import Campaign, Status
from regulars.kernel.jobs import get_job
from regulars.kernel.turns import S3Files
from regulars.messaging import Channel, Reason, totals
from regulars.messaging.sending.batches import send_batch
from tests.integration.campaigns.stage import PLAN, Stage
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, agree, change, deliveries, person
from tests.integration.segments.working import finish


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    used = outbox.use(monkeypatch)
    monkeypatch.setattr("regulars.messaging.templates.compiled", used.compiled)
    return used


def send_told(shop: Stage) -> None:
    for one in shop.batches():
        send_batch(shop.tenant, one["dispatch"], one["number"], one["customers"], shop.now)


def people(shop: Stage, count: int) -> list[str]:
    return [person(shop.tenant, shop.now, f"P{number:03d}") for number in range(count)]


def mixed(shop: Stage) -> dict[str, list[str]]:
    """People of several sorts."""
    ids = people(shop, 30)
    unwilling = [person(shop.tenant, shop.now, f"U{number}", consent=False) for number in range(5)]
    nameless = [person(shop.tenant, shop.now, f"N{number}", email=None) for number in range(4)]
    for one in ids[:3]:
        change(shop.tenant, one, categories={"promotions": False})
    return {"reached": ids[3:], "off": ids[:3], "no_consent": unwilling, "no_address": nameless}


MAIL: dict[str, Any] = {"category": "promotions"}


def test_what_the_preview_says_comes_true(shop: Stage, out: Outbox) -> None:
    sorts = mixed(shop)
    draft = shop.draft(**MAIL)

    found = campaigns.preview_audience(shop.tenant, draft.plan, now=shop.now)

    assert (found.total, found.reachable, found.exact, found.margin) == (39, 27, True, 0)
    assert found.channels == {Channel.EMAIL: 27}
    told = {one.reason: (one.count, set(one.sample)) for one in found.refused}
    assert told == {
        Reason.CATEGORY_OFF: (3, set(sorts["off"])),
        Reason.NO_CONSENT: (5, set(sorts["no_consent"])),
        Reason.NO_ADDRESS: (4, set(sorts["no_address"])),
    }
    campaigns.send_campaign(shop.tenant, draft.id, now=shop.now)
    shop.plan(draft)
    send_told(shop)
    assert set(out.email.customers) == set(sorts["reached"])
    shop.pass_time(minutes=2)
    shop.fire()
    after = shop.get(draft)
    assert after.status is Status.COMPLETED
    metrics = campaigns.campaign_metrics(shop.tenant, draft.id)
    assert (metrics.whole.planned, metrics.whole.handled) == (39, 39)
    assert (metrics.whole.sent, metrics.whole.not_sent) == (27, 12)
    assert metrics.whole.reasons == {"no_consent": 5, "no_address": 4, "category_off": 3}
    page = campaigns.campaign_recipients(shop.tenant, draft.id, reason=Reason.NO_CONSENT, limit=100)
    assert {one.customer_id for one in page.items} == set(sorts["no_consent"])


def test_who_is_held_out_would_have_got_it(shop: Stage, out: Outbox) -> None:
    ids = people(shop, 60)
    unwilling = [person(shop.tenant, shop.now, f"U{number}", consent=False) for number in range(20)]
    campaign = shop.send(**MAIL, test={"hold_out": 0.5})
    shop.plan(campaign)

    send_told(shop)

    held = [one for one in deliveries(shop.tenant) if one.reason is Reason.HOLD_OUT]
    assert 10 < len(held) < 50
    assert not {one.customer_id for one in held} & set(unwilling)
    assert {one.customer_id for one in held} | set(out.email.customers) == set(ids)
    metrics = campaigns.campaign_metrics(shop.tenant, campaign.id)
    assert metrics.uplift is not None
    assert metrics.uplift.control.n == len(held)
    assert metrics.uplift.treated.n == len(out.email.customers)


def test_nothing_goes_out_after_a_cancellation_in_the_midst(shop: Stage, out: Outbox) -> None:
    people(shop, 200)
    campaign = shop.send(**MAIL)
    shop.plan(campaign)
    batches = shop.batches()
    cancelled = threading.Event()
    late: list[str] = []

    def note(batch: Any) -> None:
        if cancelled.is_set():
            late.extend(one.customer_id for one in batch)

    def work(first: int) -> None:
        for one in batches[first::2]:
            send_batch(shop.tenant, one["dispatch"], one["number"], one["customers"], shop.now)

    workers = [threading.Thread(target=work, args=(place,)) for place in range(2)]
    for one in workers:
        one.start()
    campaigns.cancel_campaign(shop.tenant, campaign.id, now=shop.now)
    run = shop.get(campaign).run
    assert run is not None
    claimed = totals(shop.tenant, run.branches[0].id)["email_claimed"]
    out.email.before = note
    for one in workers:
        one.join()
    cancelled.set()
    work(0)
    work(1)

    assert totals(shop.tenant, run.branches[0].id)["email_claimed"] == claimed
    assert late == []
    assert len(set(out.email.customers)) == len(out.email.customers)
    assert shop.get(campaign).status is Status.CANCELLED


def test_paused_batches_come_back_when_it_is_resumed(shop: Stage, out: Outbox) -> None:
    ids = people(shop, 100)
    campaign = shop.send(**MAIL)
    shop.plan(campaign)
    campaigns.pause_campaign(shop.tenant, campaign.id, now=shop.now)
    send_told(shop)
    assert out.email.sent == []

    campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    for one in out.taken():
        send_batch(shop.tenant, one.dispatch_id, one.number, one.customer_ids, shop.now)

    assert Counter(out.email.customers) == Counter(ids)


def test_a_subject_is_the_variants_own(shop: Stage, out: Outbox) -> None:
    people(shop, 40)
    variants = [{"name": "A", "subject": "Hello"}, {"name": "B"}]
    campaign = shop.send(**MAIL, test={"variants": variants})
    shop.plan(campaign)

    send_told(shop)

    told = {(one.variant, one.subject) for one in deliveries(shop.tenant)}
    assert told == {("A", "Hello"), ("B", "News")}


def test_the_winner_of_a_test_by_what_people_did(shop: Stage, out: Outbox) -> None:
    from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
    from regulars.messaging.tracking.applying import apply

    ids = people(shop, 120)
    variants = [{"name": "A"}, {"name": "B"}]
    test = {"variants": variants, "share": 0.5, "winner": "open", "minimum_sample": 10, "after_hours": 1}
    campaign = shop.send(**MAIL, test=test)
    shop.plan(campaign)
    send_told(shop)
    for one in deliveries(shop.tenant):
        if one.variant == "B":
            ref = DeliveryRef(one.customer_id, one.id)
            apply(shop.tenant, Signal(ref, SignalKind.OPENED, shop.now), shop.now)
    shop.pass_time(hours=1, minutes=5)
    shop.fire()
    shop.plan(campaign)
    send_told(shop)

    after = shop.get(campaign).run
    assert after is not None
    assert after.winner == "B"
    assert after.decision is not None
    assert after.decision["clear"]
    assert Counter(out.email.customers) == Counter(ids)
    late = {one.variant for one in deliveries(shop.tenant) if one.dispatch_id == after.branches[-1].id}
    assert late == {"B"}


def exported(shop: Stage, campaign: Campaign, kind: Any) -> list[list[str]]:
    job = campaigns.start_export(shop.tenant, campaign.id, kind, now=shop.now)
    done = finish(shop.tenant, job, shop.now)
    text = b"".join(S3Files(shop.tenant).read(get_job(shop.tenant, done.id).files["result"])).decode(
        "utf-8-sig"
    )
    return [line.split(",") for line in text.splitlines()]


def test_an_advertisers_audience_is_hashed_and_holds_the_willing_alone(shop: Stage, out: Outbox) -> None:
    from hashlib import sha256

    def hashed(text: str) -> str:
        return sha256(text.encode()).hexdigest()

    willing = person(shop.tenant, shop.now, "Ann", email="Ann.Lee+news@gmail.com", phone="+441632960001")
    person(shop.tenant, shop.now, "Bob", consent=False)
    agree(shop.tenant, willing, shop.now)
    campaign = shop.draft()

    meta, google = exported(shop, campaign, "meta"), exported(shop, campaign, "google")

    assert meta[0] == ["email", "phone", "fn", "ln", "ct", "country"]
    assert meta[1][:3] == [hashed("ann.lee+news@gmail.com"), hashed("441632960001"), hashed("ann")]
    assert len(meta) == 2
    assert google[1][:2] == [hashed("annlee@gmail.com"), hashed("+441632960001")]


def test_letters_go_to_those_with_an_address(shop: Stage, out: Outbox) -> None:
    from regulars.customers.model import Address

    address = Address(line1="1 High Street", city="Leeds", postal_code="LS1 1AA", country="GB")
    person(shop.tenant, shop.now, "Ann", addresses=[address])
    person(shop.tenant, shop.now, "Bob")

    rows = exported(shop, shop.draft(), "letters")

    assert [row[1:6] for row in rows] == [
        ["name", "line1", "line2", "postal_code", "city"],
        ["Ann", "1 High Street", "", "LS1 1AA", "Leeds"],
    ]


def test_a_large_audience_is_estimated_with_its_margin(
    shop: Stage, out: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.campaigns.previewing.LOOKED_AT", 100)
    ids = shop.customers(300)
    for one in ids[::2]:
        agree(shop.tenant, one, shop.now)

    plan = shop.draft(**MAIL).plan
    found = campaigns.preview_audience(shop.tenant, plan, now=shop.now + timedelta(minutes=1))

    assert (found.total, found.looked_at, found.exact) == (300, 100, False)
    assert found.margin > 0
    assert abs(found.reachable - 150) <= 1.5 * found.margin
    assert PLAN["template"] == plan.template
