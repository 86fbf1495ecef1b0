"""How values are judged: what a test takes a field's or property's value for.

Whatever is not of its sort is missing: text in a field that holds numbers, NaN, and true or false where a number is expected.
"""

from enum import StrEnum
from typing import assert_never

from regulars.segments.rules.values import Field, Property, ValueType


class Sort(StrEnum):
    """`AGE` is a day of birth judged by the years completed today; `ANY` is judged by what the test at hand expects."""

    TEXT = "text"
    BOOLEAN = "boolean"
    NUMBER = "number"
    SET = "set"
    MOMENT = "moment"
    DAY = "day"
    AGE = "age"
    ANY = "any"


def sort_of_type(type_: ValueType) -> Sort:
    """How values of a type are judged: choices as text, money as numbers."""
    match type_:
        case ValueType.TEXT | ValueType.CHOICE:
            return Sort.TEXT
        case ValueType.NUMBER | ValueType.MONEY:
            return Sort.NUMBER
        case ValueType.BOOLEAN | ValueType.SET | ValueType.MOMENT | ValueType.DAY | ValueType.ANY:
            return Sort(type_.value)
        case _:
            assert_never(type_)


def sort_of(holder: Field | Property) -> Sort:
    """How the values of a field or property are judged."""
    if isinstance(holder, Field) and holder.derived_from_today:
        return Sort.AGE
    return sort_of_type(holder.type)


def guard(sort: Sort, first: str, again: str) -> str:
    """Source of "this is a value of its sort". `first` fetches the value (and may name it), `again` is its name."""
    match sort:
        case Sort.TEXT:
            return f"type({first}) is str"
        case Sort.BOOLEAN:
            return f"type({first}) is bool"
        case Sort.NUMBER:
            return f"(type({first}) is int or type({again}) is float and {again} == {again})"
        case Sort.SET:
            return f"type({first}) is frozenset"
        case Sort.MOMENT | Sort.DAY | Sort.AGE:
            return f"type({first}) is int"
        case Sort.ANY:
            return f"({first}) is not None and {again} == {again}"
        case _:
            assert_never(sort)


def given(sort: Sort, first: str, again: str) -> str:
    """Source of "there is a value": of its sort, and no empty set."""
    there = guard(sort, first, again)
    return f"({there} and {again} != frozenset())" if sort in (Sort.SET, Sort.ANY) else f"({there})"
