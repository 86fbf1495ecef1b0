"""How large a number, an amount of money or an age is, and where it stands among all customers."""

from collections.abc import Iterator
from math import ceil, floor
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from regulars.segments.rules.criteria import Criterion, Moving, Nothing, Numbers, Span
from regulars.segments.rules.edges import BEGINNING, END, BornBy
from regulars.segments.rules.operands import Number, Shape
from regulars.segments.rules.operators.base import NUMERIC, Operator, Subject, Target, misfit
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import ValueType


def ages(subject: Subject, span: Span) -> Criterion:
    """Days of birth with which the years completed today lie within (or outside) `span`."""
    low = high = None
    if span.low is not None:
        low = ceil(span.low) if span.low_inside else floor(span.low) + 1
    if span.high is not None:
        high = floor(span.high) if span.high_inside else ceil(span.high) - 1
    if low is not None and high is not None and low > high:
        return Moving(Sort.AGE, END, END, span.inside)
    # Being at least `low` years old is being born by then; being at most `high` is not being `high + 1`.
    return Moving(
        Sort.AGE,
        BEGINNING if high is None else BornBy(subject.calendar, high + 1),
        END if low is None else BornBy(subject.calendar, low),
        span.inside,
    )


def numbers(subject: Subject, span: Span) -> Criterion:
    """Numbers, or ages, within `span`."""
    return ages(subject, span) if subject.sort is Sort.AGE else Numbers(subject.or_else(Sort.NUMBER), span)


class _Size(Operator):
    value: Number
    applies: ClassVar[frozenset[ValueType]] = NUMERIC

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        if wrong := misfit(self.value, target):
            yield "/value", wrong

    def operands(self) -> str:
        return f"{self.value}"


class AtLeast(_Size):
    operator: Literal["at_least"]
    label: ClassVar[str] = "is at least"

    def criterion(self, subject: Subject) -> Criterion:
        return numbers(subject, Span(low=self.value))


class AtMost(_Size):
    operator: Literal["at_most"]
    label: ClassVar[str] = "is at most"

    def criterion(self, subject: Subject) -> Criterion:
        return numbers(subject, Span(high=self.value))


class GreaterThan(_Size):
    operator: Literal["greater_than"]
    label: ClassVar[str] = "is greater than"

    def criterion(self, subject: Subject) -> Criterion:
        return numbers(subject, Span(low=self.value, low_inside=False))


class LessThan(_Size):
    operator: Literal["less_than"]
    label: ClassVar[str] = "is less than"

    def criterion(self, subject: Subject) -> Criterion:
        return numbers(subject, Span(high=self.value, high_inside=False))


class Percentile(Operator):
    """Among the `percent` of customers with the highest, or lowest, value; those level with the last of them belong too."""

    operator: Literal["percentile"]
    part: Annotated[Literal["top", "bottom"], Shape("choice", choices=("top", "bottom"))]
    percent: Annotated[int, Field(ge=1, le=99), Shape("count", 1, 99)]
    label: ClassVar[str] = "is in the"
    applies: ClassVar[frozenset[ValueType]] = NUMERIC
    needs_ranks: ClassVar[bool] = True

    def threshold(self, name: str) -> str | None:
        return f"{name}:{self.part}:{self.percent}"

    def criterion(self, subject: Subject) -> Criterion:
        at = subject.thresholds.get(self.threshold(subject.name) or "")
        if at is None or at != at:
            return Nothing(subject.sort)
        return numbers(subject, Span(low=at) if self.part == "top" else Span(high=at))

    def operands(self) -> str:
        return f"{self.part} {self.percent} %"
