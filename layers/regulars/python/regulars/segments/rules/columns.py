"""Many customers judged at once: the very same rule over columns of values. Needs numpy, so only bulk work imports this.

The result is the same as that of judging each customer: values that no array compares exactly are asked one by one, and every
distinct text or set is put to the same test of a single value.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from regulars.segments.rules.columns_history import EventColumns
from regulars.segments.rules.columns_values import Column, Mask, column_of
from regulars.segments.rules.compiling import Compiled
from regulars.segments.rules.conditions import Bound, FieldCondition, Group, Negation, SegmentCondition
from regulars.segments.rules.history import EventCondition
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import Document, Millis


class Columns:
    """Customers as columns, with all that some rules read.

    `members` tells for each segment who is in it: what the documents say, until it is replaced by what was worked out since.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.members: dict[str, Mask] = {}
        self._fields: dict[tuple[str, Sort], Column] = {}
        self._events: dict[tuple[str, ...], EventColumns] = {}

    @classmethod
    def of(cls, documents: Sequence[Document], compiled: Sequence[Compiled]) -> Self:
        """The columns that the rules `compiled` read of `documents`, in their order."""
        columns = cls(len(documents))
        asked: dict[tuple[str, ...], list[EventCondition]] = defaultdict(list)
        for leaf in _leaves(compiled):
            if isinstance(leaf, FieldCondition):
                key = (leaf.field, leaf.criterion.sort)
                if key not in columns._fields:
                    values = [document.fields.get(leaf.field) for document in documents]
                    columns._fields[key] = column_of(values, leaf.criterion.sort)
            elif isinstance(leaf, SegmentCondition):
                inside = (leaf.segment in document.segments for document in documents)
                columns.members[leaf.segment] = np.fromiter(inside, np.bool_, len(documents))
            elif isinstance(leaf, EventCondition):
                asked[leaf.kinds].append(leaf)
        for kinds, conditions in asked.items():
            columns._events[kinds] = EventColumns(documents, kinds, conditions)
        return columns

    def matching(self, part: Bound, now: Millis) -> Mask:
        """Who matches a part of a rule at `now`."""
        match part:
            case Group():
                return self._together(part, now)
            case Negation():
                return ~self.matching(part.of, now)
            case FieldCondition():
                return self._fields[part.field, part.criterion.sort].passing(part.criterion, now)
            case EventCondition():
                return self._events[part.kinds].matching(part, now)
            case SegmentCondition():
                known = self.members.get(part.segment)
                return np.zeros(self.size, np.bool_) if known is None else known
            case _:
                raise AssertionError(part)

    def _together(self, group: Group, now: Millis) -> Mask:
        result = np.full(self.size, group.every)
        for part in group.of:
            if group.every:
                result &= self.matching(part, now)
            else:
                result |= self.matching(part, now)
            if bool((result != group.every).all()):
                break
        return result


def _leaves(compiled: Sequence[Compiled]) -> Iterator[Bound]:
    for rule in compiled:
        yield from rule.root.leaves()


def matches_columns(compiled: Compiled, columns: Columns, now: Millis) -> Mask:
    """For each customer of `columns`, which must have been made for the rule, whether they match at `now`."""
    return columns.matching(compiled.root, now).copy()
