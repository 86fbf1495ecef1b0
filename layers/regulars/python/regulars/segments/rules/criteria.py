"""Tests made ready for use: bound to the sort of value, to the tenant's calendar and to the thresholds.

Each criterion says one thing in every form that is needed: as Python source (from which its function of a single value is made
as well), as a span that whole columns can be compared with, and as the moments at which time alone changes its result.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from regulars.segments.rules.calendar import NEVER
from regulars.segments.rules.edges import BEGINNING, END, Edge, Fixed
from regulars.segments.rules.sorts import Sort, given, guard
from regulars.segments.rules.source import Binding, Writer
from regulars.segments.rules.values import Millis, Value

_MAX_LOOKS = 16


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` to `high` (None: open), each itself inside or not. `inside` is false for all that lies outside."""

    low: int | float | None = None
    high: int | float | None = None
    low_inside: bool = True
    high_inside: bool = True
    inside: bool = True


@dataclass(frozen=True)
class Criterion(ABC):
    """A test made ready."""

    sort: Sort
    # The moment asked for last and the test bound to it: many are asked for the same one.
    _last: ClassVar[tuple[Millis, Callable[[Value], bool]] | None] = None

    @property
    def timed(self) -> bool:
        """Whether time alone can change the result."""
        return False

    @abstractmethod
    def source(self, first: str, again: str, writer: Writer) -> str:
        """An expression that is true if the value passes. `first` fetches the value and names it `again`."""

    def span(self, now: Millis) -> Span | None:
        """The span that values of the sort must lie in at `now`; None: each must be asked."""
        return None

    def next_flip(self, value: Value, now: Millis) -> Millis:
        """The first moment after `now` at which the result for `value` may change by time alone; or `NEVER`."""
        return NEVER

    def at(self, now: Millis) -> Callable[[Value], bool]:
        """The test of single values at a moment."""
        kept = self._last
        if kept is None or (kept[0] != now and self.timed):
            kept = (now, self._binding(now))
            object.__setattr__(self, "_last", kept)
        return kept[1]

    @cached_property
    def _binding(self) -> Binding:
        writer = Writer()
        return writer.build("value", [f"return {self.source('value', 'value', writer)}"])


@dataclass(frozen=True)
class Presence(Criterion):
    """There is a value (`wanted`), or there is none."""

    wanted: bool

    def source(self, first: str, again: str, writer: Writer) -> str:
        there = given(self.sort, first, again)
        return there if self.wanted else f"(not {there})"


@dataclass(frozen=True)
class Nothing(Criterion):
    """No value passes: what it would be compared with is not known."""

    def source(self, first: str, again: str, writer: Writer) -> str:
        return "False"


@dataclass(frozen=True)
class Formula(Criterion):
    """Any expression over the value, `{v}`, and constants, `{0}` and so on."""

    expression: str
    constants: tuple[Any, ...]

    def source(self, first: str, again: str, writer: Writer) -> str:
        names = [writer.constant(constant) for constant in self.constants]
        return f"({guard(self.sort, first, again)} and {self.expression.format(*names, v=again)})"


@dataclass(frozen=True)
class Numbers(Criterion):
    """Numbers within a span, or outside of it."""

    within: Span

    def source(self, first: str, again: str, writer: Writer) -> str:
        within = self.within
        tests = []
        if within.low is not None:
            tests.append(f"{again} {'>=' if within.low_inside else '>'} {writer.constant(within.low)}")
        if within.high is not None:
            tests.append(f"{again} {'<=' if within.high_inside else '<'} {writer.constant(within.high)}")
        inside = " and ".join(tests) or "True"
        return f"({guard(self.sort, first, again)} and {inside if within.inside else f'not ({inside})'})"

    def span(self, now: Millis) -> Span | None:
        return self.within


@dataclass(frozen=True)
class Moving(Criterion):
    """Moments or days after the edge `low` and not after the edge `high`; or (not `inside`) all others."""

    low: Edge = BEGINNING
    high: Edge = END
    inside: bool = True

    @property
    def timed(self) -> bool:
        return not (isinstance(self.low, Fixed) and isinstance(self.high, Fixed))

    def source(self, first: str, again: str, writer: Writer) -> str:
        low, high = (
            writer.constant(edge.where) if isinstance(edge, Fixed) else writer.moment(edge.at)
            for edge in (self.low, self.high)
        )
        inside = f"{low} < {again} <= {high}"
        if self.high == END:
            inside = f"{again} > {low}"
        elif self.low == BEGINNING:
            inside = f"{again} <= {high}"
        return f"({guard(self.sort, first, again)} and {inside if self.inside else f'not ({inside})'})"

    def span(self, now: Millis) -> Span | None:
        return Span(self.low.at(now), self.high.at(now), low_inside=False, inside=self.inside)

    def next_flip(self, value: Value, now: Millis) -> Millis:
        if type(value) is not int:
            return NEVER
        return min((at for edge in (self.low, self.high) if (at := edge.reaches(value)) > now), default=NEVER)


@dataclass(frozen=True)
class Joined(Criterion):
    """Several criteria of which `any` (or else all) must be met."""

    criteria: tuple[Criterion, ...]
    any: bool = True

    @property
    def timed(self) -> bool:
        return any(one.timed for one in self.criteria)

    def source(self, first: str, again: str, writer: Writer) -> str:
        parts = [
            one.source(again if place else first, again, writer) for place, one in enumerate(self.criteria)
        ]
        return f"({(' or ' if self.any else ' and ').join(parts)})"

    def next_flip(self, value: Value, now: Millis) -> Millis:
        result, at = self.at(now)(value), now
        # One of several may change and all together stay as they are; after some looks, early is good enough.
        for _ in range(_MAX_LOOKS):
            at = min(one.next_flip(value, at) for one in self.criteria)
            if at >= NEVER or self.at(at)(value) is not result:
                break
        return at
