"""The publisher as a real process that is killed without warning, with a real bus, rule and queue behind it."""

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keep_facts.handler import handler as facts_handler
from keep_stats.handler import handler as stats_handler
from local.engine import Engine
from publish_events.handler import handler as publish_handler
from regulars import insights
from regulars.customers import facts_of
from regulars.kernel.aws import client, session
from regulars.kernel.ids import new_id
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import buy, images_of, new_customer

KILLS = 50
ORDERS = 150


@pytest.fixture
def queue(engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A queue that gets all events of a bus of its own."""
    # Not the process's client: the children inherit that one, and its connections must be theirs.
    events, sqs, name = session().create_client("events"), client("sqs"), new_id("bus", now)
    events.create_event_bus(Name=name)
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["regulars"]}))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
    monkeypatch.setitem(os.environ, "EVENT_BUS_NAME", name)
    forget_settings()
    client("events")
    yield url
    forget_settings()
    sqs.delete_queue(QueueUrl=url)


def publish_from(checkpoint: Path, records: list[dict[str, Any]]) -> None:
    """As Lambda reads a shard: on from where the last good answer was."""
    while (position := int(checkpoint.read_text() or 0)) < len(records):
        batch = records[position : position + 2]
        assert publish_handler({"Records": batch}, None) == {"batchItemFailures": []}
        fresh = checkpoint.with_suffix(".new")
        fresh.write_text(str(position + len(batch)))
        fresh.replace(checkpoint)


def run_and_kill(checkpoint: Path, records: list[dict[str, Any]], after: float) -> bool:
    """Run the publisher in a process of its own for `after` seconds; whether it was killed at its work."""
    child = os.fork()
    if child == 0:
        try:
            publish_from(checkpoint, records)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_process_killed_fifty_times_leaves_exact_totals(
    shop: Tenant, now: datetime, queue: str, tmp_path: Path
) -> None:
    chance = random.Random(7)
    people = [new_customer(shop, now, f"c{number}@example.test") for number in range(3)]
    for number in range(ORDERS):
        buy(shop, people[number % 3], f"o{number}", now - timedelta(hours=5 * number), 1000 + number)
    records = images_of(shop, people)
    checkpoint = tmp_path / "position"
    checkpoint.write_text("0")

    kills = 0
    for _ in range(10 * KILLS):
        if kills == KILLS:
            break
        kills += run_and_kill(checkpoint, records, chance.uniform(0.001, 0.015))
        if int(checkpoint.read_text()) >= len(records):
            # All are out; send them once more, so that every kill meets work.
            checkpoint.write_text("0")
    publish_from(checkpoint, records)

    arrived = consume(queue)
    assert kills == KILLS
    assert arrived >= len(records)
    total = insights.stats(shop, now).total
    assert (total.orders, total.gross) == (ORDERS, sum(2 * (1000 + number) for number in range(ORDERS)))
    for one in people:
        facts = facts_of(shop, one, consistent=True)
        assert facts is not None
        assert facts.counts == {"order.placed": ORDERS // 3}


def consume(queue: str) -> int:
    """Work through the queue with both consumers; how many messages there were."""
    arrived = 0
    while messages := client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        arrived += len(messages)
        batch = {"Records": [{"messageId": one["MessageId"], "body": one["Body"]} for one in messages]}
        assert facts_handler(batch, None) == stats_handler(batch, None) == {"batchItemFailures": []}
        for one in messages:
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
    return arrived
