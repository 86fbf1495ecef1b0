"""The event bus: puts entries in groups as large as EventBridge takes, and says which it would not take."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from regulars.kernel.aws import client
from regulars.kernel.logs import logger
from regulars.kernel.settings import BusSettings

SOURCE = "regulars"
MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
_ATTEMPTS = 8
_LONGEST_PAUSE = 4.0
_log = logger("bus")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event for the bus: `name` becomes its detail type, `detail` is JSON text."""

    name: str
    detail: str

    @property
    def size(self) -> int:
        """Bytes as EventBridge counts them."""
        return len(SOURCE) + len(self.name) + len(self.detail.encode())


def groups(entries: Sequence[Entry]) -> Iterator[list[int]]:
    """Positions of entries that fit into one call together, in order."""
    group: list[int] = []
    size = 0
    for position, entry in enumerate(entries):
        if group and (len(group) == MAX_ENTRIES or size + entry.size > MAX_BYTES):
            yield group
            group, size = [], 0
        group.append(position)
        size += entry.size
    if group:
        yield group


def put(entries: Sequence[Entry]) -> list[int]:
    """Put all entries on the bus; answers the positions of those that it refused after every retry (about 12 s)."""
    refused: list[int] = []
    for group in groups(entries):
        refused += _put_group(entries, group)
    return refused


def _put_group(entries: Sequence[Entry], group: list[int]) -> list[int]:
    if len(group) == 1 and entries[group[0]].size > MAX_BYTES:
        _log.error("an event is too large for the bus", extra={"event_name": entries[group[0]].name})
        return group
    for attempt in range(_ATTEMPTS):
        group = _refused_of([entries[position] for position in group], group)
        if not group:
            break
        if attempt < _ATTEMPTS - 1:
            time.sleep(min(_LONGEST_PAUSE, 0.1 * 2**attempt) * random.uniform(0.5, 1))  # noqa: S311
    return group


def _refused_of(entries: list[Entry], group: list[int]) -> list[int]:
    bus = BusSettings.load().event_bus_name
    try:
        answer = client("events").put_events(
            Entries=[
                {"EventBusName": bus, "Source": SOURCE, "DetailType": entry.name, "Detail": entry.detail}
                for entry in entries
            ]
        )
    except (BotoCoreError, ClientError) as error:
        _log.warning("the bus did not answer", extra={"error": type(error).__name__, "events": len(entries)})
        return group
    results = answer["Entries"]
    return [position for position, result in zip(group, results, strict=True) if result.get("ErrorCode")]
