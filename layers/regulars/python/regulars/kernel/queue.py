"""Sending to a queue in batches of ten."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from regulars.kernel.aws import client

T = TypeVar("T")
MAX_BATCH = 10
# How often a message is received before it goes to the dead letters (a test compares it with the stack's).
MAX_RECEIVES = 5


def batches(things: Iterable[T], size: int = MAX_BATCH) -> Iterator[list[T]]:
    """`things` in lists of up to `size`."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def send(queue_url: str, messages: Sequence[dict[str, Any]]) -> list[int]:
    """Send up to ten messages as JSON; answers the positions of those that the queue did not take."""
    answer = client("sqs").send_message_batch(
        QueueUrl=queue_url,
        Entries=[
            {"Id": str(position), "MessageBody": json.dumps(message, separators=(",", ":"))}
            for position, message in enumerate(messages)
        ],
    )
    return [int(failed["Id"]) for failed in answer.get("Failed", ())]


def send_later(queue_url: str, message: dict[str, Any], delay: int) -> None:
    """Send one message as JSON, to be seen `delay` seconds (900 at the most) from now."""
    client("sqs").send_message(
        QueueUrl=queue_url, MessageBody=json.dumps(message, separators=(",", ":")), DelaySeconds=delay
    )
