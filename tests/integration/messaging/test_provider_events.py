"""What providers tell moves deliveries, whatever comes twice, late, broken or of something unknown."""

import json
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from local.simulator import events
from receive_notifications import routes as receiving
from receive_notifications.handler import handler as receive
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging import text_store
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.model import Channel, Delivery, State
from regulars.messaging.provider_events import taking
from regulars.messaging.provider_events.sns import ForgedError
from take_provider_events.handler import handler as take
from tests.events import http_event
from tests.integration.messaging.sent import put_delivery
from tests.integration.pipeline.shop import new_customer, open_shop
from tests.resources import taken_from

Message = dict[str, Any]


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> str:
    return new_customer(open_shop(tenant, now), now)


@pytest.fixture
def delivery(tenant: Tenant, now: datetime, ann: str) -> Delivery:
    return delivery_of(tenant, ann, now)


def delivery_of(tenant: Tenant, customer: str, now: datetime, channel: Channel = Channel.EMAIL) -> Delivery:
    made = Delivery(
        new_id("dlv", now),
        customer,
        channel,
        "order_confirmation",
        "ord_1",
        State.SENT,
        now,
        category="order_updates",
        to="ann@example.test",
        sent_at=now,
    )
    put_delivery(tenant, made)
    return made


def captured(tenant: Tenant, delivery: Delivery, now: datetime) -> Message:
    return {
        "id": "0100-1",
        "time": now.isoformat(),
        "from": "shop@example.test",
        "to": ["ann@example.test"],
        "subject": "Hi",
        "text": "Hi",
        "tags": {"tenant": tenant.id, "delivery": delivery.id, "customer": delivery.customer_id},
        "configuration_set": "regulars-test",
    }


def batch(*bodies: Any) -> Message:
    return {
        "Records": [
            {"messageId": str(number), "body": body if isinstance(body, str) else json.dumps(body)}
            for number, body in enumerate(bodies)
        ]
    }


def on_bus(event: Message) -> Message:
    return {"source": "aws.ses", "detail-type": "x", "id": "1", "detail": event}


def state(tenant: Tenant, delivery: Delivery) -> State:
    found = read_delivery(tenant, delivery.customer_id, delivery.id)
    assert found is not None
    return found.state


def test_a_delivered_mail_is_known_as_delivered(tenant: Tenant, now: datetime, delivery: Delivery) -> None:
    mail = captured(tenant, delivery, now)
    assert take(batch(on_bus(events.delivered(mail, now))), None) == {"batchItemFailures": []}
    assert state(tenant, delivery) is State.DELIVERED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_in_any_order_and_twice_come_to_the_same(
    tenant: Tenant, now: datetime, ann: str, order: tuple[int, ...]
) -> None:
    delivery = delivery_of(tenant, ann, now)
    mail = captured(tenant, delivery, now)
    later = now + timedelta(minutes=1)
    told = [events.sent(mail, now), events.delivered(mail, now), events.complained(mail, later)]

    for number in (*order, *order):
        take(batch(on_bus(told[number])), None)

    found = read_delivery(tenant, ann, delivery.id)
    assert found is not None
    assert found.state is State.COMPLAINED
    assert (found.delivered_at, found.complained_at) == (now, later)


def test_a_poisoned_message_is_reported_alone(tenant: Tenant, now: datetime, delivery: Delivery) -> None:
    mail = captured(tenant, delivery, now)
    broken = events.delivered(mail, now)
    broken["delivery"] = {"timestamp": "yesterday"}
    odd = on_bus({"eventType": "Delivery", "mail": {"tags": {}}})

    answer = take(
        batch("no json", on_bus(broken), odd, on_bus(events.delivered(mail, now)), [], {"x": 1}), None
    )

    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    assert failed == ["0", "1", "4"]
    assert state(tenant, delivery) is State.DELIVERED


def test_an_event_of_an_unknown_delivery_is_harmless(
    tenant: Tenant, now: datetime, delivery: Delivery
) -> None:
    mail = captured(tenant, delivery, now)
    mail["tags"] |= {"delivery": new_id("dlv", now)}
    assert take(batch(on_bus(events.delivered(mail, now))), None) == {"batchItemFailures": []}
    assert state(tenant, delivery) is State.SENT


def test_a_text_is_delivered(tenant: Tenant, now: datetime, ann: str) -> None:
    delivery = delivery_of(tenant, ann, now, Channel.SMS)
    text = captured(tenant, delivery, now)
    event = events.text_told(text, "TEXT_DELIVERED", now, final=True)
    message = {"Type": "Notification", "MessageId": "1", "TopicArn": "t", "Message": json.dumps(event)}
    assert take(batch(message), None) == {"batchItemFailures": []}
    assert state(tenant, delivery) is State.DELIVERED


