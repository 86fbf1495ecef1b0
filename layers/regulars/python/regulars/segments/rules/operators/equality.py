"""Whether a value is the same as another, or as one of several. Text is compared without regard to case."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Literal

from regulars.segments.rules.criteria import Criterion, Formula, Joined, Moving, Numbers, Span
from regulars.segments.rules.edges import Fixed
from regulars.segments.rules.folding import FOLDED
from regulars.segments.rules.operands import Single, Values
from regulars.segments.rules.operators.base import (
    NUMERIC,
    TEXTUAL,
    Operator,
    Subject,
    Target,
    listed,
    misfit,
    shown,
)
from regulars.segments.rules.operators.sizes import ages
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import ValueType

_LISTED = TEXTUAL | NUMERIC


class _Single(Operator):
    value: Single
    applies: ClassVar[frozenset[ValueType]] = _LISTED | {ValueType.BOOLEAN, ValueType.DAY}

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        if wrong := misfit(self.value, target):
            yield "/value", wrong

    def operands(self) -> str:
        return shown(self.value)


class Equals(_Single):
    operator: Literal["equals"]
    label: ClassVar[str] = "is"

    def criterion(self, subject: Subject) -> Criterion:
        return _same(subject, self.value, inside=True)


class NotEquals(_Single):
    operator: Literal["not_equals"]
    label: ClassVar[str] = "is not"

    def criterion(self, subject: Subject) -> Criterion:
        return _same(subject, self.value, inside=False)


class _Several(Operator):
    values: Values
    applies: ClassVar[frozenset[ValueType]] = _LISTED

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        for place, value in enumerate(self.values):
            wrong = misfit(value, target)
            if wrong is None and target.type is ValueType.ANY and type(value) is bool:
                wrong = "must be text or a number"
            if wrong:
                yield f"/values/{place}", wrong

    def operands(self) -> str:
        return listed(self.values)


class OneOf(_Several):
    operator: Literal["one_of"]
    label: ClassVar[str] = "is one of"

    def criterion(self, subject: Subject) -> Criterion:
        return _among(subject, self.values, inside=True)


class NoneOf(_Several):
    operator: Literal["none_of"]
    label: ClassVar[str] = "is none of"

    def criterion(self, subject: Subject) -> Criterion:
        return _among(subject, self.values, inside=False)


def _same(subject: Subject, value: Any, *, inside: bool) -> Criterion:
    sort = subject.or_else(_sort_of_value(value))
    if sort is Sort.TEXT:
        return Formula(sort, f"{{v}}.casefold() {'==' if inside else '!='} {{0}}", (value.casefold(),))
    if sort is Sort.BOOLEAN:
        return Formula(sort, f"{{v}} {'is' if inside else 'is not'} {{0}}", (value,))
    if sort is Sort.DAY:
        day = date.fromisoformat(value).toordinal()
        return Moving(sort, Fixed(day - 1), Fixed(day), inside)
    if sort is Sort.AGE:
        return ages(subject, Span(value, value, inside=inside))
    return Numbers(sort, Span(value, value, inside=inside))


def _among(subject: Subject, values: list[Any], *, inside: bool) -> Criterion:
    if subject.sort is Sort.AGE:
        return Joined(Sort.AGE, tuple(_same(subject, value, inside=inside) for value in values), any=inside)
    if subject.sort is Sort.ANY:
        sorts = sorted({_sort_of_value(value) for value in values})
        parts = tuple(
            _among_sort(sort, [value for value in values if _sort_of_value(value) is sort], inside)
            for sort in sorts
        )
        return Joined(Sort.ANY, parts)
    return _among_sort(subject.sort, values, inside)


def _among_sort(sort: Sort, values: list[Any], inside: bool) -> Criterion:
    among = f"{'in' if inside else 'not in'} {{0}}"
    if sort is Sort.TEXT:
        return Formula(
            sort, f"{{1}}[{{v}}] {among}", (frozenset(value.casefold() for value in values), FOLDED)
        )
    return Formula(sort, f"{{v}} {among}", (frozenset(values),))


def _sort_of_value(value: Any) -> Sort:
    if isinstance(value, str):
        return Sort.TEXT
    return Sort.BOOLEAN if isinstance(value, bool) else Sort.NUMBER
