"""The calendar of campaigns as values: weeks of days in the shop's zone, with what is due on each. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Quiet:
    """Quiet hours, over midnight when `start` is later than `end`."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        """Whether it is quiet then."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    @property
    def words(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


@dataclass(frozen=True)
class Entry:
    """A campaign at a moment; `local` in the shop's zone. `movable` ones can be dragged to another day."""

    campaign_id: str
    name: str
    local: datetime
    state: str
    tone: str
    revision: int
    movable: bool = False
    recurring: bool = False
    quiet: bool = False
    zone: str = ""

    @property
    def time(self) -> str:
        return f"{self.local:%H:%M}"

    @property
    def spoken(self) -> str:
        """What a screen reader says beside time and name: state, day, and what is special about it."""
        parts = [self.state, f"{self.local:%A %-d %B}"]
        parts += ["repeats"] if self.recurring else []
        parts += ["in quiet hours"] if self.quiet else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Day:
    day: date
    entries: tuple[Entry, ...] = ()
    today: bool = False
    outside: bool = False
    past: bool = False

    @property
    def label(self) -> str:
        """`28`; with the month on its first day and outside the month that is shown."""
        return f"{self.day:%-d %b}" if self.day.day == 1 or self.outside else str(self.day.day)


@dataclass(frozen=True)
class Calendar:
    """`since` until before `until` is what must be read for it; `earlier` and `later` begin the spans beside it."""

    view: str
    title: str
    since: date
    until: date
    earlier: date
    later: date
    weeks: tuple[tuple[Day, ...], ...] = field(default=())

    @property
    def count(self) -> int:
        return sum(len(day.entries) for week in self.weeks for day in week if not day.outside)


def span_of(view: str, at: date) -> Calendar:
    """The empty calendar that shows the day: its month in whole weeks from Monday on, or its week."""
    if view == "week":
        since = at - timedelta(days=at.weekday())
        return Calendar("week", _week_title(since), since, since + WEEK, since - WEEK, since + WEEK)
    first = at.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    last = following - timedelta(days=1)
    since = first - timedelta(days=first.weekday())
    until = last + timedelta(days=7 - last.weekday())
    earlier = (first - timedelta(days=1)).replace(day=1)
    return Calendar("month", f"{first:%B %Y}", since, until, earlier, following)


def _week_title(since: date) -> str:
    last = since + timedelta(days=6)
    if since.month == last.month:
        return f"{since.day}–{last:%-d %B %Y}"
    return f"{since:%-d %b} – {last:%-d %b %Y}"


def filled(empty: Calendar, entries: Sequence[Entry], today: date, month: date) -> Calendar:
    """The calendar with what is due, each day by time; days of other months than `month` are outside a month's view."""
    by_day: dict[date, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: (one.local.replace(tzinfo=None), one.name)):
        by_day.setdefault(entry.local.date(), []).append(entry)
    count = (empty.until - empty.since).days
    days = [
        Day(
            day,
            tuple(by_day.get(day, ())),
            day == today,
            empty.view == "month" and (day.year, day.month) != (month.year, month.month),
            day < today,
        )
        for day in (empty.since + timedelta(days=step) for step in range(count))
    ]
    weeks = tuple(tuple(days[start : start + 7]) for start in range(0, count, 7))
    return Calendar(empty.view, empty.title, empty.since, empty.until, empty.earlier, empty.later, weeks)


def moved(local: datetime, day: date, zone: ZoneInfo) -> datetime:
    """The same hour on another day, in the zone: what the clocks say stays, even over their change."""
    return datetime.combine(day, local.time().replace(tzinfo=None), zone)
