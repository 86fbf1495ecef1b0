"""Whether there is a value at all. Only `not_exists` is met by what is missing."""

from typing import ClassVar, Literal

from regulars.segments.rules.criteria import Criterion, Presence
from regulars.segments.rules.operators.base import EVERYTHING, Operator, Subject
from regulars.segments.rules.values import ValueType


class Exists(Operator):
    operator: Literal["exists"]
    label: ClassVar[str] = "is known"
    applies: ClassVar[frozenset[ValueType]] = EVERYTHING
    asks_presence: ClassVar[bool] = True

    def criterion(self, subject: Subject) -> Criterion:
        return Presence(subject.sort, wanted=True)


class NotExists(Operator):
    operator: Literal["not_exists"]
    label: ClassVar[str] = "is not known"
    applies: ClassVar[frozenset[ValueType]] = EVERYTHING
    asks_presence: ClassVar[bool] = True

    def criterion(self, subject: Subject) -> Criterion:
        return Presence(subject.sort, wanted=False)
