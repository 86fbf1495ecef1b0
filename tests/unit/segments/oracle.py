"""The independent judge of the rule language: it reads a rule's JSON on one customer at one moment, event by event.

It knows nothing of how the product does it and is allowed to be slow. `truth` is all that others need.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules.values import Document, Occurrence, ValueType
from tests.unit.segments import clock
from tests.unit.segments.value_judge import Judge, World, can_be_added, half_open, in_period, since, typed

__all__ = ["World", "truth"]


def truth(rule: Mapping[str, Any], document: Document, now: int, world: World) -> bool:
    return node(rule["root"], document, now, world)


def node(tree: Mapping[str, Any], document: Document, now: int, world: World) -> bool:
    if tree["type"] == "all":
        return all(node(child, document, now, world) for child in tree["of"])
    if tree["type"] == "any":
        return any(node(child, document, now, world) for child in tree["of"])
    if tree["type"] == "not":
        return not node(tree["of"], document, now, world)
    if tree["type"] == "segment":
        return tree["segment"] in document.segments
    if tree["type"] == "field":
        name = tree["field"]
        judge = Judge(tree["is"], now, world, ranked=name)
        return judge.passes(field_value(name, document, now, world), world.fields[name].type)
    return event(tree, document, now, world)


def field_value(name: str, document: Document, now: int, world: World) -> Any:
    """What the document holds; of an age that is the day of birth."""
    value = document.fields.get(name)
    if name in world.ages and value is not None:
        return clock.completed_years(date.fromordinal(int(value)), clock.local_day(now, world.zone))
    return value


def event(tree: Mapping[str, Any], document: Document, now: int, world: World) -> bool:
    happened = matching(tree, document, now, world)
    value, kind = measured(tree, happened, world)
    return Judge(tree.get("is", {"operator": "at_least", "value": 1}), now, world).passes(value, kind)


def matching(
    tree: Mapping[str, Any], document: Document, now: int, world: World
) -> list[tuple[str, Occurrence]]:
    """The events, each with its kind, that are there by now, in the window and as the filters want; newest first."""
    found = [
        (kind, one)
        for kind in set(tree["events"])
        for one in document.history.get(kind, ())
        if one.at <= now
        and in_window(one.at, tree.get("window", {"type": "ever"}), now, world.zone)
        and all(filtered(test, kind, one, now, world) for test in tree.get("where", []))
    ]
    return sorted(found, key=lambda pair: (pair[1].at, pair[1].id), reverse=True)


def filtered(given: Mapping[str, Any], kind: str, one: Occurrence, now: int, world: World) -> bool:
    name = given["property"]
    return Judge(given["is"], now, world).passes(one.properties.get(name), world.property_type(kind, name))


def in_window(at: int, window: Mapping[str, Any], now: int, zone: ZoneInfo) -> bool:
    if window["type"] == "ever":
        return True
    if window["type"] == "last":
        return since(now, window["amount"], window["unit"], zone) < at
    if window["type"] == "period":
        return in_period(at, window["period"], now, zone)
    return half_open(at, window.get("from"), window.get("to"), zone)


def measured(
    tree: Mapping[str, Any], happened: list[tuple[str, Occurrence]], world: World
) -> tuple[Any, ValueType]:
    measure = tree.get("measure", {"what": "count"})
    if measure["what"] == "count":
        return len(happened), ValueType.NUMBER
    if measure["what"] == "days":
        return len({clock.local_day(one.at, world.zone) for _, one in happened}), ValueType.NUMBER
    if measure["what"] == "first":
        return (happened[-1][1].at if happened else None), ValueType.MOMENT
    if measure["what"] == "last":
        return (happened[0][1].at if happened else None), ValueType.MOMENT
    name = measure["property"]
    held = [
        typed(one.properties.get(name), number_type(world.property_type(kind, name)))
        for kind, one in happened
    ]
    numbers = [float(value) for value in held if value is not None and can_be_added(value)]
    total = 0.0
    for number in numbers:
        total = total + number
    if measure["what"] == "sum":
        return total, ValueType.NUMBER
    return (total / len(numbers) if numbers else None), ValueType.NUMBER


def number_type(kind: ValueType) -> ValueType:
    return ValueType.NUMBER if kind is ValueType.ANY else kind
