"""How often something happens again: between what a person picks in a form and a rule as calendars write it (RFC 5545).

The editor knows every day, week, month and year with an interval, weekdays, a day of the month or an nth weekday, and an end.
A rule that says more is kept as it is and shown as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

DAYS = (
    ("MO", "Monday"),
    ("TU", "Tuesday"),
    ("WE", "Wednesday"),
    ("TH", "Thursday"),
    ("FR", "Friday"),
    ("SA", "Saturday"),
    ("SU", "Sunday"),
)
EVERY = (("DAILY", "day"), ("WEEKLY", "week"), ("MONTHLY", "month"), ("YEARLY", "year"))
NTH = ((1, "first"), (2, "second"), (3, "third"), (4, "fourth"), (-1, "last"))
_NAMES = dict(DAYS)
_UNITS = dict(EVERY)
_ORDINALS = dict(NTH)
_WORKDAYS = ("MO", "TU", "WE", "TH", "FR")
_FORM = ("every", "interval", "monthly", "ends", "count", "until", "nth", "nth_day")
# What the editor can show; any other part makes a rule one to be kept as text.
_PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}


@dataclass(frozen=True)
class Repeat:
    """`days` are for weeks; `nth` with `nth_day` (the second Tuesday) or `month_day` (the 15th, -1 the last) for months."""

    every: str = "WEEKLY"
    interval: int = 1
    days: tuple[str, ...] = ()
    month_day: int = 0
    nth: int = 0
    nth_day: str = ""
    count: int = 0
    until: date | None = None

    @property
    def rule(self) -> str:
        """`FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH`."""
        parts = [f"FREQ={self.every}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        parts += self._by
        parts += [f"COUNT={self.count}"] if self.count else []
        parts += [f"UNTIL={self.until:%Y%m%d}T235959Z"] if self.until else []
        return ";".join(parts)

    @property
    def _by(self) -> list[str]:
        if self.every == "WEEKLY" and self.days:
            return [f"BYDAY={','.join(self.days)}"]
        if self.every == "MONTHLY" and self.nth:
            return [f"BYDAY={self.nth}{self.nth_day}"]
        return [f"BYMONTHDAY={self.month_day}"] if self.every == "MONTHLY" and self.month_day else []

    @property
    def words(self) -> str:
        """`Every 2 weeks on Monday and Thursday, until 24 December 2026`."""
        return self._often + self._on + self._end

    @property
    def _often(self) -> str:
        unit = _UNITS[self.every]
        if self.every == "WEEKLY" and self.interval == 1 and self.days == _WORKDAYS:
            return "Every working day"
        return f"Every {unit}" if self.interval == 1 else f"Every {self.interval} {unit}s"

    @property
    def _on(self) -> str:
        if self.every == "WEEKLY" and self.days and not (self.interval == 1 and self.days == _WORKDAYS):
            return f" on {listed([_NAMES[day] for day in self.days])}"
        if self.every == "MONTHLY" and self.nth:
            return f" on the {_ORDINALS[self.nth]} {_NAMES[self.nth_day]}"
        if self.every == "MONTHLY" and self.month_day:
            last = self.month_day == -1
            return " on the last day" if last else f" on day {self.month_day}"
        return ""

    @property
    def _end(self) -> str:
        if self.count:
            return ", once" if self.count == 1 else f", {self.count} times"
        return f", until {self.until:%-d %B %Y}" if self.until else ""

    @property
    def form(self) -> dict[str, str]:
        """As the fields of the editor; the days are apart, because a form repeats their name."""
        ends = "count" if self.count else "until" if self.until else "never"
        monthly = "nth" if self.nth else "last" if self.month_day == -1 else "day"
        return {
            "every": self.every,
            "interval": str(self.interval),
            "monthly": monthly,
            "nth": str(self.nth or 1),
            "nth_day": self.nth_day or "MO",
            "ends": ends,
            "count": str(self.count or 10),
            "until": self.until.isoformat() if self.until else "",
        }


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def usual(first: date) -> Repeat:
    """Each week on the weekday of the first day."""
    return Repeat("WEEKLY", days=(DAYS[first.weekday()][0],))


def read_rule(text: str) -> Repeat | None:
    """The rule as the editor shows it; None when it says more than the editor knows."""
    pairs = dict(part.partition("=")[::2] for part in text.upper().removeprefix("RRULE:").split(";") if part)
    if pairs.get("FREQ") not in _UNITS or pairs.keys() - _PARTS:
        return None
    try:
        return _read(pairs)
    except (ValueError, KeyError):
        return None


def _read(pairs: Mapping[str, str]) -> Repeat | None:
    every, by = pairs["FREQ"], pairs.get("BYDAY", "")
    nth, nth_day = 0, ""
    days: tuple[str, ...] = ()
    if every == "MONTHLY" and by:
        nth, nth_day = int(by[:-2]), by[-2:]
        if nth not in _ORDINALS or nth_day not in _NAMES:
            return None
    elif by:
        days = tuple(day for day, _ in DAYS if day in by.split(","))
        if len(days) != len(by.split(",")) or every != "WEEKLY":
            return None
    if (month_day := int(pairs.get("BYMONTHDAY", 0))) and every != "MONTHLY":
        return None
    until = pairs.get("UNTIL", "")
    return Repeat(
        every,
        int(pairs.get("INTERVAL", 1)),
        days,
        month_day,
        nth,
        nth_day,
        int(pairs.get("COUNT", 0)),
        date.fromisoformat(f"{until[:4]}-{until[4:6]}-{until[6:8]}") if until else None,
    )


def typed(form: Mapping[str, str], days: Sequence[str], first: date) -> Repeat:
    """What was picked in the editor; `first` is the day of the first occurrence, which fills in what was left open."""
    given = {name: form.get(name, "").strip() for name in _FORM}
    every = given["every"] if given["every"] in _UNITS else "WEEKLY"
    nth = int(given["nth"]) if given["nth"].lstrip("-").isdecimal() else 1
    by_nth = every == "MONTHLY" and given["monthly"] == "nth" and nth in _ORDINALS
    return Repeat(
        every,
        _whole(given["interval"], 1, 99),
        _picked(days, first) if every == "WEEKLY" else (),
        0 if by_nth or every != "MONTHLY" else -1 if given["monthly"] == "last" else first.day,
        nth if by_nth else 0,
        (given["nth_day"] if given["nth_day"] in _NAMES else "MO") if by_nth else "",
        _whole(given["count"], 10, 500) if given["ends"] == "count" else 0,
        _day(given["until"]) if given["ends"] == "until" else None,
    )


def _picked(days: Sequence[str], first: date) -> tuple[str, ...]:
    return tuple(day for day, _ in DAYS if day in days) or (DAYS[first.weekday()][0],)


def _whole(text: str, otherwise: int, most: int) -> int:
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 6 else otherwise


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
