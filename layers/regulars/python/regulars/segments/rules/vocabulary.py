"""The words of the rule language for one tenant: fields and kinds of events, and everything that can be asked of them."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from regulars.segments.rules import measures, nodes, operands, windows
from regulars.segments.rules.calendar import Period
from regulars.segments.rules.operators import OPERATORS
from regulars.segments.rules.values import EventKind, Field, Property, ValueType

_OWN_KIND = re.compile(r"behaviour\.[a-z][a-z0-9_]{0,39}\Z")


class Vocabulary:
    """What rules may speak of."""

    def __init__(self, fields: Mapping[str, Field], kinds: Mapping[str, EventKind]) -> None:
        self.fields = dict(fields)
        self.kinds = dict(kinds)

    def field(self, name: str) -> Field | None:
        """A fact about customers, custom attributes (`attributes.<key>`) included."""
        return self.fields.get(name)

    def kind(self, name: str) -> EventKind | None:
        """A kind of event. Behaviour that is not listed is of the shop's own making, with properties of its own."""
        if (known := self.kinds.get(name)) is not None:
            return known
        if _OWN_KIND.match(name) is None:
            return None
        word = name.partition(".")[2].replace("_", " ")
        return EventKind(name, word.capitalize(), "Behaviour", open=True)

    def described(self) -> dict[str, Any]:
        """All there is to offer when a rule is made: fields, events, operators, windows, measures, periods, limits."""
        return {
            "fields": [_field(one) for one in self.fields.values()],
            "events": [_kind(one) for one in self.kinds.values()],
            "operators": [
                {
                    "operator": name,
                    "label": operator.label,
                    "types": [one.value for one in ValueType if one in operator.applies],
                    "operands": operator.shapes(),
                }
                for name, operator in OPERATORS.items()
            ],
            "windows": [_part(one, "type") for one in get_args(get_args(windows.Window)[0])],
            "measures": [_part(one, "what") for one in get_args(get_args(measures.Measure)[0])],
            "periods": [{"period": one.value, "label": one.replace("_", " ")} for one in Period],
            "limits": {
                "depth": nodes.MAX_DEPTH,
                "conditions": nodes.MAX_CONDITIONS,
                "events": nodes.MAX_KINDS,
                "filters": nodes.MAX_FILTERS,
                "values": operands.MAX_VALUES,
                "text": operands.MAX_TEXT,
                "days": operands.MAX_DAYS,
                "hours": operands.MAX_HOURS,
            },
        }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "group": field.group,
        "type": field.type.value,
        "help": field.help,
        "choices": list(field.choices),
        "available": field.available,
        "ranked": field.ranked,
        "operators": operators_for(field.type, ranked=field.ranked),
    }


def _kind(kind: EventKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "label": kind.label,
        "group": kind.group,
        "help": kind.help,
        "available": kind.available,
        "open": kind.open,
        "properties": [_property(one) for one in kind.properties],
    }


def _property(property_: Property) -> dict[str, Any]:
    return {
        "name": property_.name,
        "label": property_.label,
        "type": property_.type.value,
        "choices": list(property_.choices),
        "summable": property_.type in measures.SUMMABLE,
        "operators": operators_for(property_.type, ranked=False),
    }


def operators_for(type_: ValueType, *, ranked: bool) -> list[str]:
    """The operators that apply to values of a type."""
    return [
        name
        for name, operator in OPERATORS.items()
        if (type_ is ValueType.ANY or type_ in operator.applies) and (ranked or not operator.needs_ranks)
    ]


def _part(part: type[operands.Part], tag: str) -> dict[str, Any]:
    """A window or measure: its name and its operands."""
    name = get_args(part.model_fields[tag].annotation)[0]
    return {tag: name, "operands": operands.shapes_of(part)}
