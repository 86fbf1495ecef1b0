"""The fields that a tenant's own custom attributes are, `attributes.<key>`, remembered by the warm process."""

import time
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from regulars.customers import Facts
from regulars.kernel.tenancy import Tenant
from regulars.segments.rules.values import Field, Value, ValueType

if TYPE_CHECKING:
    from regulars.customers import Definition

ATTRIBUTES = "attributes."
_REMEMBERED_SECONDS = 30.0
_ASK_AGAIN_SECONDS = 1.0
_MOST_REMEMBERED = 1000
_remembered: dict[str, tuple[float, Mapping[str, Field]]] = {}

_TYPES = {
    "string": ValueType.TEXT,
    "number": ValueType.NUMBER,
    "integer": ValueType.NUMBER,
    "boolean": ValueType.BOOLEAN,
    "date": ValueType.DAY,
    "enum": ValueType.CHOICE,
    "list": ValueType.SET,
}


def attribute_fields(tenant: Tenant, *, fresh: bool = False) -> Mapping[str, Field]:
    """The fields by name, up to 30 seconds old unless `fresh`. 0.5 request units when they are read."""
    known = _remembered.get(tenant.id)
    if known is not None and not fresh and known[0] > time.monotonic() - _REMEMBERED_SECONDS:
        return known[1]
    # The schema brings the rules of profiles with it, which most evaluations can do without.
    from regulars.customers import attribute_schema

    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    fields = {field.name: field for field in map(attribute_field, attribute_schema(tenant).attributes)}
    _remembered[tenant.id] = time.monotonic(), fields
    return fields


def attribute_field_of(tenant: Tenant, name: str) -> Field | None:
    """The field of a name, or None. A name that is not known may be new: it is looked up again, once a second at the most."""
    fields = attribute_fields(tenant)
    if name not in fields and name.startswith(ATTRIBUTES):
        read_at, _ = _remembered.get(tenant.id, (0.0, {}))
        if read_at < time.monotonic() - _ASK_AGAIN_SECONDS:
            fields = attribute_fields(tenant, fresh=True)
    return fields.get(name)


def attribute_field(definition: "Definition") -> Field:
    """The field of a custom attribute. A value that was written before the definition, and is not of its type, is missing."""
    type = _TYPES[definition.type]
    return Field(
        name=ATTRIBUTES + definition.key,
        label=definition.label or definition.key.replace("_", " ").capitalize(),
        group="Custom",
        type=type,
        read=partial(_read, definition.key, type),
        help="A custom attribute of your own.",
        profile=("attributes",),
        choices=tuple(definition.values),
    )


def _read(key: str, type: ValueType, facts: Facts) -> Value:
    value = facts.traits.get("attributes", {}).get(key)
    match type:
        case ValueType.SET:
            return frozenset(value) if isinstance(value, list) else None
        case ValueType.DAY:
            return _day(value)
        case ValueType.BOOLEAN:
            return value if isinstance(value, bool) else None
        case ValueType.NUMBER:
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        case _:
            return value if isinstance(value, str) else None


def _day(value: Any) -> int | None:
    try:
        return date.fromisoformat(value).toordinal() if isinstance(value, str) else None
    except ValueError:
        return None
