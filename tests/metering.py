"""Request units by DynamoDB's own rules, from what was asked and answered.

The embedded engine counts writes rightly, indexes and transactions included, but reports half a unit for every read; AWS
rounds up to 4 KB: each item of a get, and the sum of the items of a query.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from regulars.kernel.table import Item

_READS = frozenset({"GetItem", "BatchGetItem", "Query"})


@dataclass
class Meter:
    """Units of every call since it was switched on, by operation."""

    calls: list[tuple[str, float]] = field(default_factory=list)

    @property
    def units(self) -> float:
        return sum(units for _, units in self.calls)

    @property
    def reads(self) -> float:
        return sum(units for operation, units in self.calls if operation in _READS)


@contextmanager
def metered() -> Iterator[Meter]:
    """`with metered() as meter:` … `meter.units`. One thread at a time."""
    Item.exists()
    meter = Meter()
    asked: dict[str, Any] = {}

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        asked.clear()
        asked.update(params)

    def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if parsed["ResponseMetadata"]["HTTPStatusCode"] == 200:
            meter.calls.append((model.name, _units(model.name, asked, parsed)))

    events = Item._get_connection().connection.client.meta.events
    events.register("provide-client-params.dynamodb.*", ask)
    events.register("after-call.dynamodb.*", note)
    try:
        yield meter
    finally:
        events.unregister("provide-client-params.dynamodb.*", ask)
        events.unregister("after-call.dynamodb.*", note)


def _units(operation: str, asked: dict[str, Any], answer: dict[str, Any]) -> float:
    factor = 1.0 if asked.get("ConsistentRead") else 0.5
    match operation:
        case "GetItem":
            return factor * _blocks(_size(answer.get("Item", {})))
        case "BatchGetItem":
            [table] = asked["RequestItems"].values()
            factor = 1.0 if table.get("ConsistentRead") else 0.5
            found = [_blocks(_size(item)) for items in answer["Responses"].values() for item in items]
            return factor * (sum(found) + len(table["Keys"]) - len(found))
        case "Query":
            assert answer["ScannedCount"] == answer["Count"], "a filter hides what was read"
            return factor * _blocks(sum(map(_size, answer["Items"])))
    reported = answer.get("ConsumedCapacity", [])
    return sum(
        float(one["CapacityUnits"]) for one in (reported if isinstance(reported, list) else [reported])
    )


def _blocks(size: int) -> int:
    return max(1, -(-size // 4096))


def _size(item: dict[str, Any]) -> int:
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    [(kind, content)] = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content) // 2 + 2
    if kind == "SS":
        return 3 + sum(len(one.encode()) + 1 for one in content)
    return len(content) if kind == "B" else 1
