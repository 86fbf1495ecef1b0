"""Values in columns: numbers and moments as arrays that a span is compared with, all else by its distinct values."""

from collections.abc import Sequence
from functools import cached_property
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
        # True and 1 are the same key of a dictionary, but not the same value.
        places: dict[tuple[type, Value], int] = {}
        codes = [places.setdefault((type(value), value), len(places)) for value in values]
        self._codes = np.array(codes, np.int32)
        self._distinct = [value for _, value in places]

    def passing(self, criterion: Criterion, now: Millis) -> Mask:
        test = criterion.at(now)
        passed = np.fromiter(map(test, self._distinct), np.bool_, len(self._distinct))
        return passed[self._codes]


def column_of(values: Sequence[Value], sort: Sort) -> Column:
    """The column of values that are judged as of `sort`."""
    if sort in _WHOLE:
        return _whole(values, _FITTING) or Encoded(values)
    if sort is Sort.NUMBER:
        return _whole(values, _EXACT, refuse=(float,)) or _floats(values) or Encoded(values)
    return Encoded(values)


def _whole(values: Sequence[Value], limit: int, refuse: tuple[type, ...] = ()) -> Measured | None:
    """Whole numbers; None if some are beyond `limit`, or of a type that makes another column necessary."""
    given = [value if type(value) is int else None for value in values]
    if refuse and any(type(value) in refuse for value in values):
        return None
    if any(value is not None and not -limit <= value <= limit for value in given):
        return None
    there = np.fromiter((value is not None for value in given), np.bool_, len(given))
    return Measured(np.fromiter((value or 0 for value in given), np.int64, len(given)), there)


def _floats(values: Sequence[Value]) -> Measured | None:
    """Numbers in double precision; None if a whole number would lose digits. NaN is no number."""
    if any(type(value) is int and not -_EXACT <= value <= _EXACT for value in values):
        return None
    given = [float(value) if type(value) in (int, float) else np.nan for value in values]  # type: ignore[arg-type]
    array = np.array(given, np.float64)
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
