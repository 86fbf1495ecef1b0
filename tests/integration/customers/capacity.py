"""Read request units by DynamoDB's own rules, from what was asked and answered.

The embedded engine reports half a unit for every read, whatever its size; AWS rounds up to 4 KB: each item of a get, and the
sum of the items of a query. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from typing import Any


def read_units(operation: str, asked: dict[str, Any], answer: dict[str, Any]) -> float:
    """Units of one call; writes count as nothing here. A filtered query has no visible size, and is refused."""
    factor = 1.0 if asked.get("ConsistentRead") else 0.5
    match operation:
        case "GetItem":
            return factor * _blocks(_size(answer.get("Item", {})))
        case "BatchGetItem":
            tables = asked["RequestItems"]
            wanted = sum(len(table["Keys"]) for table in tables.values())
            found = [_blocks(_size(item)) for items in answer["Responses"].values() for item in items]
            return factor * (sum(found) + wanted - len(found))
        case "Query":
            assert answer["ScannedCount"] == answer["Count"], "a filter hides what was read"
            return factor * _blocks(sum(map(_size, answer["Items"])))
    return 0.0


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
