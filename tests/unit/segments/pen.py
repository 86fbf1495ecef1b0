"""Writes values and moments crowded around what is hard: window edges, clock changes, leap days, equal values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.rules.values import Value, ValueType
from tests.unit.segments import clock
from tests.unit.segments.words import TAGS, TEXTS

Roll = Callable[[int, int], int]
DAYS = (1, 2, 3, 7, 14, 28, 29, 30, 31, 90, 181, 365, 366, 1461, 3650)
HOURS = (1, 2, 23, 24, 25, 48, 168, 720, 8760, 87600)
PERIODS = (
    *("today", "this_week", "this_month", "this_quarter", "this_year"),
    *("yesterday", "last_week", "last_month", "last_quarter", "last_year"),
)
JITTER = (
    0,
    0,
    0,
    1,
    -1,
    60_000,
    -60_000,
    1_800_000,
    -1_800_000,
    3_600_000,
    -3_600_000,
    86_400_000,
    -86_400_000,
)
SMALL = (-3, 0, 1, 2, 5, 10, 100, 2.5, 0.1, 0.2, 0.30000000000000004, 1e-9)
NUMBERS = (*SMALL, 2**53, -(2**53))
CENTS = (-500, 0, 1, 1000, 1999, 2000, 50_000)
MONTH_DAYS = ("01-01", "02-28", "02-29", "03-01", "06-15", "12-31")
FAR = (clock.ms(datetime(1, 1, 3, tzinfo=UTC)), clock.ms(datetime(9999, 12, 29, tzinfo=UTC)))
MISTYPED: tuple[Value, ...] = (None, "abc", True, 7, float("nan"), frozenset({"vip"}), 2.5)


@dataclass(frozen=True)
class Dice:
    """Chance, by one rule: a whole number from low to high, both included."""

    roll: Roll

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.roll(0, len(options) - 1)]

    def once_in(self, times: int) -> bool:
        return self.roll(0, times - 1) == times - 1

    def some(self, options: Sequence[Any], least: int = 1, most: int = 3) -> list[Any]:
        """Some of them, each once."""
        rest, found = list(options), []
        count = self.roll(least, min(most, len(rest)))
        while len(found) < count:
            found.append(rest.pop(self.roll(0, len(rest) - 1)))
        return found


def moment(dice: Dice, zone: ZoneInfo) -> int:
    """A moment worth standing at, 2016 to 2031."""
    year = dice.roll(2016, 2031)
    hard = [
        *clock.transitions(zone, year),
        clock.day_start(clock.first_of_month(year, dice.roll(1, 12)), zone),
        clock.day_start(clock.anniversary(date(2024, 2, 29), year), zone),
        clock.ms(datetime(year, 7, 14, 15, 9, 26, 535_000, tzinfo=UTC)),
    ]
    return int(dice.pick(hard)) + int(dice.pick(JITTER))


def near(dice: Dice, now: int, zone: ZoneInfo) -> int:
    """A moment some days of the wall clock or some hours away from that one, or nearly so."""
    if dice.once_in(4):
        at = now - dice.pick((0, *HOURS)) * clock.HOUR_MS
    else:
        at = clock.moved(now, dice.pick(DAYS) * dice.pick((-1, -1, 1)), zone)
        if dice.once_in(2):
            at = clock.day_start(clock.local_day(at, zone), zone)
    return at + int(dice.pick(JITTER))


@dataclass(frozen=True)
class Pen(Dice):
    """Writes tests and values around one moment."""

    now: int
    zone: ZoneInfo

    def near(self) -> int:
        return near(self, self.now, self.zone)

    def day_text(self) -> str:
        return clock.local_day(self.near(), self.zone).isoformat()

    def moment_text(self) -> str:
        if self.once_in(2):
            return self.day_text()
        return clock.moment(self.near()).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def span(self, days_only: bool = False) -> dict[str, Any]:
        if days_only or not self.once_in(3):
            return {"amount": self.pick(DAYS), "unit": "days"}
        return {"amount": self.pick(HOURS), "unit": "hours"}

    def value(self, kind: ValueType, choices: tuple[str, ...] = ()) -> Value:
        """One of that type; moments and days may be of the first and last years there are."""
        if kind is ValueType.ANY:
            kind = self.pick((ValueType.TEXT, ValueType.NUMBER, ValueType.SET, ValueType.MOMENT))
            # What could be taken for a moment stays within the calendar.
            return self.pick(SMALL) if kind is ValueType.NUMBER else self.value(kind)
        write: dict[ValueType, Callable[[], Value]] = {
            ValueType.TEXT: lambda: self.pick(("", *TEXTS)),
            ValueType.CHOICE: lambda: self.pick(choices),
            ValueType.BOOLEAN: lambda: self.once_in(2),
            ValueType.NUMBER: lambda: self.pick(NUMBERS),
            ValueType.MONEY: lambda: self.pick(CENTS),
            ValueType.SET: lambda: frozenset(self.some(TAGS, 0)),
            ValueType.MOMENT: lambda: self.pick(FAR) if self.once_in(16) else self.near(),
            ValueType.DAY: self.day_value,
        }
        return write[kind]()

    def day_value(self) -> int:
        if self.once_in(16):
            return self.pick((2, 3_652_058))
        born = clock.local_day(self.near(), self.zone)
        years = self.pick((0, 0, 1, 18, 30, 65))
        year = max(born.year - years, 1904)
        if self.once_in(5):
            return date(year - year % 4, 2, 29).toordinal()
        return clock.anniversary(born, year).toordinal()
