"""Birthdays and other anniversaries: by month and day, year after year, in the tenant's zone."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from regulars.segments.rules.calendar import FIRST_DAY, LAST_DAY, NEVER, Calendar, birthday
from regulars.segments.rules.criteria import Criterion
from regulars.segments.rules.operands import MonthDay, Shape
from regulars.segments.rules.operators.base import DATED, Operator, Subject
from regulars.segments.rules.sorts import Sort, guard
from regulars.segments.rules.source import Writer
from regulars.segments.rules.values import Millis, Value, ValueType

# A 29 February comes again after eight years at the latest.
_YEARS_AHEAD = 9


@dataclass(frozen=True)
class _Anniversary(Criterion):
    """Judges days; a moment by its local day."""

    calendar: Calendar

    @abstractmethod
    def judged(self, born: int, today: int) -> bool:
        """Whether the anniversary of the day `born` passes as seen on the day `today`."""

    @abstractmethod
    def turns(self, born: int, today: int) -> Iterator[int]:
        """The days after `today`, in order, on which that may come out otherwise; some years' worth of them."""

    @property
    def timed(self) -> bool:
        return True

    def source(self, first: str, again: str, writer: Writer) -> str:
        return f"({guard(self.sort, first, again)} and {writer.moment(self._judge)}({again}))"

    def _judge(self, now: Millis) -> Callable[[int], bool]:
        today = self.calendar.day(now)

        def judge(value: int) -> bool:
            born = self._day(value)
            return born is not None and self.judged(born, today)

        return judge

    def _day(self, value: int) -> int | None:
        day = self.calendar.day(value) if self.sort is Sort.MOMENT else value
        return day if FIRST_DAY <= day <= LAST_DAY else None

    def next_flip(self, value: Value, now: Millis) -> Millis:
        if type(value) is not int or (born := self._day(value)) is None:
            return NEVER
        today = self.calendar.day(now)
        before = self.judged(born, today)
        turn = next((day for day in self.turns(born, today) if self.judged(born, day) is not before), None)
        return NEVER if turn is None else self.calendar.day_start(turn)


def _year(day: int) -> int:
    return date.fromordinal(day).year


def _next(born: int, today: int) -> int:
    """The next anniversary, today included."""
    year = _year(today)
    this_year = birthday(born, year)
    return this_year if this_year >= today else birthday(born, year + 1)


@dataclass(frozen=True)
class _Near(_Anniversary):
    days: int

    def judged(self, born: int, today: int) -> bool:
        return _next(born, today) - today <= self.days

    def turns(self, born: int, today: int) -> Iterator[int]:
        day = today
        for _ in range(_YEARS_AHEAD):
            coming = _next(born, day)
            if coming - self.days > day:
                yield coming - self.days
            yield coming + 1
            day = coming + 1


class AnniversaryWithin(Operator):
    """The next anniversary, today included, is at most so many days away."""

    operator: Literal["anniversary_within"]
    days: Annotated[int, Field(ge=0, le=366), Shape("count", 0, 366)]
    label: ClassVar[str] = "has its anniversary within"
    applies: ClassVar[frozenset[ValueType]] = DATED

    def criterion(self, subject: Subject) -> Criterion:
        return _Near(subject.or_else(Sort.MOMENT), subject.calendar, self.days)

    def operands(self) -> str:
        return f"{self.days} day{'' if self.days == 1 else 's'}"


@dataclass(frozen=True)
class _InSeason(_Anniversary):
    """`start` and `end` are `MM-DD`, which sort in the order of the year."""

    start: str
    end: str

    def judged(self, born: int, today: int) -> bool:
        day = birthday(born, _year(today))
        if not FIRST_DAY <= day <= LAST_DAY:
            return False
        at = date.fromordinal(day).isoformat()[5:]
        if self.start <= self.end:
            return self.start <= at <= self.end
        return at >= self.start or at <= self.end

    def turns(self, born: int, today: int) -> Iterator[int]:
        # Only that of a 29 February is on different dates in different years.
        born_on = date.fromordinal(born)
        if (born_on.month, born_on.day) == (2, 29):
            for year in range(_year(today) + 1, min(_year(today) + _YEARS_AHEAD, 9999)):
                yield date(year, 1, 1).toordinal()


class AnniversaryBetween(Operator):
    """The anniversary of this year lies from one day to another, both included; `from` after `to` goes over New Year."""

    operator: Literal["anniversary_between"]
    start: MonthDay = Field(alias="from")
    end: MonthDay = Field(alias="to")
    label: ClassVar[str] = "has its anniversary between"
    applies: ClassVar[frozenset[ValueType]] = DATED

    def criterion(self, subject: Subject) -> Criterion:
        return _InSeason(subject.or_else(Sort.MOMENT), subject.calendar, self.start, self.end)

    def operands(self) -> str:
        return f"{self.start} and {self.end}"
