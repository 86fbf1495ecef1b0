"""A campaign stops at its budget by itself, and goes on when that is raised."""

from typing import Any

import pytest

from regulars import campaigns
from regulars.campaigns import Campaign, CampaignChange, Status, budgets, spending
from regulars.campaigns.budgets import forget_allowances, keep_within_budget
from regulars.campaigns.totals import totals_by_branch
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import EventItem
from regulars.messaging import MessagingSettings
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.sending.carrying_on import carry_on
from regulars.messaging.settings_changing import change_messaging_settings
from regulars.messaging.settings_store import forget_messaging_settings
from tests.integration.campaigns.stage import Stage
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, person

PENCE_A_MAIL = 10
MAIL: dict[str, Any] = {"category": "promotions"}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_allowances()
    forget_messaging_settings()


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    used = outbox.use(monkeypatch)
    monkeypatch.setattr("regulars.messaging.templates.compiled", used.compiled)
    return used


@pytest.fixture
def crowd(shop: Stage, out: Outbox) -> list[str]:
    """Sixty people, each of whom costs ten pence."""
    priced = MessagingSettings.model_validate({"costs": {"email": PENCE_A_MAIL * 10_000}})
    change_messaging_settings(shop.tenant, priced, now=shop.now)
    forget_messaging_settings()
    return [person(shop.tenant, shop.now, f"P{number:03d}") for number in range(60)]


def begun(shop: Stage, **plan: Any) -> Campaign:
    campaign = shop.send(**MAIL, **plan)
    shop.plan(campaign)
    return campaign


def work(shop: Stage, told: list[dict[str, Any]]) -> None:
    for one in told:
        send_batch(
            shop.tenant, one["dispatch"], one["number"], one["customers"], shop.now, keep_within_budget
        )


def resumed(shop: Stage, out: Outbox, campaign: Campaign) -> None:
    campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    for one in out.taken():
        send_batch(shop.tenant, one.dispatch_id, one.number, one.customer_ids, shop.now, keep_within_budget)


def raised(shop: Stage, campaign: Campaign, budget: int | None) -> None:
    change = CampaignChange.model_validate({"budget": budget})
    campaigns.change_campaign(shop.tenant, campaign.id, change, now=shop.now)


def test_a_campaign_pauses_before_its_budget_is_exceeded(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    campaign = begun(shop, budget=30 * PENCE_A_MAIL)
    work(shop, shop.batches())

    found = shop.get(campaign)
    assert found.status is Status.PAUSED
    assert found.note == budgets.REACHED
    assert 0 < len(out.email.customers) <= 30
    items = EventItem.each(shop.tenant.partition("CMP", campaign.id), EventItem.sk.startswith("E#"))
    assert [one.data["reason"] for one in items if one.name == "campaign.paused"] == ["budget"]


def test_with_a_higher_budget_everybody_gets_it_once(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    campaign = begun(shop, budget=30 * PENCE_A_MAIL)
    work(shop, shop.batches())
    raised(shop, campaign, 60 * PENCE_A_MAIL)

    resumed(shop, out, campaign)

    assert shop.get(campaign).status is Status.SENDING
    assert shop.get(campaign).note == ""
    assert sorted(out.email.customers) == sorted(crowd)


def test_fixed_costs_are_of_the_budget(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    campaign = begun(shop, budget=60 * PENCE_A_MAIL, cost=1)
    work(shop, shop.batches())
    assert shop.get(campaign).status is Status.PAUSED
    assert len(out.email.customers) < 60


def test_a_budget_that_suffices_stops_nobody(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    campaign = begun(shop, budget=60 * PENCE_A_MAIL)
    work(shop, shop.batches())
    assert shop.get(campaign).status is Status.SENDING
    assert sorted(out.email.customers) == sorted(crowd)


def test_without_anything_left_it_is_not_resumed(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    campaign = begun(shop, budget=0)
    work(shop, shop.batches())
    assert out.email.customers == []
    with pytest.raises(ConflictError, match="budget"):
        campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    raised(shop, campaign, None)
    resumed(shop, out, campaign)
    assert sorted(out.email.customers) == sorted(crowd)


def test_all_variants_share_the_budget(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    test = {"variants": [{"name": "A"}, {"name": "B", "subject": "Other"}], "share": 1}
    campaign = begun(shop, budget=40 * PENCE_A_MAIL, test=test)
    work(shop, shop.batches())
    assert shop.get(campaign).status is Status.PAUSED
    assert 0 < len(out.email.customers) <= 40


def test_messages_that_waited_are_looked_at_too(shop: Stage, out: Outbox, crowd: list[str]) -> None:
    night = {"quiet_hours": {"start": "00:00", "end": "23:59"}, "quiet_channels": ["email"]}
    change_messaging_settings(shop.tenant, MessagingSettings.model_validate(night), now=shop.now)
    forget_messaging_settings()
    campaign = begun(shop, budget=30 * PENCE_A_MAIL)
    work(shop, shop.batches())
    waiting = outbox.deliveries(shop.tenant)
    assert len(waiting) == 60
    assert shop.get(campaign).status is Status.SENDING

    for one in waiting:
        carry_on(shop.tenant, [(one.customer_id, one.id)], one.due_at or shop.now, keep_within_budget)

    assert shop.get(campaign).status is Status.PAUSED
    assert len(out.email.customers) == 30


def test_far_from_its_end_a_budget_is_seldom_looked_at(
    shop: Stage, out: Outbox, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def counted(tenant: Any, run: Any) -> Any:
        looks.append(run.number)
        return totals_by_branch(tenant, run)

    monkeypatch.setattr(spending, "totals_by_branch", counted)
    campaign = begun(shop, budget=100_000 * PENCE_A_MAIL)
    told = shop.batches()
    work(shop, told)
    assert len(told) > 3
    assert len(looks) == 1
    assert shop.get(campaign).status is Status.SENDING


def test_only_the_budget_of_a_campaign_under_way_changes(shop: Stage, crowd: list[str]) -> None:
    campaign = begun(shop, budget=10)
    change = CampaignChange.model_validate({"budget": 20, "subject": "New"})
    with pytest.raises(ConflictError):
        campaigns.change_campaign(shop.tenant, campaign.id, change, now=shop.now)
    raised(shop, campaign, 20)
    assert shop.get(campaign).plan.budget == 20
    campaigns.cancel_campaign(shop.tenant, campaign.id, now=shop.now)
    with pytest.raises(ConflictError):
        raised(shop, campaign, 30)
