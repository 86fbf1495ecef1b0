"""Passing on what providers tell, in the envelopes in which it comes on AWS."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import boto3

from local.engine import ACCOUNT, REGION, Engine
from local.simulator.events import DETAIL_TYPES, Event

QUEUE = "regulars-local-take-provider-events"
Make = Callable[[datetime], Event]


class Ways(Protocol):
    """Where events go, called in a thread."""

    def mail(self, event: Event) -> None: ...

    def text(self, event: Event) -> None: ...


class AwsWays:
    """End User Messaging publishes to the deployed topic. SES's events come over the account's default bus, on which nobody but
    AWS may speak for `aws.ses`, at the engine either: they go where the rule would send them, in the bus's envelope."""

    def __init__(self, engine: Engine, texts_topic: str) -> None:
        self._queues = boto3.client("sqs", **engine.client_settings)
        self._topics = boto3.client("sns", **engine.client_settings)
        self._texts_topic = texts_topic

    def mail(self, event: Event) -> None:
        envelope = {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": DETAIL_TYPES[event["eventType"]],
            "source": "aws.ses",
            "account": ACCOUNT,
            "time": event["mail"]["timestamp"],
            "region": REGION,
            "resources": [f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/regulars-local"],
            "detail": event,
        }
        url = self._queues.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        self._queues.send_message(QueueUrl=url, MessageBody=json.dumps(envelope))

    def text(self, event: Event) -> None:
        self._topics.publish(TopicArn=self._texts_topic, Message=json.dumps(event))


class Teller:
    """Tells events a moment after what they tell of, in the order of their moments; all that is left when it ends."""

    def __init__(self, ways: Ways, now: Callable[[], datetime]) -> None:
        self._ways = ways
        self.now = now
        self._waiting: dict[asyncio.Task[None], None] = {}
        self._hurry = asyncio.Event()

    def mail(self, make: Make, after: float = 0) -> None:
        """Have an event of SES told in `after` seconds; it is made then, with the moment at hand."""
        self._later(lambda: self._ways.mail(make(self.now())), after)

    def text(self, make: Make, after: float = 0) -> None:
        """Have an event of End User Messaging, or an answer, told in `after` seconds."""
        self._later(lambda: self._ways.text(make(self.now())), after)

    async def settle(self) -> None:
        """Returns when nothing waits any more."""
        while self._waiting:
            await asyncio.wait(list(self._waiting))

    async def end(self) -> None:
        """Tells what is left at once."""
        self._hurry.set()
        await self.settle()

    def _later(self, tell: Callable[[], Any], after: float) -> None:
        async def wait_and_tell() -> None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), after)
            await asyncio.to_thread(tell)

        task = asyncio.get_running_loop().create_task(wait_and_tell())
        self._waiting[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._waiting.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            print(f"an event could not be told: {type(error).__name__}: {error}", flush=True)
