"""Dead-letter queues: what lies in them, and how it goes back to where it failed.

A message is deleted here only after its source has it again; dying in between brings it back twice, which consumers bear.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kernel.aws import client
from regulars.kernel.errors import NotFoundError, RegularsError

_HIDDEN_SECONDS = 120
Message = dict[str, Any]


class NoWayBackError(RegularsError):
    """The message cannot be brought back from here."""


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """A queue of messages that were given up, and the queues they came from (none: given up by the table's stream)."""

    url: str
    sources: tuple[str, ...]
    waiting: int

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def all_dead_letters(prefix: str = "") -> list[DeadLetters]:
    """Every dead-letter queue of the account and region whose name begins with `prefix`."""
    attributes = {url: _attributes(url) for url in _queues(prefix)}
    by_arn = {given["QueueArn"]: url for url, given in attributes.items()}
    sources: dict[str, list[str]] = {}
    for url, given in attributes.items():
        if policy := given.get("RedrivePolicy"):
            target = by_arn.get(json.loads(policy)["deadLetterTargetArn"])
            if target is not None:
                sources.setdefault(target, []).append(url)
    return [
        DeadLetters(url, tuple(sources.get(url, ())), int(given["ApproximateNumberOfMessages"]))
        for url, given in attributes.items()
        if url in sources or _is_for_failures(url)
    ]


def _is_for_failures(url: str) -> bool:
    """Whether a queue is one of those that no queue feeds, but the table's stream or the scheduler."""
    name = url.rpartition("/")[2].lower().replace("-", "")
    return "failures" in name or "deadletters" in name


def find(text: str) -> DeadLetters:
    """The one dead-letter queue whose name or source's name contains `text`. Raises NotFoundError for none or several."""
    wanted = text.replace("_", "").replace("-", "").lower()
    found = [
        one
        for one in all_dead_letters()
        if any(wanted in name.replace("_", "").replace("-", "").lower() for name in (one.url, *one.sources))
    ]
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} dead-letter queues match {text!r}; see `regulars redrive --list`")
    return found[0]


def receive(queue: DeadLetters, most: int) -> Iterator[Message]:
    """Up to `most` messages, hidden from others for two minutes."""
    left = most
    while left > 0:
        answer = client("sqs").receive_message(
            QueueUrl=queue.url,
            MaxNumberOfMessages=min(10, left),
            VisibilityTimeout=_HIDDEN_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        left -= len(messages)
        yield from messages


def bring_back(queue: DeadLetters, message: Message) -> None:
    """Send a message to its source again and delete it here. Raises NoWayBackError when that is impossible."""
    body = _json(message["Body"])
    if "DDBStreamBatchInfo" in body:
        _publish_again(body["DDBStreamBatchInfo"])
    elif len(queue.sources) == 1:
        client("sqs").send_message(
            QueueUrl=queue.sources[0],
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
        )
    else:
        raise NoWayBackError(f"{queue.name} has {len(queue.sources)} sources; which one is not known")
    client("sqs").delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])


def release(queue: DeadLetters, messages: Sequence[Message]) -> None:
    """Let messages that stay be received again at once."""
    for message in messages:
        client("sqs").change_message_visibility(
            QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )


def describe(message: Message) -> str:
    """A message in one line, without its content: what it is about, and what is known of why it failed."""
    body = _json(message["Body"])
    given = message.get("Attributes", {})
    tries = given.get("ApproximateReceiveCount", "?")
    if "DDBStreamBatchInfo" in body:
        info = body["DDBStreamBatchInfo"]
        reason = body.get("requestContext", {}).get("condition", "")
        return f"{info.get('batchSize', '?')} stream records of {info.get('shardId')}: {reason}"
    detail = body.get("detail", body)
    about = [detail.get(name) for name in ("name", "id", "subject", "tenant", "job") if detail.get(name)]
    return f"{' '.join(map(str, about)) or 'unreadable'} (message {message['MessageId']}, received {tries} times)"


def reason(message: Message, log_group: str) -> str:
    """Why a message failed: the last line of the latest exception that its function logged about it, or nothing."""
    body = _json(message["Body"])
    wanted = body.get("detail", {}).get("id") or message["MessageId"]
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0))
    pages = (
        client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=log_group, filterPattern=f'"{wanted}"', startTime=sent)
    )
    found = ""
    for page in pages:
        for event in page.get("events", ()):
            found = str(_json(event["message"]).get("exception", "")).strip().rpartition("\n")[2] or found
    return found


def _publish_again(info: dict[str, Any]) -> None:
    """Put a part of the table's stream on the bus again; the stream keeps it for a day."""
    from regulars.kernel.outbox import publish

    failed = publish(list(_stream_records(info)))
    if failed:
        raise NoWayBackError(f"{len(failed)} records still cannot be published: {', '.join(failed[:3])}")


def _stream_records(info: dict[str, Any]) -> Iterator[Message]:
    streams = client("dynamodbstreams")
    iterator = streams.get_shard_iterator(
        StreamArn=info["streamArn"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    last = int(info["endSequenceNumber"])
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > last:
                return
            yield record
            if int(record["dynamodb"]["SequenceNumber"]) == last:
                return
        iterator = answer.get("NextShardIterator") if answer["Records"] else None


def _queues(prefix: str) -> Iterator[str]:
    how = {"QueueNamePrefix": prefix} if prefix else {}
    for page in client("sqs").get_paginator("list_queues").paginate(**how):
        yield from page.get("QueueUrls", ())


def _attributes(url: str) -> dict[str, str]:
    answer = client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["QueueArn", "RedrivePolicy", "ApproximateNumberOfMessages"]
    )
    attributes: dict[str, str] = answer["Attributes"]
    return attributes


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
