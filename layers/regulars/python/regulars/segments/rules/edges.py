"""Edges that move with time: what bounds "in the last 30 days", "this month" or "at least 18 years old".

An edge is a moment (or a day) that follows `now` and never moves back. Every test of time in the language says of a value that
it lies after one edge and not after another, `low < value <= high`. As `reaches` is the exact inverse of `at`, the very edges
that decide such a test also tell when its result changes if nothing happens.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from regulars.segments.rules.calendar import (
    ALWAYS,
    FIRST_DAY,
    HOUR,
    LAST_DAY,
    NEVER,
    UNITS,
    Calendar,
    Period,
    Unit,
    birthday,
    next_unit_start,
    unit_start,
    years_back,
)
from regulars.segments.rules.values import Millis


class Edge(Protocol):
    """Where a bound is at a moment."""

    def at(self, now: Millis) -> int:
        """The edge at `now`. Never decreases as `now` increases."""
        ...

    def reaches(self, value: int) -> Millis:
        """The first `now` with `at(now) >= value`; `NEVER`, or `ALWAYS` if it was never otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """An edge that stands still."""

    where: int

    def at(self, now: Millis) -> int:
        return self.where

    def reaches(self, value: int) -> Millis:
        return ALWAYS if self.where >= value else NEVER


BEGINNING, END = Fixed(ALWAYS), Fixed(NEVER)


@dataclass(frozen=True, slots=True)
class Now:
    """The present moment, moved by `shift` milliseconds: hours are absolute."""

    shift: Millis = 0

    def at(self, now: Millis) -> int:
        return now + self.shift

    def reaches(self, value: int) -> Millis:
        return value - self.shift


@dataclass(frozen=True, slots=True)
class DaysBack:
    """The same time of day on the wall clock, so many days ago (ahead, if negative)."""

    calendar: Calendar
    days: int

    def at(self, now: Millis) -> int:
        return self.calendar.back(now, self.days)

    def reaches(self, value: int) -> Millis:
        return self.calendar.ahead(value, self.days)


@dataclass(frozen=True, slots=True)
class BeforeUnit:
    """The last moment before the current day, week … in the tenant's zone, moved by so many units."""

    calendar: Calendar
    unit: Unit
    moved: int

    def at(self, now: Millis) -> int:
        return self.calendar.day_start(unit_start(self.calendar.day(now), self.unit, self.moved)) - 1

    def reaches(self, value: int) -> Millis:
        first = self.calendar.day_from(value + 1)
        return self.calendar.day_start(next_unit_start(first, self.unit, -self.moved))


@dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier of two edges."""

    one: Edge
    other: Edge

    def at(self, now: Millis) -> int:
        return min(self.one.at(now), self.other.at(now))

    def reaches(self, value: int) -> Millis:
        return max(self.one.reaches(value), self.other.reaches(value))


@dataclass(frozen=True, slots=True)
class LastDay:
    """An edge for days: the last day that has begun at an edge of moments."""

    calendar: Calendar
    edge: Edge

    def at(self, now: Millis) -> int:
        where = self.edge.at(now)
        return where if where in (ALWAYS, NEVER) else self.calendar.day(where)

    def reaches(self, value: int) -> Millis:
        return self.edge.reaches(self.calendar.day_start(value))


@dataclass(frozen=True, slots=True)
class BornBy:
    """An edge for days of birth: the latest with which one has completed `years` years today."""

    calendar: Calendar
    years: int

    def at(self, now: Millis) -> int:
        return years_back(min(max(self.calendar.day(now), FIRST_DAY), LAST_DAY), self.years)

    def reaches(self, value: int) -> Millis:
        if not FIRST_DAY <= value <= LAST_DAY:
            return ALWAYS if value < FIRST_DAY else NEVER
        day = birthday(value, date.fromordinal(value).year + self.years)
        if not FIRST_DAY <= day <= LAST_DAY:
            return ALWAYS if day < FIRST_DAY else NEVER
        return self.calendar.day_start(day)


def days_or_hours(calendar: Calendar, amount: int, unit: str) -> Edge:
    """So many days (by wall clock) or hours (absolute) before now; after it, if negative."""
    return DaysBack(calendar, amount) if unit == "days" else Now(-amount * HOUR)


def edges_of_period(calendar: Calendar, period: Period) -> tuple[Edge, Edge]:
    """The edges between which the moments of a calendar period lie."""
    unit, back = UNITS[period]
    return BeforeUnit(calendar, unit, -back), BeforeUnit(calendar, unit, 1 - back)
