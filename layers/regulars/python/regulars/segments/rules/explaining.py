"""Why a customer is in a segment or not: every condition with the value seen, in words."""

import re
from dataclasses import dataclass
from math import isfinite
from typing import Any

from regulars.segments.rules.calendar import (
    FIRST_DAY,
    LAST_DAY,
    Calendar,
    completed_years,
    dated,
    day_text,
    utc_text,
)
from regulars.segments.rules.conditions import Bound, FieldCondition, Group, Negation, SegmentCondition
from regulars.segments.rules.history import EventCondition
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import Document, Millis, Value
from regulars.segments.rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a rule as it came out. `seen` is the value in JSON (money in minor units, moments and days as ISO text, age in
    years), None if there is none. `next_change` is the earliest moment at which time alone may change `matches`."""

    matches: bool
    type: str
    label: str
    seen: Any | None
    wanted: str
    pointer: str
    children: tuple["Explanation", ...]
    next_change: Millis | None

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "matches": self.matches,
            "type": self.type,
            "label": self.label,
            "seen": self.seen,
            "wanted": self.wanted,
            "pointer": self.pointer,
            "children": [child.dump() for child in self.children],
            "next_change": None if self.next_change is None else utc_text(self.next_change),
        }


@dataclass(frozen=True)
class Explainer:
    """Explains one customer at one moment; with a vocabulary, by the labels of fields and events."""

    document: Document
    now: Millis
    calendar: Calendar
    vocabulary: Vocabulary | None = None

    def of(self, part: Bound) -> Explanation:
        """The explanation of a part of a rule and of all below it."""
        matches, change = part.state(self.document, self.now)
        type_, label, seen, wanted = self._said(part)
        children = tuple(self.of(child) for child in _parts(part))
        return Explanation(matches, type_, label, seen, wanted, part.pointer, children, dated(change))

    def _said(self, part: Bound) -> tuple[str, str, Any | None, str]:
        """Type, label, value seen and what is wanted."""
        match part:
            case Group():
                return (
                    ("all", "All of these", None, "match")
                    if part.every
                    else ("any", "Any of these", None, "match")
                )
            case Negation():
                return "not", "Not this", None, "matches"
            case FieldCondition():
                seen = self._shown(part.criterion.sort, self.document.fields.get(part.field))
                return "field", self._field(part.field), seen, part.wanted
            case EventCondition():
                seen = self._shown(part.measure.sort(), part.value(self.document, self.now))
                kinds = " or ".join(self._kind(kind) for kind in part.kinds)
                return "event", f"{kinds}: {part.described}", seen, part.wanted
            case SegmentCondition():
                there = part.segment in self.document.segments
                return "segment", f"Segment {part.segment}", there, "has the customer"
            case _:
                raise AssertionError(part)

    def _field(self, name: str) -> str:
        known = self.vocabulary.field(name) if self.vocabulary else None
        return known.label if known else _words(name.removeprefix("attributes."))

    def _kind(self, name: str) -> str:
        known = self.vocabulary.kind(name) if self.vocabulary else None
        return known.label if known else _words(name)

    def _shown(self, sort: Sort, value: Value) -> Any | None:
        if isinstance(value, frozenset):
            return sorted(value)
        if isinstance(value, float):
            whole = value.is_integer() and abs(value) <= 2**53
            return int(value) if whole else value if isfinite(value) else None
        if type(value) is not int:
            return value
        return self._shown_number(sort, value)

    def _shown_number(self, sort: Sort, value: int) -> int | str:
        if sort is Sort.MOMENT:
            return utc_text(value)
        if sort is Sort.DAY:
            return day_text(value)
        if sort is Sort.AGE and FIRST_DAY <= value <= LAST_DAY:
            return completed_years(value, self.calendar.day(self.now))
        return value


def _parts(part: Bound) -> tuple[Bound, ...]:
    if isinstance(part, Group):
        return part.of
    return (part.of,) if isinstance(part, Negation) else ()


def _words(name: str) -> str:
    """`total_spent` → `Total spent`."""
    return re.sub(r"[._]+", " ", name).capitalize()
