"""The typed schema of custom attributes."""

from typing import Any

import pytest

from regulars.customers.attributes import AttributeSchema, Definition, check
from regulars.kernel.errors import InvalidError


def definition(type: str, values: list[str] | None = None) -> Definition:
    return Definition.model_validate({"key": "a", "type": type, "values": values or []})


@pytest.mark.parametrize(
    ("type", "good", "bad"),
    [
        ("string", ["", "x"], [1, True, ["x"], None]),
        ("number", [1, 1.5, -3], ["1", True, 2**60]),
        ("integer", [1, -1], [1.5, True, "1", 2**53]),
        ("boolean", [True, False], [0, 1, "true"]),
        ("date", ["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", 5, ""]),
        ("enum", ["p", "q"], ["r", 1, ["p"]]),
        ("list", [[], ["p"], ["p", "q"]], ["p", ["r"], [1]]),
    ],
)
def test_a_value_is_of_its_type(type: str, good: list[Any], bad: list[Any]) -> None:
    schema = [definition(type, ["p", "q"] if type in ("enum", "list") else None)]
    for value in good:
        check(schema, {"a": value}, {})
    for value in bad:
        with pytest.raises(InvalidError) as caught:
            check(schema, {"a": value}, {})
        assert [fault.pointer for fault in caught.value.faults] == ["/attributes/a"]


def test_what_is_unchanged_is_not_judged_again() -> None:
    check([], {"a": 1}, {"a": 1})
    with pytest.raises(InvalidError):
        check([definition("integer")], {"a": True}, {"a": 1})


@pytest.mark.parametrize(
    "bad",
    [
        [{"key": "A", "type": "string"}],
        [{"key": "a", "type": "money"}],
        [{"key": "a", "type": "enum"}],
        [{"key": "a", "type": "string", "values": ["x"]}],
        [{"key": "a", "type": "enum", "values": ["x", "x"]}],
        [{"key": "a", "type": "string"}, {"key": "a", "type": "date"}],
    ],
)
def test_a_schema_that_means_nothing_is_refused(bad: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        AttributeSchema.model_validate({"attributes": bad})
