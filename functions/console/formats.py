"""How values are written for people: money, numbers, moments, initials; used as Jinja filters.

Moments are aware datetimes in UTC; they are shown in the tenant's zone, relative to the request's `now`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.kernel.money import exponent

SYMBOLS = {
    "GBP": "£",
    "EUR": "€",
    "USD": "$",
    "JPY": "¥",
    "PLN": "zł",
    "CHF": "CHF ",
    "SEK": "kr ",
    "INR": "₹",
}
_HUES = 5


def money(minor: int | None, currency: str) -> str:
    """`123456` GBP → `£1,234.56`; an amount that is not there is a dash."""
    if minor is None:
        return "—"
    digits = exponent(currency)
    text = f"{abs(minor) / 10**digits:,.{digits}f}"
    return f"{'−' if minor < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{text}"


def short_money(minor: int | None, currency: str) -> str:
    """`123456789` GBP → `£1.23M`: for tiles, where the exact figure is one hover away."""
    if minor is None:
        return "—"
    whole = minor / 10 ** exponent(currency)
    for size, letter in ((1_000_000, "M"), (10_000, "K")):
        if abs(whole) >= size:
            scale = 1_000_000 if letter == "M" else 1_000
            return f"{SYMBOLS.get(currency, currency + ' ')}{whole / scale:,.2f}{letter}"
    return money(minor, currency)


def number(value: float | None) -> str:
    """`12345` → `12,345`."""
    return "—" if value is None else f"{value:,}"


def initials(name: str) -> str:
    """First letters of the first and last word: `Ada King Lovelace` → `AL`; nothing for who is known by a number only."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    if not words or words[-1].isdecimal():
        return ""
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def hue(name: str) -> int:
    """A steady colour number (0 to 4) for a name."""
    return sum(map(ord, name)) % _HUES if initials(name) else 0


def sparkline(points: Sequence[float]) -> str:
    """An SVG path through the points in a box 100 wide and 32 high, room for the stroke kept."""
    low, high = min(points), max(points)
    span = (high - low) or 1
    step = 100 / max(len(points) - 1, 1)
    steps = (f"{at * step:.1f} {29 - (value - low) / span * 26:.1f}" for at, value in enumerate(points))
    return "M" + "L".join(steps)


def duration(seconds: float | None) -> str:
    """`95` → `1 min 35 s`: for the time that is left."""
    if seconds is None:
        return ""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def iso(moment: datetime) -> str:
    """ISO 8601 with `Z`."""
    return moment.isoformat().replace("+00:00", "Z")


def size(count: int) -> str:
    """Bytes for people: `4200000` → `4.2 MB`."""
    return f"{count / 1e6:,.1f} MB" if count >= 1_000_000 else f"{count / 1e3:,.0f} KB"


@dataclass(frozen=True)
class Clock:
    """Writes moments in a zone, relative to `now`."""

    zone: ZoneInfo
    now: datetime

    def exact(self, moment: datetime) -> str:
        """`Fri 20 Nov 2026, 14:05:09 GMT`."""
        return moment.astimezone(self.zone).strftime("%a %-d %b %Y, %H:%M:%S %Z")

    def clock(self, moment: datetime) -> str:
        """`14:05`."""
        return moment.astimezone(self.zone).strftime("%H:%M")

    def weekday(self, moment: datetime) -> str:
        """`Friday 20 November`."""
        return moment.astimezone(self.zone).strftime("%A %-d %B")

    def date(self, moment: datetime) -> str:
        """`20 Nov 2026`."""
        return moment.astimezone(self.zone).strftime("%-d %b %Y")

    def ago(self, moment: datetime) -> str:
        """`3 min ago`, `2 h ago`, `yesterday`, then `12 Nov`, with the year when it is another."""
        past = self.now - moment
        if timedelta(0) <= past < timedelta(hours=20):
            return _recently(past)
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date() - timedelta(days=1):
            return "yesterday"
        return local.strftime("%-d %b" if local.year == today.year else "%-d %b %Y")

    def day(self, moment: datetime) -> str:
        """The heading of a day in a timeline."""
        local, today = moment.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        if local == today:
            return "Today"
        if local == today - timedelta(days=1):
            return "Yesterday"
        return local.strftime("%A, %-d %B" if local.year == today.year else "%A, %-d %B %Y")


def _recently(past: timedelta) -> str:
    minutes = int(past.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "short_money": short_money,
    "number": number,
    "initials": initials,
    "hue": hue,
    "sparkline": sparkline,
    "duration": duration,
    "iso": iso,
    "size": size,
}
