"""Conditions on what a customer did: events of some kinds, in a window, that pass all filters, and what is made of them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from regulars.segments.rules.calendar import NEVER, Calendar
from regulars.segments.rules.conditions import Bound, State
from regulars.segments.rules.criteria import Criterion, Numbers, Span
from regulars.segments.rules.edges import Edge
from regulars.segments.rules.measures import AnyMeasure, Count
from regulars.segments.rules.source import Writer
from regulars.segments.rules.values import Document, Millis, Occurrence, Value

# How many events are looked at in search of the next change. What is found by then is early, never late.
_MAX_LOOKED_AT = 20_000


def newest_first(history: Mapping[str, Sequence[Occurrence]], kinds: tuple[str, ...]) -> Sequence[Occurrence]:
    """The events of these kinds in one list."""
    if len(kinds) == 1:
        return history.get(kinds[0], ())
    every = [event for kind in kinds for event in history.get(kind, ())]
    return sorted(every, key=lambda event: (event.at, event.id), reverse=True)


@dataclass(frozen=True)
class PropertyFilter:
    property: str
    criterion: Criterion


@dataclass(frozen=True)
class EventCondition(Bound):
    """`low` and `high` are the window's edges: events after the one and not after the other count."""

    kinds: tuple[str, ...]
    filters: tuple[PropertyFilter, ...]
    low: Edge
    high: Edge
    measure: AnyMeasure
    criterion: Criterion
    calendar: Calendar
    wanted: str
    described: str

    @property
    def cost(self) -> int:
        return 2

    def source(self, writer: Writer) -> str:
        low, high = writer.moment(self.low.at), writer.moment(self.high.at)
        filters = [self._filter_source(one, writer) for one in self.filters]
        counting = isinstance(self.measure, Count)
        body = [
            "found = 0" if counting else "found = []",
            f"for event in {self._events_source(writer)}:",
            f"    if event.at <= {low}: break",
            f"    if event.at > {high}: continue",
            *(["    get = event.properties.get"] if filters else []),
            *(f"    if not {one}: continue" for one in filters),
            "    found += 1" if counting else "    found.append(event)",
            *self._stop(),
            "return found",
        ]
        made = f"{writer.function('history', body)}(history)"
        if not counting:
            made = f"{writer.constant(self.measure.of)}({made}, {writer.constant(self.calendar)})"
        name = writer.name("v")
        return self.criterion.source(f"{name} := {made}", name, writer)

    def _events_source(self, writer: Writer) -> str:
        if len(self.kinds) == 1:
            return f"history.get({writer.constant(self.kinds[0])}, ())"
        return f"{writer.constant(newest_first)}(history, {writer.constant(self.kinds)})"

    def _filter_source(self, one: PropertyFilter, writer: Writer) -> str:
        name = writer.name("v")
        return one.criterion.source(f"{name} := get({writer.constant(one.property)})", name, writer)

    def _stop(self) -> list[str]:
        """Counting stops where more could not change the result."""
        if isinstance(self.measure, Count) and isinstance(self.criterion, Numbers):
            return [f"    if found >= {_settled(self.criterion.within)}: break"]
        return []

    # One by one, for what is asked of single customers

    def value(self, document: Document, now: Millis) -> Value:
        """What is made of the events that count at `now`."""
        return _Walk(self, self.passing(document, now), now).value()

    def state(self, document: Document, now: Millis) -> State:
        walk = _Walk(self, self.passing(document, now), now)
        value = walk.value()
        result = self.criterion.at(now)(value)
        limit, looked_at = self._filters_flip(document, now), 0
        while True:
            at = min(walk.next(), self.criterion.next_flip(value, walk.now), limit)
            if at >= limit or looked_at > _MAX_LOOKED_AT:
                return result, at
            walk.move(at)
            value = walk.value()
            if self.criterion.at(at)(value) is not result:
                return result, at
            looked_at += 1 if isinstance(self.measure, Count) else 1 + len(walk.events)

    def passing(self, document: Document, now: Millis) -> list[Occurrence]:
        """The events that pass the filters at `now`, whenever they were, newest first."""
        events = newest_first(document.history, self.kinds)
        filters = [(one.property, one.criterion.at(now)) for one in self.filters]
        if not filters:
            return list(events)
        return [event for event in events if all(test(event.properties.get(name)) for name, test in filters)]

    def _filters_flip(self, document: Document, now: Millis) -> Millis:
        """The first moment at which time alone may change whether an event passes the filters."""
        timed = [one for one in self.filters if one.criterion.timed]
        if not timed:
            return NEVER
        left = self.low.at(now)
        return min(
            (
                one.criterion.next_flip(event.properties.get(one.property), now)
                for event in newest_first(document.history, self.kinds)
                if event.at > left
                for one in timed
            ),
            default=NEVER,
        )


def _settled(span: Span) -> int:
    """The least count from which on every greater one gives the same result."""
    low = 0 if span.low is None else ceil(span.low) if span.low_inside else floor(span.low) + 1
    high = 0 if span.high is None else floor(span.high) + 1 if span.high_inside else ceil(span.high)
    return max(low, high, 0)


class _Walk:
    """The events in a window as time goes on. As both edges only move forward, they are always a slice of the list."""

    def __init__(self, condition: EventCondition, events: list[Occurrence], now: Millis) -> None:
        self._condition = condition
        self._every = events
        self.now = now
        ages = [-event.at for event in events]
        # Events before `_first` are still to come; those from `_last` on have left.
        self._first = bisect_left(ages, -condition.high.at(now))
        self._last = bisect_left(ages, -condition.low.at(now))
        self._entering, self._leaving = self._enters(), self._leaves()

    @property
    def events(self) -> list[Occurrence]:
        return self._every[self._first : self._last]

    def value(self) -> Value:
        condition = self._condition
        if isinstance(condition.measure, Count):
            return max(self._last - self._first, 0)
        return condition.measure.of(self.events, condition.calendar)

    def next(self) -> Millis:
        """When the next event enters or leaves the window; NEVER if none does."""
        return min(self._entering, self._leaving)

    def move(self, now: Millis) -> None:
        self.now = now
        while self._entering <= now:
            self._first -= 1
            self._entering = self._enters()
        while self._leaving <= now:
            self._last -= 1
            self._leaving = self._leaves()

    def _enters(self) -> Millis:
        return self._condition.high.reaches(self._every[self._first - 1].at) if self._first else NEVER

    def _leaves(self) -> Millis:
        return self._condition.low.reaches(self._every[self._last - 1].at) if self._last else NEVER
