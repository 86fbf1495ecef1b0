"""The outbox: records of the table's stream become entries of the bus.

A record that cannot be read is reported and never stops its neighbours.
"""

from collections.abc import Sequence
from typing import Any

from regulars.kernel import bus
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.logs import logger, metric

Record = dict[str, Any]
_log = logger("outbox")


def publish(records: Sequence[Record]) -> list[str]:
    """Put the events among the records on the bus; answers the sequence numbers that failed, in the batch's order."""
    entries: list[bus.Entry] = []
    places: list[int] = []
    failed: list[int] = []
    for place, record in enumerate(records):
        if not is_new_event(record):
            continue
        try:
            entries.append(entry_of(record))
            places.append(place)
        except Exception:  # noqa: BLE001  (whatever is wrong with it, the others must go on)
            _log.exception("unreadable event item", extra={"sequence": sequence_of(record)})
            failed.append(place)
    failed += [places[position] for position in bus.put(entries)]
    _report(len(entries), len(failed))
    return [sequence_of(records[place]) for place in sorted(failed)]


def is_new_event(record: Record) -> bool:
    """The stream's filter says the same; the code does not rely on it."""
    kind = record.get("dynamodb", {}).get("NewImage", {}).get("kind", {})
    return record.get("eventName") == "INSERT" and kind.get("S") == "event"


def entry_of(record: Record) -> bus.Entry:
    """The bus entry of an event item's image. Raises whatever a malformed image leads to."""
    envelope = Envelope.of(EventItem.from_raw_data(record["dynamodb"]["NewImage"]))
    envelope.owner()
    return bus.Entry(envelope.name, envelope.model_dump_json())


def sequence_of(record: Record) -> str:
    return str(record.get("dynamodb", {}).get("SequenceNumber", ""))


def _report(published: int, failed: int) -> None:
    _log.info("published", extra={"events": published, "failed": failed})
    if failed:
        metric("EventsNotPublished", failed)
