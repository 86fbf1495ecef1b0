"""What is in a text or in a set, without regard to case. An empty set contains none of anything; a missing one is not asked."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from regulars.segments.rules.criteria import Criterion, Formula, Joined
from regulars.segments.rules.folding import FOLDED_SETS
from regulars.segments.rules.operands import Text, Texts
from regulars.segments.rules.operators.base import Operator, Subject, Target, listed, misfit, shown
from regulars.segments.rules.sorts import Sort
from regulars.segments.rules.values import ValueType

_SET = frozenset({ValueType.SET})


class _Content(Operator):
    value: Text

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        # Part of a choice is no choice; a member of a set must be one.
        if target.type is ValueType.SET and (wrong := misfit(self.value, target)):
            yield "/value", wrong

    def operands(self) -> str:
        return shown(self.value)

    def _either(self, subject: Subject, test: str) -> Criterion:
        """`test` of a text's parts, and of a set's members."""
        value = self.value.casefold()
        text = Formula(Sort.TEXT, f"{{0}} {test} {{v}}.casefold()", (value,))
        members = Formula(Sort.SET, f"{{0}} {test} {{1}}[{{v}}]", (value, FOLDED_SETS))
        if subject.sort is Sort.ANY:
            return Joined(Sort.ANY, (text, members))
        return members if subject.sort is Sort.SET else text


class Contains(_Content):
    operator: Literal["contains"]
    label: ClassVar[str] = "contains"
    applies: ClassVar[frozenset[ValueType]] = frozenset({ValueType.TEXT}) | _SET

    def criterion(self, subject: Subject) -> Criterion:
        return self._either(subject, "in")


class NotContains(_Content):
    operator: Literal["not_contains"]
    label: ClassVar[str] = "does not contain"
    applies: ClassVar[frozenset[ValueType]] = frozenset({ValueType.TEXT}) | _SET

    def criterion(self, subject: Subject) -> Criterion:
        return self._either(subject, "not in")


class StartsWith(_Content):
    operator: Literal["starts_with"]
    label: ClassVar[str] = "starts with"
    applies: ClassVar[frozenset[ValueType]] = frozenset({ValueType.TEXT})

    def criterion(self, subject: Subject) -> Criterion:
        return Formula(Sort.TEXT, "{v}.casefold().startswith({0})", (self.value.casefold(),))


class EndsWith(_Content):
    operator: Literal["ends_with"]
    label: ClassVar[str] = "ends with"
    applies: ClassVar[frozenset[ValueType]] = frozenset({ValueType.TEXT})

    def criterion(self, subject: Subject) -> Criterion:
        return Formula(Sort.TEXT, "{v}.casefold().endswith({0})", (self.value.casefold(),))


class _Members(Operator):
    values: Texts
    applies: ClassVar[frozenset[ValueType]] = _SET

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        for place, value in enumerate(self.values):
            if wrong := misfit(value, target):
                yield f"/values/{place}", wrong

    def operands(self) -> str:
        return listed(self.values)

    def _members(self, expression: str) -> Criterion:
        return Formula(Sort.SET, expression, (FOLDED_SETS[frozenset(self.values)], FOLDED_SETS))


class ContainsAny(_Members):
    operator: Literal["contains_any"]
    label: ClassVar[str] = "contains any of"

    def criterion(self, subject: Subject) -> Criterion:
        return self._members("not {0}.isdisjoint({1}[{v}])")


class ContainsAll(_Members):
    operator: Literal["contains_all"]
    label: ClassVar[str] = "contains all of"

    def criterion(self, subject: Subject) -> Criterion:
        return self._members("{0} <= {1}[{v}]")


class ContainsNone(_Members):
    operator: Literal["contains_none"]
    label: ClassVar[str] = "contains none of"

    def criterion(self, subject: Subject) -> Criterion:
        return self._members("{0}.isdisjoint({1}[{v}])")
