"""What is made of the events that count: how many, on how many days, what they come to, when the first and the last was.

A measure is a function of the events newest first, in live evaluation and in bulk alike. Sums run from the newest to the oldest
in double precision, so that every implementation comes to the very same number.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Annotated, Literal, TypeAlias, TypeGuard

from pydantic import Field

from regulars.segments.rules.calendar import Calendar
from regulars.segments.rules.operands import Part, PropertyName
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import Occurrence, Value, ValueType


class Count(Part):
    what: Literal["count"] = "count"

    def sort(self) -> Sort:
        """How the measure's value is judged."""
        return Sort.NUMBER

    def of(self, events: Sequence[Occurrence], calendar: Calendar) -> Value:
        """The value of these events, which are sorted newest first."""
        return len(events)

    def label(self) -> str:
        """The measure in English."""
        return "how often"


class Days(Part):
    """Distinct local days."""

    what: Literal["days"]

    def sort(self) -> Sort:
        return Sort.NUMBER

    def of(self, events: Sequence[Occurrence], calendar: Calendar) -> Value:
        return len({calendar.day(event.at) for event in events})

    def label(self) -> str:
        return "on how many days"


class Sum(Part):
    what: Literal["sum"]
    property: PropertyName

    def sort(self) -> Sort:
        return Sort.NUMBER

    def of(self, events: Sequence[Occurrence], calendar: Calendar) -> Value:
        return added(summed(events, self.property))

    def label(self) -> str:
        return f"sum of {self.property}"


class Average(Part):
    what: Literal["average"]
    property: PropertyName

    def sort(self) -> Sort:
        return Sort.NUMBER

    def of(self, events: Sequence[Occurrence], calendar: Calendar) -> Value:
        values = summed(events, self.property)
        return added(values) / len(values) if values else None

    def label(self) -> str:
        return f"average of {self.property}"


class First(Part):
    what: Literal["first"]

    def sort(self) -> Sort:
        return Sort.MOMENT

    def of(self, events: Sequence[Occurrence], calendar: Calendar) -> Value:
        return events[-1].at if events else None

    def label(self) -> str:
        return "the first time"


class Last(Part):
    what: Literal["last"]

    def sort(self) -> Sort:
        return Sort.MOMENT

    def of(self, events: Sequence[Occurrence], calendar: Calendar) -> Value:
        return events[0].at if events else None

    def label(self) -> str:
        return "the last time"


AnyMeasure: TypeAlias = Count | Days | Sum | Average | First | Last
Measure = Annotated[AnyMeasure, Field(discriminator="what")]
# Of these there is always a number.
ALWAYS_THERE = (Count, Days, Sum)
SUMMABLE = frozenset({ValueType.NUMBER, ValueType.MONEY, ValueType.ANY})


def is_addend(value: Value) -> TypeGuard[int | float]:
    """Whether a property's value is a number that can be added up in double precision."""
    if type(value) is int:
        return -(2**1023) <= value <= 2**1023
    return type(value) is float and isfinite(value)


def summed(events: Sequence[Occurrence], name: str) -> list[float]:
    """The numbers among the events' values of a property, newest first."""
    return [float(value) for event in events if is_addend(value := event.properties.get(name))]


def added(values: list[float]) -> float:
    """Their sum, one by one: `sum` may compensate for rounding, which a column of numbers cannot."""
    total = 0.0
    for value in values:
        total += value
    return total
