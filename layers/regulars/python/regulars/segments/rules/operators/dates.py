"""Where a moment or a day lies: before or after a date, near to now, in a period of the calendar.

Of days, a date is compared as a day; towards now a day counts from its 00:00 in the tenant's zone.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from regulars.segments.rules.calendar import Period
from regulars.segments.rules.criteria import Criterion, Moving, Span
from regulars.segments.rules.edges import (
    BEGINNING,
    END,
    Edge,
    Fixed,
    LastDay,
    Now,
    days_or_hours,
    edges_of_period,
)
from regulars.segments.rules.operands import (
    Amount,
    Bound,
    Date,
    Shape,
    TimeUnit,
    amount_problems,
    in_order,
)
from regulars.segments.rules.operators.base import (
    DATED,
    NUMERIC,
    Operator,
    Subject,
    Target,
    day_misfit,
    misfit,
)
from regulars.segments.rules.operators.sizes import numbers
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import ValueType


def _before(subject: Subject, text: str) -> Edge:
    """The edge that all before a date do not pass."""
    if subject.sort is Sort.DAY:
        return Fixed(date.fromisoformat(text).toordinal() - 1)
    return Fixed(subject.moment(text) - 1)


def _moving(subject: Subject, low: Edge = BEGINNING, high: Edge = END) -> Criterion:
    """Between edges of moments; days by their beginning."""
    if subject.sort is not Sort.DAY:
        return Moving(Sort.MOMENT, low, high)
    calendar = subject.calendar
    return Moving(
        Sort.DAY,
        low if low == BEGINNING else LastDay(calendar, low),
        high if high == END else LastDay(calendar, high),
    )


class _Date(Operator):
    value: Date
    applies: ClassVar[frozenset[ValueType]] = DATED

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        if target.type is ValueType.DAY and (wrong := day_misfit(self.value)):
            yield "/value", wrong

    def operands(self) -> str:
        return self.value


class Before(_Date):
    operator: Literal["before"]
    label: ClassVar[str] = "is before"

    def criterion(self, subject: Subject) -> Criterion:
        return Moving(subject.or_else(Sort.MOMENT), high=_before(subject, self.value))


class After(_Date):
    """From the date on: its own day belongs."""

    operator: Literal["after"]
    label: ClassVar[str] = "is on or after"

    def criterion(self, subject: Subject) -> Criterion:
        return Moving(subject.or_else(Sort.MOMENT), low=_before(subject, self.value))


class On(_Date):
    operator: Literal["on"]
    label: ClassVar[str] = "is on"

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        if wrong := day_misfit(self.value):
            yield "/value", wrong

    def criterion(self, subject: Subject) -> Criterion:
        day = date.fromisoformat(self.value).toordinal()
        if subject.sort is Sort.DAY:
            return Moving(Sort.DAY, Fixed(day - 1), Fixed(day))
        start = subject.calendar.day_start
        return Moving(Sort.MOMENT, Fixed(start(day) - 1), Fixed(start(day + 1) - 1))


class Between(Operator):
    """Numbers: both ends belong and both are needed. Dates: from the first until (not) the second; one may be left out."""

    operator: Literal["between"]
    start: Bound = Field(None, alias="from")
    end: Bound = Field(None, alias="to")
    label: ClassVar[str] = "is between"
    applies: ClassVar[frozenset[ValueType]] = NUMERIC | DATED

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        given = {"/from": self.start, "/to": self.end}
        dated = target.type in DATED or (target.type is ValueType.ANY and self._dated)
        if dated and self.start is None and self.end is None:
            yield "", "needs from, to, or both"
        wrong = False
        for pointer, bound in given.items():
            if detail := _bound_misfit(bound, target, dated):
                wrong = True
                yield pointer, detail
        if not wrong and not _ordered(self.start, self.end):
            yield "/from", "is after to" if dated else "is more than to"

    def criterion(self, subject: Subject) -> Criterion:
        if subject.sort in (Sort.MOMENT, Sort.DAY) or self._dated:
            low = BEGINNING if self.start is None else _before(subject, str(self.start))
            high = END if self.end is None else _before(subject, str(self.end))
            return Moving(subject.or_else(Sort.MOMENT), low, high)
        assert not isinstance(self.start, str)
        assert not isinstance(self.end, str)
        return numbers(subject, Span(self.start, self.end))

    @property
    def _dated(self) -> bool:
        return isinstance(self.start, str) or isinstance(self.end, str)

    def wanted(self) -> str:
        if self.start is None:
            return f"is before {self.end}"
        if self.end is None:
            return f"is on or after {self.start}"
        return f"is between {self.start} and {self.end}"


def _bound_misfit(bound: str | int | float | None, target: Target, dated: bool) -> str | None:
    if dated:
        if bound is not None and not isinstance(bound, str):
            return "must be a date"
        return day_misfit(bound) if bound is not None and target.type is ValueType.DAY else None
    if bound is None:
        return "is needed"
    return misfit(bound, target)


def _ordered(start: str | int | float | None, end: str | int | float | None) -> bool:
    if isinstance(start, str) and isinstance(end, str):
        return in_order(start, end)
    if isinstance(start, int | float) and isinstance(end, int | float):
        return start <= end
    return True


class _Amount(Operator):
    amount: Amount
    unit: TimeUnit = "days"
    applies: ClassVar[frozenset[ValueType]] = DATED

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        yield from amount_problems(self.amount, self.unit)
        if target.type is ValueType.DAY and self.unit != "days":
            yield "/unit", f"must be days: {target.name} has no time of day"

    def operands(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit.removesuffix('s')}"


class WithinLast(_Amount):
    operator: Literal["within_last"]
    label: ClassVar[str] = "is within the last"

    def criterion(self, subject: Subject) -> Criterion:
        return _moving(subject, days_or_hours(subject.calendar, self.amount, self.unit), Now())


class MoreThanAgo(_Amount):
    operator: Literal["more_than_ago"]
    label: ClassVar[str] = "was more than"

    def criterion(self, subject: Subject) -> Criterion:
        return _moving(subject, high=days_or_hours(subject.calendar, self.amount, self.unit))

    def wanted(self) -> str:
        return f"{super().wanted()} ago"


class WithinNext(_Amount):
    operator: Literal["within_next"]
    label: ClassVar[str] = "is within the next"

    def criterion(self, subject: Subject) -> Criterion:
        return _moving(subject, Now(), days_or_hours(subject.calendar, -self.amount, self.unit))


class MoreThanAhead(_Amount):
    operator: Literal["more_than_ahead"]
    label: ClassVar[str] = "is more than"

    def criterion(self, subject: Subject) -> Criterion:
        return _moving(subject, low=days_or_hours(subject.calendar, -self.amount, self.unit))

    def wanted(self) -> str:
        return f"{super().wanted()} ahead"


class InPeriod(Operator):
    operator: Literal["in_period"]
    period: Annotated[Period, Field(strict=False), Shape("choice", choices=tuple(Period))]
    label: ClassVar[str] = "is in the period"
    applies: ClassVar[frozenset[ValueType]] = frozenset({ValueType.MOMENT})

    def criterion(self, subject: Subject) -> Criterion:
        return Moving(Sort.MOMENT, *edges_of_period(subject.calendar, self.period))

    def operands(self) -> str:
        return self.period.value.replace("_", " ")
