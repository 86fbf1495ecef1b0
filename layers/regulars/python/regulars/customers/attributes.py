"""Custom attributes: each tenant defines theirs, with a type; values are checked when they are written."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from regulars.customers.fields import MAX_NUMBER, AttributeKey
from regulars.kernel.errors import Fault, InvalidError
from regulars.kernel.http.models import Input, Line

Type = Literal["string", "number", "integer", "boolean", "date", "enum", "list"]


class Definition(Input):
    """One attribute. `values` are the choices of an enum, and of a list if it is limited to some."""

    key: AttributeKey
    type: Type
    label: Line | None = None
    values: list[Line] = Field(default_factory=list, max_length=100)

    @model_validator(mode="after")
    def _values_where_they_mean_something(self) -> Self:
        if self.type == "enum" and not self.values:
            raise ValueError("an enum needs values to choose from")
        if self.values and self.type not in {"enum", "list"}:
            raise ValueError("only an enum or a list has values to choose from")
        if len(set(self.values)) != len(self.values):
            raise ValueError("the values repeat")
        return self


class AttributeSchema(Input):
    """All custom attributes of a tenant's customers."""

    attributes: list[Definition] = Field(max_length=100)

    @model_validator(mode="after")
    def _keys_once(self) -> Self:
        keys = [one.key for one in self.attributes]
        if len(set(keys)) != len(keys):
            raise ValueError("a key is defined twice")
        return self


@dataclass(frozen=True, slots=True)
class KeptSchema:
    """The schema with its version (0: none was ever defined)."""

    attributes: list[Definition]
    version: int


def check(schema: list[Definition], values: dict[str, Any], before: dict[str, Any]) -> None:
    """Raises InvalidError naming each value that is new or changed and not as its definition says.

    What is unchanged is not judged: a definition may have changed since.
    """
    definitions = {one.key: one for one in schema}
    faults = []
    for key, value in values.items():
        if key in before and before[key] == value and type(before[key]) is type(value):
            continue
        fault = _fault(definitions.get(key), value)
        if fault:
            faults.append(Fault(f"/attributes/{key}", fault))
    if faults:
        raise InvalidError("some custom attributes cannot be accepted", faults)


def _fault(definition: Definition | None, value: Any) -> str:
    if definition is None:
        return "is not defined: define it with PUT /customers/attributes"
    return "" if _CHECKS[definition.type](definition, value) else _EXPECTED[definition.type]


def _is_number(_: Definition, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER


def _is_integer(definition: Definition, value: Any) -> bool:
    return isinstance(value, int) and _is_number(definition, value)


def _is_date(_: Definition, value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_list(definition: Definition, value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, str) and (not definition.values or one in definition.values) for one in value
    )


_CHECKS = {
    "string": lambda _, value: isinstance(value, str),
    "number": _is_number,
    "integer": _is_integer,
    "boolean": lambda _, value: isinstance(value, bool),
    "date": _is_date,
    "enum": lambda definition, value: isinstance(value, str) and value in definition.values,
    "list": _is_list,
}
_EXPECTED = {
    "string": "must be text",
    "number": "must be a number within ±2^53",
    "integer": "must be a whole number within ±2^53",
    "boolean": "must be true or false",
    "date": "must be a date such as 1990-02-28",
    "enum": "is not one of the values defined for it",
    "list": "must be a list of text, of the values defined for it",
}
