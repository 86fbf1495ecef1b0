"""Moves the stage's virtual time forward, and lets everything that became due happen before answering."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from local.deployment import Deployment
from local.engine import Engine

CLOCK_KEY = {"pk": {"S": "S#CLOCK"}, "sk": {"S": "CLOCK"}}
FIRE_TIMERS = "regulars-local-fire-timers"
DRAIN_SECONDS = 120
SETTLE_SECONDS = 0.3
MAX_ROUNDS = 50
DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


class ClockMoveError(ValueError):
    """The wanted move is not one: malformed, or backwards."""


class VirtualClock:
    """The offset item that all functions of the stage add to the system's time."""

    def __init__(self, engine: Engine, deployment: Deployment) -> None:
        self._table_name = deployment.table_name
        self._table = boto3.client("dynamodb", **engine.client_settings)
        self._queues = boto3.client("sqs", **engine.client_settings)
        patient = Config(read_timeout=300, retries={"total_max_attempts": 1})
        self._functions = boto3.client("lambda", config=patient, **engine.client_settings)

    def now(self) -> datetime:
        """The present virtual moment."""
        return datetime.now(UTC) + timedelta(seconds=self._offset())

    def move(self, request: dict[str, Any]) -> datetime:
        """Moves by `advance` (seconds or ISO 8601 duration) or `to` a moment, and fires what became due.

        Raises ClockMoveError for anything else, and for a move backwards.
        """
        now = self.now()
        step = self._step(request, now)
        if step < timedelta(0):
            raise ClockMoveError("time only moves forward")
        self._table.put_item(
            TableName=self._table_name,
            Item=CLOCK_KEY
            | {
                "kind": {"S": "clock"},
                "offset_seconds": {"N": str(self._offset() + step.total_seconds())},
            },
        )
        self._let_everything_happen()
        return self.now()

    def _step(self, request: dict[str, Any], now: datetime) -> timedelta:
        match request:
            case {"advance": int() | float() as seconds} if not isinstance(seconds, bool):
                return timedelta(seconds=seconds)
            case {"advance": str() as duration}:
                return _duration(duration)
            case {"to": str() as moment}:
                return _moment(moment) - now
        raise ClockMoveError(
            'send {"advance": "P1D"}, {"advance": seconds} or {"to": "2026-12-01T09:00:00Z"}'
        )

    def _offset(self) -> float:
        item = self._table.get_item(TableName=self._table_name, Key=CLOCK_KEY, ConsistentRead=True).get(
            "Item"
        )
        return float(item["offset_seconds"]["N"]) if item else 0.0

    def _let_everything_happen(self) -> None:
        """What fires may arm what is due already, so it goes round until a round finds the queues empty."""
        for _ in range(MAX_ROUNDS):
            self._functions.invoke(FunctionName=FIRE_TIMERS, Payload=b"{}")
            if not self.drain():
                return

    def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Waits until no queue holds a message, for `seconds` at most; whether there had been any."""
        deadline = time.monotonic() + seconds
        seen = False
        quiet_since = time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - quiet_since < SETTLE_SECONDS:
            if self._waiting():
                seen, quiet_since = True, time.monotonic()
            time.sleep(0.05)
        return seen

    def _waiting(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        urls = self._queues.list_queues(QueueNamePrefix="regulars-local-").get("QueueUrls", [])
        return sum(
            int(count)
            for url in urls
            if not url.endswith("-dead-letters")
            for count in self._queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)[
                "Attributes"
            ].values()
        )


def _duration(text: str) -> timedelta:
    found = DURATION.fullmatch(text)
    parts = {name: int(value) for name, value in (found.groupdict() if found else {}).items() if value}
    if not parts:
        raise ClockMoveError(f"not an ISO 8601 duration of weeks, days, hours, minutes, seconds: {text!r}")
    return timedelta(**parts)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClockMoveError(f"not an ISO 8601 moment: {text!r}") from error
    if moment.tzinfo is None:
        raise ClockMoveError(f"a moment needs its offset from UTC: {text!r}")
    return moment
