"""From the events in a customer's timeline to what history conditions see. Pure.

Orders and refunds that an undone import had brought never were; further lines of an order belong to it. Money counts in the
tenant's currency alone: of an event in another one it is missing. What is not of its property's type is missing too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regulars.segments.kinds import BOUGHT, kind_of
from regulars.segments.rules.values import EventKind, Millis, Occurrence, Property, Value, ValueType

_OWN = "properties"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the timeline."""

    id: str
    name: str
    at: Millis
    data: Mapping[str, Any]

    @property
    def order(self) -> tuple[Any, Any]:
        """Which order, brought by which import; its `job` tells an order from another one that was removed."""
        return self.data.get("order_id"), self.data.get("job")

    @property
    def refund(self) -> tuple[Any, Any]:
        return self.data.get("refund_id"), self.data.get("job")

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self.data.get("lines", [])
        return lines


def occurrences(
    kinds: Iterable[str], told: Iterable[Told], currency: Callable[[], str]
) -> dict[str, list[Occurrence]]:
    """The occurrences of each kind, newest first by `(at, id)`. `currency` is asked for only if it matters."""
    by_name: dict[str, list[Told]] = {}
    for event in _standing(told):
        by_name.setdefault(event.name, []).append(event)
    found = {}
    for name in kinds:
        kind = kind_of(name)
        happened = _happened(kind, by_name, currency) if kind is not None else ()
        found[name] = sorted(happened, key=lambda one: (one.at, one.id), reverse=True)
    return found


def _standing(told: Iterable[Told]) -> list[Told]:
    """Without those of orders and refunds that were removed. An event that was read twice is there once."""
    events = list({event.id: event for event in told}.values())
    orders = {event.order for event in events if event.name == "order.removed"}
    refunds = {event.refund for event in events if event.name == "order.refund_removed"}
    return [event for event in events if event.order not in orders and event.refund not in refunds]


def _happened(
    kind: EventKind, by_name: Mapping[str, list[Told]], currency: Callable[[], str]
) -> Iterator[Occurrence]:
    placed, added = by_name.get("order.placed", []), by_name.get("order.lines_added", [])
    if kind.name == BOUGHT:
        yield from _bought(kind, placed, added, currency)
        return
    more = _by_order(added)
    for event in by_name.get(kind.name, []):
        data = _whole_order(event, more) if kind.name == "order.placed" else _with_items(event)
        yield Occurrence(event.at, event.id, _properties(kind, data, currency))


def _by_order(events: list[Told]) -> dict[tuple[Any, Any], list[Told]]:
    found: dict[tuple[Any, Any], list[Told]] = {}
    for event in events:
        found.setdefault(event.order, []).append(event)
    return found


def _whole_order(event: Told, added: Mapping[tuple[Any, Any], list[Told]]) -> dict[str, Any]:
    """The order with the lines that came after it."""
    more = added.get(event.order, [])
    lines = [line for one in (event, *more) for line in one.lines]
    total = event.data["total"] + sum(one.data["added"] for one in more)
    return {**event.data, "total": total, "items": _pieces(lines)}


def _with_items(event: Told) -> Mapping[str, Any]:
    return {**event.data, "items": _pieces(event.lines)} if "lines" in event.data else event.data


def _pieces(lines: list[dict[str, Any]]) -> int:
    return sum(line["quantity"] for line in lines)


def _bought(
    kind: EventKind, placed: list[Told], added: list[Told], currency: Callable[[], str]
) -> Iterator[Occurrence]:
    orders = {event.order: event for event in placed}
    for event in (*placed, *added):
        order = orders.get(event.order, event)
        of_order = {name: order.data.get(name) for name in ("channel", "payment_method", "currency")}
        for place, line in enumerate(event.lines):
            properties = _properties(kind, of_order | line, currency)
            yield Occurrence(event.at, f"{event.id}#{place:04d}", properties)


def _properties(kind: EventKind, data: Mapping[str, Any], currency: Callable[[], str]) -> dict[str, Value]:
    found = {one.name: _value(one, data, currency) for one in kind.properties if one.name in data}
    if kind.open:
        found |= _own(_OWN, data.get(_OWN) or {})
    return {name: value for name, value in found.items() if value is not None}


def _value(property: Property, data: Mapping[str, Any], currency: Callable[[], str]) -> Value:
    value = data[property.name]
    match property.type:
        case ValueType.MONEY if (
            "currency" in data and isinstance(value, int) and data["currency"] != currency()
        ):
            return None
        case ValueType.MONEY | ValueType.NUMBER:
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        case ValueType.BOOLEAN:
            return value if isinstance(value, bool) else None
        case ValueType.SET:
            return _words(value)
        case _:
            return value if isinstance(value, str) else None


def _words(value: Any) -> frozenset[str] | None:
    listed = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return frozenset(value) if listed else None


def _own(prefix: str, given: Mapping[str, Any]) -> dict[str, Value]:
    """The shop's own properties by dotted names: text, numbers, true or false, and lists of text."""
    found: dict[str, Value] = {}
    for name, value in given.items():
        dotted = f"{prefix}.{name}"
        if isinstance(value, dict):
            found |= _own(dotted, value)
        elif isinstance(value, str | bool | int | float):
            found[dotted] = value
        else:
            found[dotted] = _words(value)
    return found
