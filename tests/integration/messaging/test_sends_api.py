"""The API of sends as API Gateway calls it, lists of deliveries, and whether marketing goes on."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging_api.handler import handler
from regulars.kernel.errors import MalformedError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.delivery_list_store import DeliveryFilter, page_deliveries
from regulars.messaging.model import Channel, Reason, State
from regulars.messaging.sending.batches import send_batch
from regulars.messaging.standing_store import pause_if_unwanted, resume_marketing, standing_of
from regulars.messaging.tally_store import bump, day_place
from tests.events import answer_body, http_event
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import Outbox, deliveries, dispatch, only, person

MINUTE = timedelta(minutes=1)


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    from regulars.messaging.sending import single

    made = outbox.use(monkeypatch)
    monkeypatch.setattr(
        single, "template_of", lambda tenant, message: made.compiled(tenant, message.template)
    )
    return made


def call(shop: Tenant, route: str, body: Any = None, status: int = 200, **how: Any) -> dict[str, Any]:
    answer = handler(http_event(route, tenant=shop.id, body=body, **how), None)
    assert answer["statusCode"] == status, answer["body"]
    return answer_body(answer)


def test_a_message_is_asked_for_and_answered_with_its_deliveries(
    shop: Tenant, now: datetime, out: Outbox
) -> None:
    ann = person(shop, now, "Ann")
    body = {"customer": {"id": ann}, "template": "news", "channel": "email", "values": {"words": "!"}}
    once = {"idempotency-key": "k1"}

    first = call(shop, "POST /notifications/send", body, 202, headers=once)
    again = call(shop, "POST /notifications/send", body, 202, headers=once)

    assert first == again
    (one,) = first["deliveries"]
    assert (one["customer_id"], one["state"], one["category"]) == (ann, "queued", "promotions")
    assert {"name": "consent", "passed": True, "seen": "test"} in one["checks"]
    assert len(deliveries(shop)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"customer": {"email": "nobody@example.test"}, "template": "news", "channel": "email"},
        {"customer": {"email": "ann@example.test"}, "template": "news"},
        {
            "customer": {"email": "ann@example.test"},
            "template": "news",
            "channel": "sms",
            "channels": ["sms"],
        },
        {"customer": {"email": "ann@example.test"}, "template": "news", "channels": []},
        {
            "customer": {"email": "ann@example.test"},
            "template": "news",
            "channel": "email",
            "values": {"x": "y" * 20_001},
        },
    ],
)
def test_what_makes_no_sense_is_refused(shop: Tenant, now: datetime, out: Outbox, body: Any) -> None:
    person(shop, now, "Ann")
    call(shop, "POST /notifications/send", body, 422)
    assert deliveries(shop) == []


def test_many_are_written_to_and_the_counts_are_exact(shop: Tenant, now: datetime, out: Outbox) -> None:
    people = [person(shop, now, f"P{number}") for number in range(3)]
    body = {
        "customers": [{"id": one} for one in people] + [{"email": "nobody@example.test"}],
        "template": "news",
        "channel": "email",
        "name": "spring",
    }
    made = call(shop, "POST /notifications/bulk", body, 202)
    assert (made["customers"], made["unknown"], made["state"]) == (3, [3], "open")

    for work in out.taken():
        send_batch(shop, work.dispatch_id, work.number, work.customer_ids, now)

    params = {"dispatch_id": made["id"]}
    found = call(shop, "GET /notifications/bulk/{dispatch_id}", params=params)
    assert (found["handled"], found["counts"]["email_sent"]) == (3, 3)
    assert call(shop, "POST /notifications/bulk/{dispatch_id}/pause", params=params)["state"] == "paused"
    assert call(shop, "POST /notifications/bulk/{dispatch_id}/resume", params=params)["state"] == "open"
    assert call(shop, "POST /notifications/bulk/{dispatch_id}/cancel", params=params)["state"] == "closed"
    call(shop, "POST /notifications/bulk/{dispatch_id}/resume", status=409, params=params)
    call(shop, "GET /notifications/bulk/{dispatch_id}", status=404, params={"dispatch_id": "dsp_x"})


def test_lists_are_merged_newest_first_and_pages_meet_exactly(
    shop: Tenant, other_tenant: Tenant, now: datetime, out: Outbox
) -> None:
    people = [person(shop, now, f"P{n}", consent=n % 3 > 0) for n in range(9)]
    for turn in range(3):
        at = now + turn * timedelta(days=30)
        made = dispatch(shop, at, id=f"dsp_{shop.id[4:-1]}{turn}", campaign_id=f"cmp_{turn}")
        send_batch(shop, made.id, 0, people, at)

    def all_of(limit: int, **wanted: Any) -> list[str]:
        found: list[str] = []
        cursor = None
        for _ in range(60):
            page = page_deliveries(shop, DeliveryFilter(**wanted), limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            found += [one.id for one in page.items]
            if page.next is None:
                return found
            cursor = page.next
        raise AssertionError("the list has no end")

    whole = all_of(100)
    assert len(whole) == 27
    assert whole == sorted(whole, reverse=True)
    for limit in (1, 2, 7):
        assert all_of(limit) == whole
    refused = all_of(2, state=State.NOT_SENT)
    assert len(refused) == 9
    of_one = all_of(2, campaign_id="cmp_1")
    assert len(set(of_one)) == len(of_one) == 9
    assert len(all_of(2, campaign_id="cmp_1", state=State.SENT)) == 6
    assert all_of(3, channel=Channel.SMS) == []
    assert len(all_of(2, customer_id=people[1])) == 3
    cursor = page_deliveries(shop, DeliveryFilter(), limit=2).next
    for tenant, wanted in ((other_tenant, DeliveryFilter()), (shop, DeliveryFilter(campaign_id="cmp_1"))):
        with pytest.raises(MalformedError):
            page_deliveries(tenant, wanted, limit=2, cursor=cursor)


def test_marketing_is_paused_by_hand_and_goes_on(shop: Tenant, now: datetime, out: Outbox) -> None:
    call(shop, "POST /messaging/standing", {"paused": True, "reason": "a mistake"})
    ann = person(shop, now, "Ann")
    made = dispatch(shop, now)
    send_batch(shop, made.id, 0, [ann], now)
    assert (only(shop, ann).reason, out.email.sent) == (Reason.MARKETING_PAUSED, [])

    assert call(shop, "GET /messaging/standing")["reason"] == "a mistake"
    call(shop, "POST /messaging/standing", {"paused": True}, 409)
    assert call(shop, "POST /messaging/standing", {"paused": False})["paused"] is False
    call(shop, "POST /messaging/standing", {"paused": False}, 409)


@pytest.mark.parametrize(
    ("bounced", "complained", "reason"), [(7, 0, ""), (8, 0, "bounces"), (0, 1, "complaints"), (0, 0, "")]
)
def test_too_much_that_is_unwanted_pauses_marketing_by_itself(
    shop: Tenant, now: datetime, out: Outbox, bounced: int, complained: int, reason: str
) -> None:
    for hours, counts in ((30, {"sent": 1000, "bounced": 900}), (3, {"sent": 200})):
        at = now - timedelta(hours=hours) + timedelta(hours=1)
        more = {"bounced": bounced, "complained": complained} if hours == 3 else {}
        transaction = Transaction(shop)
        day = day_place(shop, at.date().isoformat(), "email", "news", at.hour, 0, "promotions")
        bump(transaction, day, counts | more)
        transaction.commit()

    assert pause_if_unwanted(shop, "Europe/Warsaw", now) is bool(reason)
    found = standing_of(shop, "Europe/Warsaw", now)
    assert (found.reason, found.sent, found.bounced) == (reason, 200, bounced)
    if reason:
        resume_marketing(shop, now)
        assert pause_if_unwanted(shop, "Europe/Warsaw", now + MINUTE) is False
