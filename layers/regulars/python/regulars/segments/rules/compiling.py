"""Rules at work: what a rule reads, who matches, when time alone changes that, and why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from regulars.segments.rules.binding import Binder
from regulars.segments.rules.calendar import ALWAYS, Calendar, dated
from regulars.segments.rules.conditions import FieldCondition, SegmentCondition
from regulars.segments.rules.explaining import Explainer, Explanation
from regulars.segments.rules.history import EventCondition
from regulars.segments.rules.nodes import Rule
from regulars.segments.rules.source import Binding, Writer
from regulars.segments.rules.values import Document, Millis
from regulars.segments.rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule's result depends on, by name. `timed`: on time as well."""

    fields: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    thresholds: frozenset[str] = frozenset()
    timed: bool = False

    @classmethod
    def of_all(cls, reads: Iterable[Self]) -> Self:
        """What any of several rules reads."""
        every = list(reads)
        return cls(
            frozenset().union(*(one.fields for one in every)),
            frozenset().union(*(one.kinds for one in every)),
            frozenset().union(*(one.segments for one in every)),
            frozenset().union(*(one.thresholds for one in every)),
            any(one.timed for one in every),
        )


class Compiled:
    """A rule bound to a zone and thresholds. Nothing is generated before the first customer is judged."""

    def __init__(self, rule: Rule, calendar: Calendar, thresholds: Mapping[str, int | float]) -> None:
        self.rule = rule
        self.calendar = calendar
        self.root = Binder(calendar, thresholds).bound(rule.root, "/root")
        self._bound: tuple[Millis, Callable[[Document], bool]] | None = None

    @cached_property
    def reads(self) -> Reads:
        """What the result depends on."""
        fields = [leaf for leaf in self.root.leaves() if isinstance(leaf, FieldCondition)]
        events = self._events
        segments = [leaf.segment for leaf in self.root.leaves() if isinstance(leaf, SegmentCondition)]
        return Reads(
            frozenset(leaf.field for leaf in fields),
            frozenset(kind for leaf in events for kind in leaf.kinds),
            frozenset(segments),
            frozenset(leaf.threshold for leaf in fields if leaf.threshold),
            # Events may lie ahead, and count once they have come.
            bool(events) or any(leaf.criterion.timed for leaf in fields),
        )

    @cached_property
    def _events(self) -> list[EventCondition]:
        return [leaf for leaf in self.root.leaves() if isinstance(leaf, EventCondition)]

    def history_since(self, now: Millis) -> Millis | None:
        """The oldest moment whose events can matter at `now` or later; None: all that ever were."""
        since = min((leaf.low.at(now) + 1 for leaf in self._events), default=now)
        return since if since > ALWAYS + 1 else None

    def at(self, now: Millis) -> Callable[[Document], bool]:
        """Whether customers match at `now`: for many of them, with all that depends on the moment worked out once."""
        return self._binding(now)

    def matches(self, document: Document, now: Millis) -> bool:
        """Whether the customer matches at `now`."""
        bound = self._bound
        if bound is None or bound[0] != now:
            bound = self._bound = (now, self.at(now))
        return bound[1](document)

    def next_change(self, document: Document, now: Millis) -> Millis | None:
        """No change by time alone comes between `now` and this later moment; None: none ever comes."""
        _, change = self.root.state(document, now)
        return dated(change)

    def explain(self, document: Document, now: Millis, vocabulary: Vocabulary | None = None) -> Explanation:
        """Every condition with the value seen; with `vocabulary`, in its labels."""
        return Explainer(document, now, self.calendar, vocabulary).of(self.root)

    @cached_property
    def _binding(self) -> Binding:
        writer = Writer()
        result = self.root.source(writer)
        reads = self.reads
        given = [
            *(["get = document.fields.get"] if reads.fields else []),
            *(["history = document.history"] if reads.kinds else []),
            *(["segments = document.segments"] if reads.segments else []),
        ]
        return writer.build("document", [*given, f"return {result}"])


@lru_cache(maxsize=64)
def _calendar(zone: ZoneInfo) -> Calendar:
    return Calendar(zone)


_NO_THRESHOLDS: Mapping[str, Any] = {}


def compile_rule(
    rule: Rule, zone: ZoneInfo, thresholds: Mapping[str, int | float] = _NO_THRESHOLDS
) -> Compiled:
    """The rule made ready for a tenant's zone. `thresholds` are the values at percentiles, as `total_spent:top:20`; a test whose
    threshold is missing matches nobody."""
    return Compiled(rule, _calendar(zone), thresholds)
