"""The samples in events/samples are what the functions really take: each is run by its function against the engine."""

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parent.parent.parent.parent / "events" / "samples"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def test_a_request_for_the_document_is_answered() -> None:
    from docs_api.handler import handler

    answer = handler(sample("http_request"), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["openapi"] == "3.1.0"


def test_an_event_of_an_unknown_tenant_is_reported_by_its_message(table: str) -> None:
    from keep_stats.handler import handler

    batch = sample("queue_of_events")
    failed = handler(batch, None)["batchItemFailures"]
    assert failed == [{"itemIdentifier": batch["Records"][0]["messageId"]}]


def test_a_path_with_a_slash_too_many_is_led_to_its_own_path() -> None:
    from docs_api.handler import handler

    for path, plain in (("/console/", "/console"), ("//evil.example/", "/evil.example")):
        event = sample("http_request") | {"routeKey": "$default"}
        event["requestContext"]["http"]["path"] = path
        answer = handler(event, None)
        assert (answer["statusCode"], answer["headers"]["location"]) == (308, plain)


def test_the_streams_image_becomes_the_same_envelope(table: str) -> None:
    from regulars.kernel.events import Envelope, EventItem

    image = sample("table_stream")["Records"][0]["dynamodb"]["NewImage"]
    body = json.loads(sample("queue_of_events")["Records"][0]["body"])
    assert Envelope.of(EventItem.from_raw_data(image)) == Envelope.model_validate(body["detail"])


def test_a_timer_whose_cart_is_gone_is_put_away(table: str) -> None:
    from run_timers.handler import handler

    assert handler(sample("queue_of_timers"), None) == {"batchItemFailures": []}


def test_every_sample_is_used() -> None:
    used = {"http_request", "queue_of_events", "table_stream", "queue_of_timers", "minute"}
    assert {path.stem for path in SAMPLES.glob("*.json")} == used


@pytest.mark.usefixtures("timers_queue")
def test_a_minute_without_anything_due_sends_nothing(table: str) -> None:
    from fire_timers.handler import handler

    handler(sample("minute"), None)