def test_a_message_read_in_the_inbox_counts_as_opened(tenant: Tenant, now: datetime, ann: str) -> None:
    delivery = delivery_of(tenant, ann, now, Channel.IN_APP)
    seen = {"tenant": tenant.id, "customer": ann, "deliveries": [delivery.id], "at": now.isoformat()}
    assert take(batch({"seen": seen}), None) == {"batchItemFailures": []}
    assert state(tenant, delivery) is State.OPENED


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What was passed on of people's answers: tenant, phone, text."""
    from regulars.messaging.preferences import keywords

    passed: list[tuple[str, str, str]] = []

    def take_inbound(tenant: Tenant, channel: Channel, phone: str, text: str, now: datetime) -> None:
        passed.append((tenant.id, phone, text))

    monkeypatch.setattr(keywords, "take_inbound", take_inbound)
    monkeypatch.setattr(taking, "take_inbound", take_inbound, raising=False)
    return passed


def answer(
    phone: str, text: str, *, to: str = "+12065550100", answers: str = "", number: str = ""
) -> Message:
    event = {
        "originationNumber": phone,
        "destinationNumber": to,
        "messageBody": text,
        "inboundMessageId": number or f"in-{phone}-{text}-{answers}",
        "previousPublishedMessageId": answers,
    }
    return {"Type": "Notification", "TopicArn": "t", "MessageId": "m", "Message": json.dumps(event)}


def test_an_answer_reaches_whom_it_answers_once(
    tenant: Tenant, other_tenant: Tenant, now: datetime, answers: list[Any]
) -> None:
    phone = "+14155550111"
    text_store.note_text(tenant, phone, "+12065550100", "m-1", now)
    text_store.note_text(other_tenant, phone, "+12065550100", "m-2", now + timedelta(minutes=1))

    take(batch(*[answer(phone, "STOP", answers="m-1")] * 2), None)
    take(batch(answer(phone, "STOP", answers="m-1")), None)
    take(batch(answer(phone, "Stop", answers="m-unknown")), None)
    take(batch(answer(phone, "Help")), None)

    assert answers == [
        (tenant.id, phone, "STOP"),
        (other_tenant.id, phone, "Stop"),
        (other_tenant.id, phone, "Help"),
    ]


def test_an_answer_goes_to_who_writes_from_that_number(
    tenant: Tenant, other_tenant: Tenant, now: datetime, answers: list[Any]
) -> None:
    phone = "+14155550112"
    text_store.note_text(tenant, phone, "+12065550100", "m-1", now)
    text_store.note_text(other_tenant, phone, "+12065550199", "m-2", now + timedelta(minutes=1))
    take(batch(answer(phone, "STOP", to="+12065550100")), None)
    assert answers == [(tenant.id, phone, "STOP")]


def test_an_answer_to_nobody_is_let_pass(table: str, answers: list[Any]) -> None:
    assert take(batch(answer("+14155550113", "STOP")), None) == {"batchItemFailures": []}
    assert answers == []


TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"


def notify(body: str | None, **headers: str) -> dict[str, Any]:
    given = {"content-type": "text/plain; charset=UTF-8", **headers}
    return receive(http_event("POST /webhooks/sns", raw_body=body, headers=given), None)


@pytest.mark.parametrize(
    "body",
    [None, "", "no json", "[]", "5", "null", "{}", '{"TopicArn": "x"}', "[" * 5000, '{"a": "\\ud800"}'],
)
def test_what_is_no_notification_is_forbidden_without_saying_what_is_wrong(
    table: str, body: str | None
) -> None:
    answered = notify(body)
    assert answered["statusCode"] == 403
    assert json.loads(answered["body"])["detail"] == "This is no notification of a topic of ours."


def test_a_believed_notification_is_queued(
    provider_events_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "verify", lambda *given: None)
    taken_from(provider_events_queue)
    body = {"Type": "Notification", "MessageId": "m", "TopicArn": TOPIC, "Message": "{}", "Signature": "s"}
    assert notify(json.dumps(body))["statusCode"] == 200
    assert taken_from(provider_events_queue) == [
        {"Type": "Notification", "MessageId": "m", "TopicArn": TOPIC, "Message": "{}"}
    ]


def test_a_subscription_is_confirmed_where_sns_is(
    provider_events_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(receiving, "verify", lambda *given: None)
    monkeypatch.setattr(receiving, "fetch", asked.append)
    url = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"
    body = {"Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "SubscribeURL": url}
    assert notify(json.dumps(body))["statusCode"] == 200
    assert notify(json.dumps(body | {"SubscribeURL": "https://evil.test/"}))["statusCode"] == 403
    assert asked == [url]


def test_the_topics_are_those_of_the_settings(
    provider_events_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    def verify(notification: Message, topics: set[str], *rest: Any) -> None:
        given.append(topics)
        raise ForgedError

    monkeypatch.setattr(receiving, "verify", verify)
    assert notify("{}")["statusCode"] == 403
    assert given == [{TOPIC}]
