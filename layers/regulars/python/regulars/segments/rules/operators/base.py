"""What every operator says of itself: its operands (as fields), what it applies to, its words, and its criterion."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from regulars.segments.rules.calendar import Calendar
from regulars.segments.rules.criteria import Criterion
from regulars.segments.rules.operands import Part, read_date, shapes_of
from regulars.segments.rules.sorts import Sort, sort_of_type
from regulars.segments.rules.values import Millis, ValueType

EVERYTHING = frozenset(ValueType) - {ValueType.ANY}
NUMERIC = frozenset({ValueType.NUMBER, ValueType.MONEY})
TEXTUAL = frozenset({ValueType.TEXT, ValueType.CHOICE})
DATED = frozenset({ValueType.MOMENT, ValueType.DAY})


@dataclass(frozen=True, slots=True)
class Target:
    """What a test is asked of, while a rule is checked. `sort` is how its values will be judged.

    `always` targets (a count, a sum) have a value whatever happens, so nothing is to be asked of its presence.
    """

    name: str
    type: ValueType
    choices: tuple[str, ...] = ()
    ranked: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What a test is bound to, when a rule is compiled."""

    sort: Sort
    calendar: Calendar
    name: str = ""
    thresholds: Mapping[str, int | float] = field(default_factory=dict)

    def or_else(self, sort: Sort) -> Sort:
        """The sort by which values are judged: what the test expects, of a property that may be anything."""
        return sort if self.sort is Sort.ANY else self.sort

    def moment(self, text: str) -> Millis:
        """A date operand as a moment: a date without time is 00:00 in the tenant's zone."""
        found = read_date(text)
        return self.calendar.day_start(found.toordinal()) if isinstance(found, date) else found


class Operator(Part):
    """A test as it stands in a rule: one class for each operator."""

    label: ClassVar[str]
    applies: ClassVar[frozenset[ValueType]]
    # Only for fields of which it is known how all customers' values spread.
    needs_ranks: ClassVar[bool] = False
    # Senseless where there is always a value.
    asks_presence: ClassVar[bool] = False

    @abstractmethod
    def criterion(self, subject: Subject) -> Criterion:
        """The test made ready for a subject of a type that it applies to."""

    def misfits(self, target: Target) -> Iterator[tuple[str, str]]:
        """Which operands do not go with `target`: pointers from here, and why."""
        return iter(())

    def threshold(self, name: str) -> str | None:
        """The key of the threshold that the test needs when asked of the field `name`."""
        return None

    def wanted(self) -> str:
        """What is wanted, in English, to follow the name of what is tested."""
        return f"{self.label} {self.operands()}".strip()

    def operands(self) -> str:
        """The operands in English."""
        return ""

    @classmethod
    def shapes(cls) -> dict[str, dict[str, Any]]:
        """The operands by name, and what each may be."""
        return shapes_of(cls)


_EXPECTED = {
    Sort.TEXT: "must be text",
    Sort.SET: "must be text",
    Sort.BOOLEAN: "must be true or false",
    Sort.NUMBER: "must be a number",
    Sort.DAY: "must be a date such as 1990-02-28",
}


def misfit(value: Any, target: Target) -> str | None:
    """Why a single value cannot be compared with the values of `target`; None if it can."""
    sort = sort_of_type(target.type)
    if sort is Sort.ANY:
        return None
    if sort is Sort.DAY:
        return day_misfit(value)
    types: tuple[type, ...] = {Sort.BOOLEAN: (bool,), Sort.NUMBER: (int, float)}.get(sort, (str,))
    if type(value) not in types:
        return _EXPECTED[sort]
    if target.type is ValueType.MONEY and type(value) is not int:
        return "must be a whole number of minor units (pence, cents)"
    if target.choices and value.casefold() not in {choice.casefold() for choice in target.choices}:
        return f"must be one of {', '.join(target.choices)[:200]}"
    return None


def day_misfit(value: Any) -> str | None:
    """Why `value` is no day: a time of day has no place there."""
    try:
        if isinstance(value, str) and isinstance(read_date(value), date):
            return None
    except ValueError:
        pass
    return _EXPECTED[Sort.DAY]


def shown(value: Any) -> str:
    """An operand in English."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{value}”" if isinstance(value, str) else f"{value}"


def listed(values: list[Any]) -> str:
    """Operands in English, the first few of many."""
    more = f" and {len(values) - 5} more" if len(values) > 5 else ""
    return ", ".join(shown(value) for value in values[:5]) + more
