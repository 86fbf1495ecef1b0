"""The oracle's verdict on one value: types, text, sets, numbers, days and moments, one test at a time."""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules.values import EventKind, Field, ValueType
from tests.unit.segments import clock

NEGATIVE = {
    "not_equals": "equals",
    "none_of": "one_of",
    "not_contains": "contains",
    "contains_none": "contains_any",
}


WANTED = {
    "contains_any": ValueType.SET,
    "contains_all": ValueType.SET,
    "contains_none": ValueType.SET,
    "starts_with": ValueType.TEXT,
    "ends_with": ValueType.TEXT,
    "at_least": ValueType.NUMBER,
    "at_most": ValueType.NUMBER,
    "greater_than": ValueType.NUMBER,
    "less_than": ValueType.NUMBER,
}


@dataclass(frozen=True)
class World:
    """What a rule is read in: the shop's zone and thresholds, and the types of fields and properties."""

    zone: ZoneInfo
    fields: Mapping[str, Field]
    kinds: Mapping[str, EventKind]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    ages: frozenset[str] = frozenset({"age"})

    def property_type(self, kind: str, name: str) -> ValueType:
        known = self.kinds.get(kind)
        for given in known.properties if known else ():
            if given.name == name:
                return given.type
        return ValueType.ANY


def since(now: int, amount: int, unit: str, zone: ZoneInfo) -> int:
    """The moment that lies so far back (a negative amount: ahead)."""
    if unit == "hours":
        return now - amount * clock.HOUR_MS
    return clock.moved(now, -amount, zone)


def in_period(at: int, name: str, now: int, zone: ZoneInfo) -> bool:
    first, after = clock.period_days(clock.local_day(now, zone), name)
    return clock.day_start(first, zone) <= at < clock.day_start(after, zone)


def half_open(at: int, begin: str | None, end: str | None, zone: ZoneInfo) -> bool:
    return (begin is None or asked_moment(begin, zone) <= at) and (
        end is None or at < asked_moment(end, zone)
    )


def asked_moment(text: str, zone: ZoneInfo) -> int:
    """A moment as rules write it; a date without time is 00:00 in the shop's zone."""
    if len(text) == 10:
        return clock.day_start(date.fromisoformat(text), zone)
    return clock.ms(datetime.fromisoformat(text))


