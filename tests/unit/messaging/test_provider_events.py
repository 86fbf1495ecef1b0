"""What SES, End User Messaging and people tell, in the formats that AWS documents, over each way it may come."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulator import events as simulated
from regulars.messaging.model import Channel
from regulars.messaging.provider_events.reading import read_event
from regulars.messaging.provider_events.seen import read_seen
from regulars.messaging.provider_events.told import Inbound, OfDelivery, Told, UnreadableError
from regulars.messaging.signals import DeliveryRef, SignalKind

TENANT = "ten_01J00000000000000000000000"
REF = DeliveryRef("cus_1", "dlv_1")
AT = "2026-03-10T09:30:00.000Z"
MOMENT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
MAIL = {
    "timestamp": AT,
    "messageId": "0100-1",
    "source": "shop@example.test",
    "destination": ["ann@example.test"],
    "tags": {
        "ses:configuration-set": ["regulars-dev"],
        "tenant": [TENANT],
        "delivery": ["dlv_1"],
        "customer": ["cus_1"],
    },
}


def mail_event(kind: str, mail: dict[str, Any] = MAIL, **part: Any) -> dict[str, Any]:
    return {"eventType": kind, "mail": mail, **part}


def over_bus(event: dict[str, Any]) -> dict[str, Any]:
    return {"version": "0", "id": "1", "source": "aws.ses", "detail-type": "Email …", "detail": event}


def over_topic(event: Any) -> dict[str, Any]:
    text = event if isinstance(event, str) else json.dumps(event)
    return {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": "arn:aws:sns:eu-west-1:1:x",
        "Message": text,
    }


def told(message: dict[str, Any]) -> OfDelivery:
    found = read_event(message)
    assert isinstance(found, OfDelivery)
    return found


BOUNCED = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [
        {"emailAddress": "ann@example.test", "status": "5.1.1", "diagnosticCode": "smtp; 550 no such user"}
    ],
    "timestamp": AT,
}
MAILS: list[tuple[dict[str, Any], SignalKind]] = [
    (mail_event("Send", send={}), SignalKind.ACCEPTED),
    (mail_event("Delivery", delivery={"timestamp": AT}), SignalKind.DELIVERED),
    (mail_event("Bounce", bounce=BOUNCED), SignalKind.BOUNCED),
    (mail_event("Bounce", bounce=BOUNCED | {"bounceType": "Transient"}), SignalKind.SOFT_BOUNCED),
    (mail_event("Bounce", bounce=BOUNCED | {"bounceType": "Undetermined"}), SignalKind.SOFT_BOUNCED),
    (mail_event("Complaint", complaint={"timestamp": AT}), SignalKind.COMPLAINED),
    (mail_event("Reject", reject={"reason": "Bad content"}), SignalKind.REJECTED),
    (mail_event("Rendering Failure", failure={"errorMessage": "no p1"}), SignalKind.REJECTED),
    (
        mail_event("Open", open={"timestamp": AT, "userAgent": "Mozilla/5.0 (X11) Firefox/140"}),
        SignalKind.OPENED,
    ),
    (mail_event("Open", open={"timestamp": AT, "userAgent": "curl/8"}), SignalKind.MACHINE_OPENED),
    (
        mail_event("Click", click={"timestamp": AT, "userAgent": "Mozilla/5.0 (X11) Firefox/140"}),
        SignalKind.CLICKED,
    ),
]


@pytest.mark.parametrize("way", [over_bus, over_topic, lambda event: event], ids=["bus", "topic", "plain"])
@pytest.mark.parametrize(
    ("event", "kind"), MAILS, ids=[f"{kind.value}-{n}" for n, (_, kind) in enumerate(MAILS)]
)
def test_events_of_mail_become_signals(way: Any, event: dict[str, Any], kind: SignalKind) -> None:
    found = told(way(event))
    assert found.tenant.id == TENANT
    signal = found.signal
    assert (signal.ref, signal.kind, signal.at, signal.channel) == (REF, kind, MOMENT, Channel.EMAIL)
    assert (signal.provider, signal.provider_id) == ("ses", "0100-1")


def test_a_bounce_says_why_in_one_line() -> None:
    bounce = BOUNCED | {"bouncedRecipients": [{"status": "5.1.1", "diagnosticCode": "550\r\nno such user"}]}
    assert told(mail_event("Bounce", bounce=bounce)).signal.detail == "General · 5.1.1 · 550 no such user"


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"detail": {}},
        {"detail": []},
        over_bus(mail_event("DeliveryDelay", deliveryDelay={})),
        over_bus(mail_event("Subscription")),
        over_bus(mail_event("Complaint", complaint={"complaintFeedbackType": "not-spam", "timestamp": AT})),
        over_bus(mail_event("Delivery", mail=MAIL | {"tags": {}}, delivery={"timestamp": AT})),
        over_bus(mail_event("Delivery", mail=MAIL | {"tags": None}, delivery={"timestamp": AT})),
        over_bus(
            mail_event("Delivery", mail=MAIL | {"tags": MAIL["tags"] | {"tenant": ["ten_1"]}}, delivery={})  # type: ignore[operator]
        ),
        over_topic("Successfully validated SNS topic for Amazon SES event publishing."),
        over_topic("[1, 2]"),
        over_topic({"AlarmName": "x"}),
        {"eventType": "TEXT_UNKNOWN", "context": {}},
        {"eventType": "TEXT_DELIVERED", "context": None},
    ],
)
def test_what_tells_nothing_of_ours_is_let_pass(message: dict[str, Any]) -> None:
    assert read_event(message) is None


@pytest.mark.parametrize(
    "event",
    [
        mail_event("Delivery"),
        mail_event("Delivery", delivery={"timestamp": "yesterday"}),
        mail_event("Bounce", bounce={"timestamp": AT}),
        mail_event("Bounce", bounce=BOUNCED | {"bounceType": "Odd"}),
        {"originationNumber": "", "messageBody": "STOP", "inboundMessageId": "1"},
        {"originationNumber": "+1", "messageBody": "STOP"},
    ],
)
def test_what_lacks_its_parts_cannot_be_read(event: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        read_event(over_topic(event))


TEXTS = {
    "TEXT_QUEUED": SignalKind.ACCEPTED,
    "TEXT_SUCCESSFUL": SignalKind.ACCEPTED,
    "TEXT_DELIVERED": SignalKind.DELIVERED,
    "TEXT_INVALID": SignalKind.BOUNCED,
    "TEXT_UNREACHABLE": SignalKind.SOFT_BOUNCED,
    "TEXT_CARRIER_BLOCKED": SignalKind.SOFT_BOUNCED,
    "TEXT_TTL_EXPIRED": SignalKind.SOFT_BOUNCED,
    "TEXT_SPAM": SignalKind.REJECTED,
    "TEXT_PROTECT_BLOCKED": SignalKind.REJECTED,
}


@pytest.mark.parametrize(("kind", "signal"), TEXTS.items())
def test_events_of_texts_become_signals(kind: str, signal: SignalKind) -> None:
    event = {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": int(MOMENT.timestamp() * 1000),
        "isFinal": True,
        "destinationPhoneNumber": "+14255550156",
        "messageId": "862a8790",
        "messageStatus": "X",
        "messageStatusDescription": "words",
        "context": {"tenant": TENANT, "delivery": "dlv_1", "customer": "cus_1"},
    }
    found = told(over_topic(event)).signal
    assert (found.ref, found.kind, found.at, found.channel) == (REF, signal, MOMENT, Channel.SMS)
    assert bool(found.detail) == (signal not in (SignalKind.ACCEPTED, SignalKind.DELIVERED))


def test_an_answer_names_its_phone_and_what_it_answers() -> None:
    event = {
        "originationNumber": "+14255550182",
        "destinationNumber": "+12125550101",
        "messageKeyword": "JOIN",
        "messageBody": "Stop.",
        "inboundMessageId": "cae173d2",
        "previousPublishedMessageId": "wJalr",
    }
    assert read_event(over_topic(event)) == Inbound(
        "cae173d2", "+14255550182", "+12125550101", "Stop.", "wJalr"
    )


def test_messages_that_were_read_were_delivered_and_opened() -> None:
    message = {"seen": {"tenant": TENANT, "customer": "cus_1", "deliveries": ["dlv_1"], "at": AT}}
    found: list[Told] = list(read_seen(message))
    kinds = [one.signal.kind for one in found if isinstance(one, OfDelivery)]
    assert kinds == [SignalKind.DELIVERED, SignalKind.OPENED]


def test_the_simulator_tells_what_can_be_read() -> None:
    message = {
        "id": "0100-1",
        "time": AT,
        "from": "shop@example.test",
        "to": ["ann@example.test"],
        "text": "x",
        "tags": {"tenant": TENANT, "delivery": "dlv_1", "customer": "cus_1"},
        "configuration_set": "regulars-local",
    }
    made = {
        SignalKind.ACCEPTED: simulated.sent(message, MOMENT),
        SignalKind.DELIVERED: simulated.delivered(message, MOMENT),
        SignalKind.BOUNCED: simulated.bounced(message, MOMENT),
        SignalKind.SOFT_BOUNCED: simulated.bounced(message, MOMENT, "Transient"),
        SignalKind.COMPLAINED: simulated.complained(message, MOMENT),
        SignalKind.REJECTED: simulated.not_rendered(message, "no p1"),
    }
    for kind, event in made.items():
        assert told(over_bus(event)).signal.kind is kind
    assert told(simulated.text_told(message, "TEXT_DELIVERED", MOMENT, final=True)).signal.at == MOMENT
    assert isinstance(read_event(over_topic(simulated.answer(message, "STOP"))), Inbound)
