"""From when to when events count. Every window ends now at the latest: what lies ahead is not there yet."""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from regulars.segments.rules.calendar import Calendar, Period
from regulars.segments.rules.edges import (
    BEGINNING,
    END,
    Earlier,
    Edge,
    Fixed,
    Now,
    days_or_hours,
    edges_of_period,
)
from regulars.segments.rules.operands import (
    Amount,
    OptionalDate,
    Part,
    Shape,
    TimeUnit,
    amount_problems,
    in_order,
)
from regulars.segments.rules.operators.base import Subject
from regulars.segments.rules.sorts import Sort

Edges: TypeAlias = tuple[Edge, Edge]


class Ever(Part):
    type: Literal["ever"] = "ever"

    def edges(self, calendar: Calendar) -> Edges:
        """Events count that are after the first edge, and not after the second."""
        return BEGINNING, Now()

    def wanted(self) -> str:
        """The window in English, to follow what is counted."""
        return "ever"


class Last(Part):
    type: Literal["last"]
    amount: Amount
    unit: TimeUnit = "days"

    def problems(self) -> Iterator[tuple[str, str]]:
        return amount_problems(self.amount, self.unit)

    def edges(self, calendar: Calendar) -> Edges:
        return days_or_hours(calendar, self.amount, self.unit), Now()

    def wanted(self) -> str:
        unit = self.unit.removesuffix("s")
        return f"in the last {unit}" if self.amount == 1 else f"in the last {self.amount} {self.unit}"


class InPeriod(Part):
    type: Literal["period"]
    period: Annotated[Period, Field(strict=False), Shape("choice", choices=tuple(Period))]

    def edges(self, calendar: Calendar) -> Edges:
        low, high = edges_of_period(calendar, self.period)
        return low, Earlier(high, Now())

    def wanted(self) -> str:
        words = self.period.value.replace("_", " ")
        return words if self.period in (Period.TODAY, Period.YESTERDAY) else f"in {words}"


class Between(Part):
    type: Literal["between"]
    start: OptionalDate = Field(None, alias="from")
    end: OptionalDate = Field(None, alias="to")

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.start is None and self.end is None:
            yield "", "needs from, to, or both"
        if self.start and self.end and not in_order(self.start, self.end):
            yield "/from", "is after to"

    def edges(self, calendar: Calendar) -> Edges:
        subject = Subject(Sort.MOMENT, calendar)
        low = Fixed(subject.moment(self.start) - 1) if self.start else BEGINNING
        high = Fixed(subject.moment(self.end) - 1) if self.end else END
        return low, Earlier(high, Now())

    def wanted(self) -> str:
        since = f"since {self.start}" if self.start else ""
        until = f"before {self.end}" if self.end else ""
        return f"{since} {until}".strip()


Window = Annotated[Ever | Last | InPeriod | Between, Field(discriminator="type")]
