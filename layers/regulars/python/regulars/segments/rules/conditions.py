"""A rule made ready: bound to a calendar and thresholds. Each part can be written as Python, and knows when time changes it.

`state` is the algorithm behind membership that needs no rescans. A part's state is its value now and a lower bound on the next
moment at which time alone changes that. Of parts that must all hold, while some fail, only those that fail matter, and the
latest of their next changes is when all may hold at the earliest; while all hold, the earliest change of any counts. Parts of
which any suffices are the mirror image.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from regulars.segments.rules.calendar import NEVER
from regulars.segments.rules.criteria import Criterion, Formula, Joined
from regulars.segments.rules.source import Writer
from regulars.segments.rules.values import Document, Millis

State: TypeAlias = tuple[bool, Millis]


@dataclass(frozen=True)
class Bound(ABC):
    """A part of a rule made ready; `pointer` is its place in the rule (RFC 6901)."""

    pointer: str

    @property
    def cost(self) -> int:
        """How much there is to do to judge the part, compared to others: what is cheap is judged first."""
        return 0

    @abstractmethod
    def source(self, writer: Writer) -> str:
        """An expression over `get` (of fields), `history` and `segments` that is true if the part matches."""

    @abstractmethod
    def state(self, document: Document, now: Millis) -> State:
        """Whether the part matches at `now`, and the earliest moment after at which time may change that (or NEVER)."""

    def leaves(self) -> "Iterator[Bound]":
        """The conditions of the part, from left to right."""
        yield self


@dataclass(frozen=True)
class Group(Bound):
    """Of its parts `every` one must match, or else any."""

    of: tuple[Bound, ...]
    every: bool

    @property
    def cost(self) -> int:
        return max(part.cost for part in self.of)

    def source(self, writer: Writer) -> str:
        parts = [part.source(writer) for part in sorted(self.of, key=lambda part: part.cost)]
        return f"({(' and ' if self.every else ' or ').join(parts)})"

    def state(self, document: Document, now: Millis) -> State:
        # The parts that decide: those that fail, of parts that must all hold; those that hold, of parts that may.
        decided, latest, earliest = False, now, NEVER
        for part in self.of:
            value, change = part.state(document, now)
            if value is not self.every:
                decided, latest = True, max(latest, change)
                if latest >= NEVER:
                    break
            earliest = min(earliest, change)
        return (not self.every, latest) if decided else (self.every, earliest)

    def leaves(self) -> Iterator[Bound]:
        for part in self.of:
            yield from part.leaves()


@dataclass(frozen=True)
class Negation(Bound):
    """Its part must not match."""

    of: Bound

    @property
    def cost(self) -> int:
        return self.of.cost

    def source(self, writer: Writer) -> str:
        return f"(not {self.of.source(writer)})"

    def state(self, document: Document, now: Millis) -> State:
        value, change = self.of.state(document, now)
        return not value, change

    def leaves(self) -> Iterator[Bound]:
        yield from self.of.leaves()


@dataclass(frozen=True)
class FieldCondition(Bound):
    """A fact about the customer; `wanted` says in English what it should be."""

    field: str
    criterion: Criterion
    wanted: str
    threshold: str | None = None

    @property
    def cost(self) -> int:
        return 1 if isinstance(self.criterion, Formula | Joined) else 0

    def source(self, writer: Writer) -> str:
        name = writer.name("v")
        return self.criterion.source(f"{name} := get({writer.constant(self.field)})", name, writer)

    def state(self, document: Document, now: Millis) -> State:
        value = document.fields.get(self.field)
        return self.criterion.at(now)(value), self.criterion.next_flip(value, now)


@dataclass(frozen=True)
class SegmentCondition(Bound):
    """The customer is in another segment. Time alone does not change that: its own change is an event."""

    segment: str

    def source(self, writer: Writer) -> str:
        return f"({writer.constant(self.segment)} in segments)"

    def state(self, document: Document, now: Millis) -> State:
        return self.segment in document.segments, NEVER
