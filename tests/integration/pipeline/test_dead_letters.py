"""A poisoned message ends in its dead-letter queue, its neighbours are done, and `regulars redrive` brings it back."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from keep_stats.handler import handler as stats_handler
from local.engine import Engine
from regulars import insights
from regulars.insights import keeping
from regulars.kernel.aws import client
from regulars.kernel.events import Envelope
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars_cli.main import main
from tests.integration.pipeline.shop import buy, events_of, new_customer

MAX_RECEIVES = 3


@pytest.fixture
def queues(engine: Engine, now: datetime) -> Iterator[tuple[str, str]]:
    """A queue and its dead-letter queue."""
    sqs, name = client("sqs"), new_id("work", now)
    dead: str = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": policy}
    work: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    yield work, dead
    sqs.delete_queue(QueueUrl=work)
    sqs.delete_queue(QueueUrl=dead)


def run_worker(queue: str, handler: Callable[[dict[str, Any], Any], Any]) -> None:
    """As Lambda polls: what the handler does not report is deleted."""
    sqs = client("sqs")
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        records = [{"messageId": one["MessageId"], "body": one["Body"]} for one in messages]
        answer = handler({"Records": records}, None)
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for one in messages:
            if one["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])


def send(queue: str, events: list[Envelope]) -> None:
    for one in events:
        body = json.dumps({"detail-type": one.name, "detail": one.model_dump(mode="json")})
        client("sqs").send_message(QueueUrl=queue, MessageBody=body)


def count(queue: str) -> int:
    answer = client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def test_poison_is_parked_neighbours_are_done_and_redrive_brings_it_back(
    shop: Tenant,
    now: datetime,
    queues: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    work, dead = queues
    ann = new_customer(shop, now)
    poisoned = buy(shop, ann, "poison", now, 7)
    for number in range(5):
        buy(shop, ann, f"o{number}", now)
    real = keeping.increments_of

    def broken(event: Envelope, local: Any) -> Any:
        if event.data.get("order_id") == poisoned.id:
            raise ValueError("a mistake of ours")
        return real(event, local)

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "increments_of", broken)
        send(work, events_of(shop, [ann]))
        run_worker(work, stats_handler)

    assert insights.stats(shop, now).total.orders == 5
    assert (count(work), count(dead)) == (0, 1)

    assert main(["redrive", "--queue", work.rpartition("/")[2]]) == 0
    shown = capsys.readouterr().out
    assert "order.placed evt_" in shown
    assert "1 brought back, 0 stay" in shown
    assert (count(work), count(dead)) == (1, 0)
    run_worker(work, stats_handler)
    total = insights.stats(shop, now).total
    assert (total.orders, total.gross) == (6, 5 * 2000 + 14)


def test_dead_letters_are_listed_and_shown_without_moving(
    queues: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    work, dead = queues
    client("sqs").send_message(QueueUrl=dead, MessageBody="not json")

    assert main(["redrive", "--list"]) == 0
    assert main(["redrive", work.rpartition("/")[2], "--show"]) == 0

    shown = capsys.readouterr().out
    assert f"1\t{dead.rpartition('/')[2]}" in shown
    assert "unreadable" in shown
    assert (count(work), count(dead)) == (0, 1)


def test_the_reason_of_a_failure_is_read_from_the_functions_log(
    queues: tuple[str, str], now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    work, dead = queues
    logs, group = client("logs"), new_id("group", now)
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    client("sqs").send_message(
        QueueUrl=dead, MessageBody=json.dumps({"detail": {"id": "evt_1", "name": "a.b"}})
    )
    line = {
        "message": "event failed",
        "event": "evt_1",
        "exception": "Traceback …\n  …\nValueError: a mistake",
    }
    events = [
        {"timestamp": int(time.time() * 1000), "message": json.dumps(line)},
        {
            "timestamp": int(time.time() * 1000),
            "message": json.dumps(line | {"event": "evt_2", "exception": "no"}),
        },
    ]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)

    assert main(["redrive", "--queue", work.rpartition("/")[2], "--show", "--logs", group]) == 0

    assert "a.b evt_1" in (shown := capsys.readouterr().out)
    assert "failed: ValueError: a mistake\n" in shown


def test_a_queue_that_is_not_there_is_a_plain_refusal(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["redrive", "--queue", "no-such-queue"]) == 1
    assert "0 dead-letter queues match" in capsys.readouterr().err


def test_statistics_are_rebuilt_from_the_command_line(
    shop: Tenant, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    buy(shop, new_customer(shop, now), "1", now)

    assert main(["stats", "rebuild", "--tenant", shop.id]) == 0

    assert f"{shop.id}: 2 events counted" in capsys.readouterr().out
    assert insights.stats(shop, now).total.orders == 1


def test_stream_records_that_were_given_up_are_published_again(
    shop: Tenant, now: datetime, table: str, queues: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, dead = queues
    published: list[str] = []
    from regulars.kernel import bus

    monkeypatch.setattr(bus, "put", lambda entries: published.extend(one.name for one in entries) or [])
    streams = client("dynamodbstreams")
    arn = client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")
    ann = new_customer(shop, now)
    buy(shop, ann, "1", now)
    found: list[dict[str, Any]] = []
    position = iterator["ShardIterator"]
    while answer := streams.get_records(ShardIterator=position):
        found += answer["Records"]
        position = answer.get("NextShardIterator")
        if not answer["Records"] or not position:
            break
    own = [
        one["dynamodb"]["SequenceNumber"]
        for one in found
        if one["dynamodb"].get("NewImage", {}).get("tenant", {}).get("S") == shop.id
    ]
    info = {"streamArn": arn, "shardId": shard, "startSequenceNumber": own[0], "endSequenceNumber": own[-1]}
    client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps({"DDBStreamBatchInfo": info}))

    assert main(["redrive", "--queue", dead.rpartition("/")[2]]) == 0

    assert published == ["customer.created", "order.placed"]
    assert count(dead) == 0
