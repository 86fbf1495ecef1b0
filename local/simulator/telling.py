"""Passing on what providers tell: by the ways AWS takes, so that the deployed rules and subscriptions are what is tried."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import boto3

from local.engine import Engine
from local.simulator.events import DETAIL_TYPES, Event

Make = Callable[[datetime], Event]


class Ways(Protocol):
    """Where events go, called in a thread."""

    def mail(self, event: Event) -> None: ...

    def text(self, event: Event) -> None: ...


class AwsWays:
    """SES puts its events on the account's default bus, End User Messaging publishes to a topic."""

    def __init__(self, engine: Engine, texts_topic: str) -> None:
        self._bus = boto3.client("events", **engine.client_settings)
        self._topics = boto3.client("sns", **engine.client_settings)
        self._texts_topic = texts_topic

    def mail(self, event: Event) -> None:
        entry = {
            "Source": "aws.ses",
            "DetailType": DETAIL_TYPES[event["eventType"]],
            "Detail": json.dumps(event),
            "Resources": ["arn:aws:ses:us-east-1:000000000000:configuration-set/local"],
        }
        self._bus.put_events(Entries=[entry])

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
