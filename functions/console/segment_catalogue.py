"""The catalogue of what rules can ask, as the builder in the page wants it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from console.formats import SYMBOLS
from console.segment_texts import PERIODS
from console.shell import Shop
from regulars.kernel.money import exponent
from regulars.segments import Segment
from regulars.segments.rules import Vocabulary

Json = dict[str, Any]
SEGMENTS = "Segments"
# With what an operand begins, and what is said behind it. What it may be is said by the served catalogue.
_BEGIN: Mapping[str, Any] = {
    "amount": 30,
    "unit": "days",
    "period": "this_month",
    "part": "top",
    "percent": 20,
    "days": 30,
}
_AFTER = {"percent": "%", "days": "days"}
# What ends a line whose operator has a word on both sides of its operands.
_ENDING = {"more_than_ago": "ago", "more_than_ahead": "ahead"}
_KINDS = {"values": "value", "bound": "value", "date": "value", "count": "whole", "month_day": "monthday"}


def catalogue_for_builder(
    vocabulary: Vocabulary, segments: Sequence[Segment], shop: Shop, editing: str = ""
) -> Json:
    """Everything the builder needs; the segment that is edited cannot be asked for in its own rule."""
    described = vocabulary.described()
    fields = [_field(one) for one in described["fields"]]
    kinds = [_kind(one) for one in described["events"]]
    others = [_segment(one) for one in segments if one.id != editing]
    return {
        "fields": fields,
        "kinds": kinds,
        "segments": others,
        "items": [*_known_first(fields), *_known_first(kinds), *others],
        "operators": [_operator(one) for one in described["operators"]],
        "types": _types(described["operators"]),
        "periods": [
            [one["period"], PERIODS.get(one["period"], one["label"])] for one in described["periods"]
        ],
        "money": {
            "symbol": SYMBOLS.get(shop.currency, shop.currency).strip(),
            "digits": exponent(shop.currency),
        },
    }


def _known_first(items: Iterable[Json]) -> list[Json]:
    """Groups in the order of the catalogue; in each, what nothing is known of yet at the end."""
    items = list(items)
    order = list(dict.fromkeys(one["group"] for one in items))
    return sorted(items, key=lambda one: (order.index(one["group"]), not one["available"]))


def _field(one: Json) -> Json:
    return {
        "kind": "field",
        **{name: one[name] for name in ("name", "label", "group", "help", "type", "available")},
        "operators": _presence_last(one["operators"]),
        "choices": _choices(one["choices"]),
    }


def _kind(one: Json) -> Json:
    properties = [
        {
            "name": each["name"],
            "label": each["label"],
            "type": each["type"],
            "choices": _choices(each["choices"]),
        }
        for each in one["properties"]
    ]
    return {
        "kind": "kind",
        **{name: one[name] for name in ("name", "label", "help", "available", "open")},
        "group": f"What they did: {one['group']}",
        "properties": properties,
    }


def _segment(one: Segment) -> Json:
    return {
        "kind": "segment",
        "name": one.id,
        "label": one.name,
        "group": SEGMENTS,
        "help": one.description,
        "available": True,
    }


def _choices(values: Iterable[str]) -> list[list[str]]:
    return [[value, value.replace("_", " ").capitalize()] for value in values]


def _operator(one: Json) -> Json:
    name = one["operator"]
    operands = [_operand(key, shape) for key, shape in one["operands"].items()]
    if operands and name in _ENDING:
        operands[-1]["after"] = _ENDING[name]
    return {"name": name, "label": one["label"], "operands": operands}


def _operand(name: str, shape: Json) -> Json:
    """How an operand is asked for: `kind` says with what input."""
    kind = name if shape["kind"] == "choice" else _KINDS.get(shape["kind"], shape["kind"])
    made: Json = {"name": name, "kind": kind, "label": name, "after": _AFTER.get(name, "")}
    if shape["kind"] == "values":
        made["list"] = True
    if shape["kind"] == "bound":
        made["bound"] = True
    if "minimum" in shape:
        made |= {"from": shape["minimum"], "to": shape["maximum"]}
    return made | ({"initial": _BEGIN[name]} if name in _BEGIN else {})


def _presence_last(operators: Iterable[str]) -> list[str]:
    return sorted(operators, key=lambda one: one in {"exists", "not_exists"})


def _types(operators: Sequence[Json]) -> dict[str, list[str]]:
    """The operators for values of each type; properties of a shop's own take every one that needs no ranks."""
    types: dict[str, list[str]] = {"any": []}
    for one in operators:
        if one["operator"] != "percentile":
            types["any"].append(one["operator"])
        for type_ in one["types"]:
            if one["operator"] != "percentile":
                types.setdefault(type_, []).append(one["operator"])
    return {name: _presence_last(allowed) for name, allowed in types.items()}