def can_be_added(value: float) -> bool:
    """Whether it is a number that double precision holds."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def typed(value: Any, kind: ValueType) -> Any:
    """The value if it is of that type, else None: missing."""
    if isinstance(value, float) and math.isnan(value):
        return None
    fits = {
        ValueType.TEXT: isinstance(value, str),
        ValueType.CHOICE: isinstance(value, str),
        ValueType.BOOLEAN: isinstance(value, bool),
        ValueType.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
        ValueType.MONEY: isinstance(value, int | float) and not isinstance(value, bool),
        ValueType.SET: isinstance(value, frozenset),
        ValueType.MOMENT: isinstance(value, int) and not isinstance(value, bool),
        ValueType.DAY: isinstance(value, int) and not isinstance(value, bool),
        ValueType.ANY: True,
    }
    return value if fits[kind] else None


def plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


@dataclass(frozen=True)
class Judge:
    """One test at one moment."""

    test: Mapping[str, Any]
    now: int
    world: World
    ranked: str = ""

    def passes(self, value: Any, kind: ValueType) -> bool:
        operator = self.test["operator"]
        if kind is ValueType.ANY:
            kind = self.needed(value)
        value = typed(value, kind)
        if operator == "not_exists":
            return value is None or value == frozenset()
        if value is None:
            return False
        if operator == "exists":
            return bool(value != frozenset())
        if operator in NEGATIVE:
            return not self.holds(NEGATIVE[operator], value, kind)
        return self.holds(operator, value, kind)

    def needed(self, value: Any) -> ValueType:
        """The type that the test wants of a value whose own type nobody has told."""
        operator = self.test["operator"]
        if operator in ("exists", "not_exists"):
            return ValueType.ANY
        if operator in ("contains", "not_contains"):
            return ValueType.SET if isinstance(value, frozenset) else ValueType.TEXT
        if operator in ("equals", "not_equals", "one_of", "none_of", "between"):
            return self.type_of_operand()
        return WANTED.get(operator, ValueType.MOMENT)

    def type_of_operand(self) -> ValueType:
        operands = self.test.get("values") or [self.test.get(name) for name in ("value", "from", "to")]
        operand = next(given for given in operands if given is not None)
        if isinstance(operand, bool):
            return ValueType.BOOLEAN
        if isinstance(operand, str):
            return ValueType.MOMENT if self.test["operator"] == "between" else ValueType.TEXT
        return ValueType.NUMBER

    def holds(self, operator: str, value: Any, kind: ValueType) -> bool:
        if kind is ValueType.SET:
            return self.holds_set(operator, {folded(member) for member in value})
        if kind in (ValueType.TEXT, ValueType.CHOICE):
            return self.holds_text(operator, folded(value))
        if kind is ValueType.BOOLEAN:
            return bool(value == self.test["value"])
        if kind is ValueType.DAY:
            return self.holds_day(operator, date.fromordinal(value))
        if kind is ValueType.MOMENT:
            return self.holds_moment(operator, value)
        return self.holds_number(operator, value)

    def holds_text(self, operator: str, value: str) -> bool:
        if operator == "one_of":
            return value in [plain(one) for one in self.test["values"]]
        wanted = plain(self.test["value"])
        return {
            "equals": value == wanted,
            "contains": wanted in value,
            "starts_with": value.startswith(wanted),
            "ends_with": value.endswith(wanted),
        }[operator]

    def holds_set(self, operator: str, value: set[str]) -> bool:
        if operator == "contains":
            return plain(self.test["value"]) in value
        wanted = [plain(one) for one in self.test["values"]]
        found = [one in value for one in wanted]
        return any(found) if operator == "contains_any" else all(found)

    def holds_number(self, operator: str, value: float) -> bool:
        test = self.test
        if operator == "percentile":
            threshold = self.world.thresholds.get(f"{self.ranked}:{test['part']}:{test['percent']}")
            if threshold is None:
                return False
            return value >= threshold if test["part"] == "top" else value <= threshold
        if operator == "one_of":
            return any(value == one for one in test["values"])
        if operator == "between":
            return bool(test["from"] <= value <= test["to"])
        wanted = test["value"]
        return bool(
            {
                "equals": value == wanted,
                "at_least": value >= wanted,
                "at_most": value <= wanted,
                "greater_than": value > wanted,
                "less_than": value < wanted,
            }[operator]
        )

    def holds_day(self, operator: str, value: date) -> bool:
        test = self.test
        if operator in ("equals", "on"):
            return value == date.fromisoformat(test["value"])
        if operator == "before":
            return value < date.fromisoformat(test["value"])
        if operator == "after":
            return value >= date.fromisoformat(test["value"])
        if operator == "between":
            begin, end = test.get("from"), test.get("to")
            return (begin is None or date.fromisoformat(begin) <= value) and (
                end is None or value < date.fromisoformat(end)
            )
        if operator.startswith("anniversary"):
            return self.holds_anniversary(operator, value)
        return self.holds_moment(operator, clock.day_start(value, self.world.zone))

    def holds_moment(self, operator: str, value: int) -> bool:
        test, zone = self.test, self.world.zone
        if operator == "before":
            return value < asked_moment(test["value"], zone)
        if operator == "after":
            return value >= asked_moment(test["value"], zone)
        if operator == "between":
            return half_open(value, test.get("from"), test.get("to"), zone)
        if operator == "on":
            day = date.fromisoformat(test["value"])
            return clock.day_start(day, zone) <= value < clock.day_start(day + timedelta(days=1), zone)
        if operator == "in_period":
            return in_period(value, test["period"], self.now, zone)
        if operator.startswith("anniversary"):
            return self.holds_anniversary(operator, clock.local_day(value, zone))
        return self.holds_span(operator, value)

    def holds_span(self, operator: str, value: int) -> bool:
        now, zone, amount, unit = self.now, self.world.zone, self.test["amount"], self.test["unit"]
        if operator == "within_last":
            return since(now, amount, unit, zone) < value <= now
        if operator == "more_than_ago":
            return value <= since(now, amount, unit, zone)
        if operator == "within_next":
            return now < value <= since(now, -amount, unit, zone)
        assert operator == "more_than_ahead"
        return value > since(now, -amount, unit, zone)

    def holds_anniversary(self, operator: str, day: date) -> bool:
        today = clock.local_day(self.now, self.world.zone)
        if operator == "anniversary_within":
            return (clock.next_anniversary(day, today) - today).days <= self.test["days"]
        here = clock.anniversary(day, today.year).strftime("%m-%d")
        begin, end = self.test["from"], self.test["to"]
        return begin <= here <= end if begin <= end else here >= begin or here <= end
