"""From a rule as it is written to one made ready: dates become moments, tests become criteria."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from regulars.segments.rules.calendar import Calendar
from regulars.segments.rules.conditions import Bound, FieldCondition, Group, Negation, SegmentCondition
from regulars.segments.rules.history import EventCondition, PropertyFilter
from regulars.segments.rules.nodes import All, AnyOf, Node, Not, OfEvents, OfField, OfSegment
from regulars.segments.rules.operators import Subject


@dataclass(frozen=True)
class Binder:
    """What a rule is bound to."""

    calendar: Calendar
    thresholds: Mapping[str, int | float]

    def bound(self, node: Node, at: str) -> Bound:
        """The node made ready; `at` is its place."""
        match node:
            case All() | AnyOf():
                of = tuple(self.bound(part, f"{at}/of/{place}") for place, part in enumerate(node.of))
                return Group(at, of, every=isinstance(node, All))
            case Not():
                return Negation(at, self.bound(node.of, f"{at}/of"))
            case OfField():
                return self._field(node, at)
            case OfEvents():
                return self._events(node, at)
            case OfSegment():
                return SegmentCondition(at, node.segment)
            case _:
                assert_never(node)

    def _field(self, node: OfField, at: str) -> FieldCondition:
        subject = Subject(node.holds, self.calendar, node.field, self.thresholds)
        criterion = node.test.criterion(subject)
        return FieldCondition(at, node.field, criterion, node.test.wanted(), node.test.threshold(node.field))

    def _events(self, node: OfEvents, at: str) -> EventCondition:
        low, high = node.window.edges(self.calendar)
        filters = tuple(
            PropertyFilter(one.property, one.test.criterion(Subject(one.holds, self.calendar)))
            for one in node.where
        )
        where = " and ".join(f"{one.property} {one.test.wanted()}" for one in node.where)
        return EventCondition(
            at,
            kinds=tuple(dict.fromkeys(node.events)),
            filters=filters,
            low=low,
            high=high,
            measure=node.measure,
            criterion=node.test.criterion(Subject(node.measure.sort(), self.calendar)),
            calendar=self.calendar,
            wanted=node.test.wanted(),
            described=f"{node.measure.label()} {node.window.wanted()}{' with ' if where else ''}{where}",
        )
