"""Writes values and moments crowded around what is hard: window edges, clock changes, leap days, equal values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from regulars.segments.rules.values import Value, ValueType
from tests.unit.segments import clock
from tests.unit.segments.words import TAGS, TEXTS

Draw = Any
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
NUMBERS = (-3, 0, 1, 2, 5, 10, 100, 2.5, 0.1, 0.2, 0.30000000000000004, 1e-9, 2**53, -(2**53))
CENTS = (-500, 0, 1, 1000, 1999, 2000, 50_000)
MONTH_DAYS = ("01-01", "02-28", "02-29", "03-01", "06-15", "12-31")
FAR = (clock.ms(datetime(1, 1, 3, tzinfo=UTC)), clock.ms(datetime(9999, 12, 29, tzinfo=UTC)))
MISTYPED: tuple[Value, ...] = (None, "abc", True, 7, float("nan"), frozenset({"vip"}), 2.5)


@st.composite
def moments(draw: Draw, zone: ZoneInfo) -> int:
    """A moment worth standing at, 2016 to 2031."""
    year = draw(st.integers(2016, 2031))
    hard = [
        *clock.transitions(zone, year),
        clock.day_start(clock.first_of_month(year, draw(st.integers(1, 12))), zone),
        clock.day_start(clock.anniversary(date(2024, 2, 29), year), zone),
        clock.ms(datetime(year, 7, 14, 15, 9, 26, 535_000, tzinfo=UTC)),
    ]
    return draw(st.sampled_from(hard)) + draw(st.sampled_from(JITTER))


@st.composite
def near(draw: Draw, now: int, zone: ZoneInfo) -> int:
    """A moment some days of the wall clock or some hours away from that one, or nearly so."""
    if draw(st.integers(0, 3)):
        days = draw(st.sampled_from(DAYS)) * draw(st.sampled_from((-1, -1, 1)))
        at = clock.moved(now, days, zone)
        if draw(st.booleans()):
            at = clock.day_start(clock.local_day(at, zone), zone)
    else:
        at = now - draw(st.sampled_from((0, *HOURS))) * clock.HOUR_MS
    return at + draw(st.sampled_from(JITTER))


@dataclass(frozen=True)
class Pen:
    """Writes tests and values around one moment."""

    draw: Draw
    now: int
    zone: ZoneInfo

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def some(self, options: Any, most: int = 3) -> list[Any]:
        return self.draw(st.lists(st.sampled_from(options), min_size=1, max_size=most, unique=True))

    def near(self) -> int:
        return self.draw(near(self.now, self.zone))

    def day_text(self) -> str:
        return clock.local_day(self.near(), self.zone).isoformat()

    def moment_text(self) -> str:
        if self.draw(st.booleans()):
            return self.day_text()
        return clock.moment(self.near()).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def span(self, days_only: bool = False) -> dict[str, Any]:
        if days_only or self.draw(st.integers(0, 2)):
            return {"amount": self.pick(DAYS), "unit": "days"}
        return {"amount": self.pick(HOURS), "unit": "hours"}

    def value(self, kind: ValueType, choices: tuple[str, ...] = ()) -> Value:
        """One of that type; moments and days may be of the first and last years there are."""
        if kind is ValueType.ANY:
            return self.value(self.pick((ValueType.TEXT, ValueType.NUMBER, ValueType.SET, ValueType.MOMENT)))
        write: dict[ValueType, Callable[[], Value]] = {
            ValueType.TEXT: lambda: self.pick(("", *TEXTS)),
            ValueType.CHOICE: lambda: self.pick(choices),
            ValueType.BOOLEAN: lambda: self.draw(st.booleans()),
            ValueType.NUMBER: lambda: self.pick(NUMBERS),
            ValueType.MONEY: lambda: self.pick(CENTS),
            ValueType.SET: lambda: frozenset(self.draw(st.lists(st.sampled_from(TAGS), max_size=3))),
            ValueType.MOMENT: lambda: self.near() if self.draw(st.integers(0, 15)) else self.pick(FAR),
            ValueType.DAY: self.day_value,
        }
        return write[kind]()

    def day_value(self) -> int:
        if self.draw(st.integers(0, 15)) == 0:
            return self.pick((2, 3_652_058))
        born = clock.local_day(self.near(), self.zone)
        years = self.pick((0, 0, 1, 18, 30, 65))
        year = max(born.year - years, 1904)
        if self.draw(st.integers(0, 4)) == 0:
            return date(year - year % 4, 2, 29).toordinal()
        return clock.anniversary(born, year).toordinal()
