"""Small values that several pages show: tabs, tiles, moments of a timeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from console.formats import Clock


@dataclass(frozen=True)
class Tab:
    label: str
    href: str
    current: bool = False
    count: str | None = None


@dataclass(frozen=True)
class Tile:
    """A figure: `hint` says what it means, `href` leads to what is behind it, `change` is in percent."""

    label: str
    value: str
    hint: str = ""
    note: str = ""
    href: str = ""
    unit: str = ""
    change: float | None = None
    points: Sequence[float] = ()


@dataclass(frozen=True)
class Moment:
    """One event as a person reads it."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    href: str = ""
    tone: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Day:
    label: str
    moments: list[Moment]


def by_day(moments: Iterable[Moment], clock: Clock) -> list[Day]:
    """Moments, newest first, under the days they fall on in the clock's zone."""
    return [Day(label, list(found)) for label, found in groupby(moments, lambda moment: clock.day(moment.at))]
