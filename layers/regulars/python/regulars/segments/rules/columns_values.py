"""Values in columns: numbers and moments as arrays that a span is compared with, all else by its distinct values."""

from collections.abc import Sequence
from functools import cached_property
from math import nan
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from regulars.segments.rules.criteria import Criterion, Presence, Span
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import Millis, Value

Mask: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

# Up to here whole numbers are exact in double precision; up to there moments fit an array.
_EXACT = 2**53
_FITTING = 2**62
_NUMERIC = frozenset({bool, int, float})
_WHOLE = (Sort.MOMENT, Sort.DAY, Sort.AGE)


class Column(Protocol):
    """The values of a field, property or measure, one for each row."""

    def passing(self, criterion: Criterion, now: Millis) -> Mask:
        """The rows whose value passes at `now`."""
        ...


class Measured:
    """Numbers, moments or days. `there` tells where there is one; elsewhere the number means nothing."""

    def __init__(self, values: Ints | Floats, there: Mask) -> None:
        self.values = values
        self.there = there

    def passing(self, criterion: Criterion, now: Millis) -> Mask:
        if isinstance(criterion, Presence):
            return self.there if criterion.wanted else ~self.there
        span = criterion.span(now)
        if span is None or not _is_exact(span, self.values):
            return self._asked(criterion, now)
        inside = self.there.copy()
        if span.low is not None:
            inside &= self.values >= span.low if span.low_inside else self.values > span.low
        if span.high is not None:
            inside &= self.values <= span.high if span.high_inside else self.values < span.high
        return inside if span.inside else self.there & ~inside

    def _asked(self, criterion: Criterion, now: Millis) -> Mask:
        """Each distinct value is asked once, by the test of single values."""
        distinct, codes = self._distinct
        test = criterion.at(now)
        passed = np.fromiter(map(test, distinct.tolist()), np.bool_, len(distinct))
        return passed[codes] & self.there

    @cached_property
    def _distinct(self) -> tuple[NDArray[Any], NDArray[np.intp]]:
        return np.unique(self.values, return_inverse=True)


class Encoded:
    """Values of any sort, by their distinct ones; missing is one of these."""

    def __init__(self, values: Sequence[Value]) -> None:
        # True, 1 and 1.0 are the same key of a dictionary, but not the same value.
        mixed = len(_NUMERIC.intersection(map(type, values))) > 1
        keys: Sequence[object] = [(type(value), value) for value in values] if mixed else values
        firsts = dict(zip(reversed(keys), reversed(values), strict=True))
        codes = {key: code for code, key in enumerate(firsts)}
        self._distinct = list(firsts.values())
        self._codes = np.fromiter(map(codes.__getitem__, keys), np.int32, len(values))

    def passing(self, criterion: Criterion, now: Millis) -> Mask:
        test = criterion.at(now)
        passed = np.fromiter(map(test, self._distinct), np.bool_, len(self._distinct))
        return passed[self._codes]


def column_of(values: Sequence[Value], sort: Sort) -> Column:
    """The column of values that are judged as of `sort`."""
    if sort in _WHOLE:
        return _whole(values, _FITTING) or Encoded(values)
    if sort is Sort.NUMBER:
        return _whole(values, _EXACT, alone=True) or _floats(values) or Encoded(values)
    return Encoded(values)


def _whole(values: Sequence[Value], limit: int, *, alone: bool = False) -> Measured | None:
    """Whole numbers; None if some are beyond `limit`, or (`alone`) there are other numbers beside them."""
    if alone and float in set(map(type, values)):
        return None
    given = [value if type(value) is int else None for value in values]
    numbers = [value for value in given if value is not None]
    if numbers and (min(numbers) < -limit or max(numbers) > limit):
        return None
    there = np.fromiter((value is not None for value in given), np.bool_, len(given))
    array = np.zeros(len(given), np.int64)
    array[there] = numbers
    return Measured(array, there)


def _floats(values: Sequence[Value]) -> Measured | None:
    """Numbers in double precision; None if a whole number would lose digits. NaN is no number."""
    if any(type(value) is int and not -_EXACT <= value <= _EXACT for value in values):
        return None
    numbers = [value if type(value) is float or type(value) is int else nan for value in values]
    array = np.array(numbers, np.float64)
    there = ~np.isnan(array)
    return Measured(np.where(there, array, 0.0), there)


def _is_exact(span: Span, values: Ints | Floats) -> bool:
    """Whether an array compares with the span's ends just as single numbers do."""
    limit = _FITTING if values.dtype == np.int64 else _EXACT
    return all(
        end is None
        or (abs(end) <= limit if isinstance(end, int) else abs(end) <= _EXACT or values.dtype != np.int64)
        for end in (span.low, span.high)
    )
