"""The messaging API as API Gateway calls it, and the worker as its queue does."""

from datetime import datetime

import pytest

from messaging_api.handler import handler
from regulars.kernel.tenancy import Tenant
from send_messages.handler import handler as send_handler
from tests.events import answer_body, http_event
from tests.integration.messaging import outbox
from tests.integration.pipeline.shop import buy, events_of, new_customer, queue_batch


@pytest.fixture
def ann(shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch, accounts: str) -> str:
    """A customer who got a confirmation of one order, and none of one that was imported."""
    out = outbox.use(monkeypatch, own_templates=False)
    ann = new_customer(shop, now)
    buy(shop, ann, "1", now)
    buy(shop, ann, "2", now, history=True)
    assert send_handler(queue_batch(events_of(shop, [ann])), None) == {"batchItemFailures": []}
    assert len(out.email.sent) == 1
    return ann


def test_log_history_and_delivery_tell_the_same(shop: Tenant, ann: str) -> None:
    log = answer_body(
        handler(http_event("GET /notifications/logs", tenant=shop.id, query={"state": "sent"}), None)
    )
    params = {"customer_id": ann}
    history = answer_body(
        handler(http_event("GET /customers/{customer_id}/history", tenant=shop.id, params=params), None)
    )
    (logged,), (message,) = log["items"], history["items"]
    params = {"delivery_id": logged["id"]}
    one = answer_body(
        handler(http_event("GET /deliveries/{delivery_id}", tenant=shop.id, params=params), None)
    )

    assert one == message
    assert {name: one[name] for name in logged} == logged
    assert one["explanation"] == "Everything needed was there, so the message was sent."
    assert "Mug" in one["content"]["text"]


def test_fields_may_be_chosen(shop: Tenant, ann: str) -> None:
    event = http_event(
        "GET /notifications/logs", tenant=shop.id, query={"fields": "state,reason", "channel": "email"}
    )
    assert answer_body(handler(event, None))["items"] == [{"state": "sent", "reason": None}]


def test_customers_read_their_own_history_only(shop: Tenant, ann: str) -> None:
    caller = {"caller_kind": "customer", "caller_id": ann, "role": ""}

    def status(key: str, **params: str) -> int:
        return int(handler(http_event(key, tenant=shop.id, caller=caller, params=params), None)["statusCode"])

    assert status("GET /customers/{customer_id}/history", customer_id=ann) == 200
    assert status("GET /customers/{customer_id}/history", customer_id="cus_other") == 404
    assert status("GET /notifications/logs") == 403


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"channel": "pigeon"}, {"limit": "0"}, {"customer": ""}]
)
def test_bad_filters_are_refused(shop: Tenant, query: dict[str, str]) -> None:
    assert (
        handler(http_event("GET /notifications/logs", tenant=shop.id, query=query), None)["statusCode"] == 422
    )


def test_an_unknown_delivery_and_one_of_others_is_not_found(
    shop: Tenant, other_tenant: Tenant, ann: str
) -> None:
    (logged,) = answer_body(handler(http_event("GET /notifications/logs", tenant=shop.id), None))["items"]
    for tenant, which in ((other_tenant, logged["id"]), (shop, "dlv_unknown")):
        event = http_event("GET /deliveries/{delivery_id}", tenant=tenant.id, params={"delivery_id": which})
        assert handler(event, None)["statusCode"] == 404
