"""Histories in columns: the events of all customers in flat arrays, and measures of them by customer."""

from collections.abc import Iterable, Sequence
from typing import assert_never

import numpy as np

from regulars.segments.rules.calendar import HOUR, Calendar
from regulars.segments.rules.columns_values import Column, Floats, Ints, Mask, Measured, column_of
from regulars.segments.rules.history import EventCondition, newest_first
from regulars.segments.rules.measures import AnyMeasure, Average, Count, Days, First, Last, Sum, is_addend
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import Document, Millis, Occurrence


class EventColumns:
    """The events of some kinds: customers in their order, each customer's events newest first."""

    def __init__(
        self, documents: Sequence[Document], kinds: tuple[str, ...], asked: Iterable[EventCondition]
    ) -> None:
        """`asked` are the conditions on these kinds, which say what properties are needed."""
        self._size = len(documents)
        events: list[Occurrence] = []
        counts = []
        for document in documents:
            found = newest_first(document.history, kinds)
            counts.append(len(found))
            events.extend(found)
        self._customer = np.repeat(np.arange(self._size), counts)
        self._at = np.fromiter((event.at for event in events), np.int64, len(events))
        self._columns: dict[tuple[str, Sort], Column] = {}
        self._addends: dict[str, tuple[Mask, Floats]] = {}
        self._days: Ints | None = None
        for condition in asked:
            self._prepare(condition, events)

    def _prepare(self, condition: EventCondition, events: list[Occurrence]) -> None:
        for one in condition.filters:
            key = (one.property, one.criterion.sort)
            if key not in self._columns:
                values = [event.properties.get(one.property) for event in events]
                self._columns[key] = column_of(values, one.criterion.sort)
        measure = condition.measure
        if isinstance(measure, Sum | Average) and measure.property not in self._addends:
            self._addends[measure.property] = _addends(events, measure.property)
        if isinstance(measure, Days) and self._days is None:
            self._days = _days(self._at, condition.calendar)

    def matching(self, condition: EventCondition, now: Millis) -> Mask:
        """The customers who match at `now`."""
        rows = (self._at > condition.low.at(now)) & (self._at <= condition.high.at(now))
        for one in condition.filters:
            rows &= self._columns[one.property, one.criterion.sort].passing(one.criterion, now)
        return self._measured(condition.measure, rows).passing(condition.criterion, now)

    def _measured(self, measure: AnyMeasure, rows: Mask) -> Column:
        """The measure of these events for each customer."""
        match measure:
            case Count():
                return self._counted(rows)
            case Days():
                return self._counted(self._new_days(rows))
            case Sum():
                return Measured(self._sums(measure.property, rows)[0], np.ones(self._size, np.bool_))
            case Average():
                sums, counts = self._sums(measure.property, rows)
                return Measured(sums / np.maximum(counts, 1), counts > 0)
            case First():
                return self._ends(rows, first=True)
            case Last():
                return self._ends(rows, first=False)
            case _:
                assert_never(measure)

    def _counted(self, rows: Mask) -> Measured:
        counts = np.bincount(self._customer[rows], minlength=self._size)
        return Measured(counts, np.ones(self._size, np.bool_))

    def _new_days(self, rows: Mask) -> Mask:
        """Of these rows, the first of each customer's each day. A customer's days only go down from row to row."""
        assert self._days is not None
        places = np.flatnonzero(rows)
        customers, days = self._customer[places], self._days[places]
        new = np.ones(len(places), np.bool_)
        new[1:] = (customers[1:] != customers[:-1]) | (days[1:] != days[:-1])
        found = np.zeros(len(rows), np.bool_)
        found[places[new]] = True
        return found

    def _sums(self, name: str, rows: Mask) -> tuple[Floats, Ints]:
        """Sums (added up row by row, so from the newest to the oldest) and counts of the numbers there are."""
        there, values = self._addends[name]
        counted = rows & there
        customers = self._customer[counted]
        sums = np.bincount(customers, values[counted], self._size).astype(np.float64)
        return sums, np.bincount(customers, minlength=self._size)

    def _ends(self, rows: Mask, *, first: bool) -> Measured:
        """The moment of each customer's first or last event among these rows."""
        moments = np.zeros(self._size, np.int64)
        there = np.zeros(self._size, np.bool_)
        customers, at = self._customer[rows], self._at[rows]
        if not first:
            customers, at = customers[::-1], at[::-1]
        # Of several assignments to one place the last one stays.
        moments[customers] = at
        there[customers] = True
        return Measured(moments, there)


def _addends(events: list[Occurrence], name: str) -> tuple[Mask, Floats]:
    values = [event.properties.get(name) for event in events]
    there = np.fromiter(map(is_addend, values), np.bool_, len(values))
    numbers = (float(value) if is_addend(value) else 0.0 for value in values)
    return there, np.fromiter(numbers, np.float64, len(values))


def _days(at: Ints, calendar: Calendar) -> Ints:
    """The local days of these moments. As days only go up, one that begins and ends an hour is that of the whole hour."""
    hours, codes = np.unique(at // HOUR, return_inverse=True)
    first = np.fromiter((calendar.day(hour * HOUR) for hour in hours.tolist()), np.int64, len(hours))
    last = np.fromiter(
        (calendar.day(hour * HOUR + HOUR - 1) for hour in hours.tolist()), np.int64, len(hours)
    )
    days = first[codes]
    for place in np.flatnonzero((first != last)[codes]).tolist():
        days[place] = calendar.day(int(at[place]))
    return days
