"""Batches that fail every time: whom they were for is known, and they can be tried again."""

import json
from typing import Any

import pytest

from campaigns_api.handler import handler as api
from regulars import campaigns
from regulars.campaigns import Campaign
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.queue import MAX_RECEIVES
from regulars.messaging.sending.failing import failed_batches_of
from send_batches import work
from send_batches.handler import handler
from tests.events import answer_body, http_event
from tests.integration.campaigns.stage import Stage
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, person


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    used = outbox.use(monkeypatch)
    monkeypatch.setattr("regulars.messaging.templates.compiled", used.compiled)
    return used


@pytest.fixture
def crowd(shop: Stage, out: Outbox) -> list[str]:
    return [person(shop.tenant, shop.now, f"P{number:03d}") for number in range(20)]


@pytest.fixture
def sent(shop: Stage, crowd: list[str]) -> Campaign:
    campaign = shop.send(category="promotions")
    shop.plan(campaign)
    return shop.get(campaign)


def receive(message: dict[str, Any], times: int) -> list[dict[str, str]]:
    """What the worker's handler reports as failed of a message that it gets for the so manieth time."""
    record = {
        "messageId": "m1",
        "body": json.dumps(message),
        "attributes": {"ApproximateReceiveCount": str(times)},
    }
    return handler({"Records": [record]}, None)["batchItemFailures"]


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(work, "send_batch", fail)


def all_fail(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    told = shop.batches()
    with monkeypatch.context() as patch:
        broken(patch, ValueError("ann@example.test is no name"))
        for one in told:
            assert receive(one, MAX_RECEIVES)
    return told


def test_a_batch_is_listed_once_it_is_tried_no_more(
    shop: Stage, sent: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = shop.batches()
    with monkeypatch.context() as patch:
        broken(patch, ConflictError("others keep changing it"))
        assert receive(first, MAX_RECEIVES - 1)
        assert campaigns.campaign_failures(shop.tenant, sent.id) == []
        assert receive(first, MAX_RECEIVES)
    (failed,) = campaigns.campaign_failures(shop.tenant, sent.id)
    assert failed.id == f"{first['dispatch']}:{first['number']}"
    assert list(failed.customers) == first["customers"]
    assert failed.reason == "others keep changing it"
    assert campaigns.campaign_metrics(shop.tenant, sent.id).failed_batches == 1


def test_what_other_libraries_say_is_not_shown_as_it_may_name_people(
    shop: Stage, sent: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_fail(shop, monkeypatch)
    assert {one.reason for one in campaigns.campaign_failures(shop.tenant, sent.id)} == {"ValueError"}


def test_a_batch_whose_worker_dies_at_the_last_attempt_is_listed_too(
    shop: Stage, sent: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = shop.batches()
    with monkeypatch.context() as patch:
        broken(patch, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            receive(first, MAX_RECEIVES)
    (failed,) = campaigns.campaign_failures(shop.tenant, sent.id)
    assert "stopped" in failed.reason


def test_a_last_attempt_that_comes_through_leaves_nothing(shop: Stage, sent: Campaign, out: Outbox) -> None:
    first, *_ = shop.batches()
    assert receive(first, MAX_RECEIVES) == []
    assert failed_batches_of(shop.tenant, first["dispatch"], 10) == []
    assert set(first["customers"]) <= set(out.email.customers)


def test_one_and_then_all_are_tried_again_and_everybody_gets_it_once(
    shop: Stage, sent: Campaign, out: Outbox, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = all_fail(shop, monkeypatch)
    failed = campaigns.campaign_failures(shop.tenant, sent.id)
    assert sorted(one for batch in failed for one in batch.customers) == sorted(crowd)

    assert campaigns.retry_failures(shop.tenant, sent.id, [failed[0].id]) == 1
    for one in out.taken():
        assert receive(one.message(), 1) == []
    assert sorted(out.email.customers) == sorted(failed[0].customers)
    assert len(campaigns.campaign_failures(shop.tenant, sent.id)) == len(told) - 1

    assert campaigns.retry_failures(shop.tenant, sent.id) == len(told) - 1
    for one in out.taken():
        assert receive(one.message(), 1) == []
    assert sorted(out.email.customers) == sorted(crowd)
    assert campaigns.retry_failures(shop.tenant, sent.id) == 0


def test_what_came_back_as_dead_letters_is_not_listed_any_more(
    shop: Stage, sent: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = all_fail(shop, monkeypatch)
    for one in told:
        assert receive(one, 1) == []
    assert campaigns.campaign_failures(shop.tenant, sent.id) == []
    assert campaigns.campaign_metrics(shop.tenant, sent.id).failed_batches == 0


def test_what_is_not_listed_or_cancelled_is_not_tried_again(
    shop: Stage, sent: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_fail(shop, monkeypatch)
    run = sent.run
    assert run is not None
    for unknown in (f"{run.branches[0].id}:999999999", "dsp_other:1", "x"):
        with pytest.raises(NotFoundError):
            campaigns.retry_failures(shop.tenant, sent.id, [unknown])
    campaigns.cancel_campaign(shop.tenant, sent.id, now=shop.now)
    with pytest.raises(ConflictError):
        campaigns.retry_failures(shop.tenant, sent.id)


def test_over_http(shop: Stage, sent: Campaign, out: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    told = all_fail(shop, monkeypatch)
    path = "/campaigns/{campaign_id}/failed-batches"
    ask: dict[str, Any] = {"tenant": shop.tenant.id, "params": {"campaign_id": sent.id}}
    items = answer_body(api(http_event(f"GET {path}", **ask), None))["items"]
    assert len(items) == len(told)
    one = {"batches": [items[0]["id"]]}
    answer = api(http_event(f"POST {path}/retry", body=one, **ask), None)
    assert (answer["statusCode"], answer_body(answer)) == (202, {"batches": 1})
    answer = api(http_event(f"POST {path}/retry", body={}, **ask), None)
    assert answer_body(answer) == {"batches": len(told) - 1}
    assert (
        api(http_event(f"POST {path}/retry", body={}, caller={"role": "viewer"}, **ask), None)["statusCode"]
        == 403
    )
