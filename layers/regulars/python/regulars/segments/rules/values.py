"""What rules speak of: values, the fields and event kinds that hold them, and one customer as a rule sees them.

Values as a rule sees them: text and choices are `str`, numbers `int` or `float`, money `int` in minor units, sets `frozenset`
of `str`, moments `int` milliseconds since 1970 in UTC, days `int` days since 0001-01-01 (`date.toordinal`). Missing is None.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Value: TypeAlias = str | bool | int | float | frozenset[str] | None
Millis: TypeAlias = int


class ValueType(StrEnum):
    """What a field or property holds; it decides which tests apply. `ANY` is a property of a shop's own, of whatever type."""

    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    NUMBER = "number"
    MONEY = "money"
    SET = "set"
    MOMENT = "moment"
    DAY = "day"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Field:
    """A fact about a customer that rules can test.

    `events` are the events whose coming can change it, `profile` the profile fields (`customer.updated.changed`) that can.
    `ranked` fields can be tested against a percentile. `derived_from_today` marks what follows from a day and the present
    date (age). Without `available` no area fills it yet: it is always missing.
    """

    name: str
    label: str
    group: str
    type: ValueType
    read: Callable[[Any], Value]
    help: str = ""
    events: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    ranked: bool = False
    available: bool = True
    derived_from_today: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an event that conditions can filter by, sum up or average."""

    name: str
    label: str
    type: ValueType
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something customers do that history conditions can ask for. `open` kinds have properties of the shop's own besides."""

    name: str
    label: str
    group: str
    properties: tuple[Property, ...] = ()
    open: bool = False
    available: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event of a customer's history: when, and the values of its properties by name."""

    at: Millis
    id: str
    properties: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Document:
    """One customer as rules see them.

    `fields` has every field that the rules at hand read (missing ones None). `history` has, for every kind they read, the
    occurrences newest first (by `(at, id)`), at least all since the rules' `history_since`. `segments` are the segments that
    the customer is in.
    """

    fields: Mapping[str, Value]
    history: Mapping[str, Sequence[Occurrence]] = field(default_factory=dict)
    segments: Set[str] = frozenset()


def millis(moment: datetime) -> Millis:
    """Milliseconds since 1970 of an aware moment, exactly."""
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def moment_of(at: Millis) -> datetime:
    """The moment, aware, in UTC."""
    seconds, rest = divmod(at, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
