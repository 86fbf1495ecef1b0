"""The one table of the console, as values: a page says what is in it, `parts/table.html` draws it, `to_csv` exports it."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from console.formats import money, number
from regulars.kernel.money import to_text

T = TypeVar("T")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Text:
    """Plain text: names, amounts, numbers already written for people."""

    text: str
    kind: ClassVar[str] = "text"

    @property
    def plain(self) -> str:
        return self.text


@dataclass(frozen=True)
class Figure(Text):
    """A number or an amount: `raw` is what a spreadsheet can reckon with."""

    raw: str = ""

    @property
    def plain(self) -> str:
        return self.raw


def count(value: int) -> Figure:
    """`1,234`, and `1234` for a spreadsheet."""
    return Figure(number(value), str(value))


def amount(minor: int | None, currency: str) -> Figure:
    """`£1,234.56`, and `1234.56` for a spreadsheet."""
    return Figure(money(minor, currency), "" if minor is None else to_text(minor, currency))


@dataclass(frozen=True)
class Link(Text):
    href: str
    kind: ClassVar[str] = "link"


@dataclass(frozen=True)
class Person(Link):
    """Avatar, name, and a second line."""

    sub: str = ""
    kind: ClassVar[str] = "person"


@dataclass(frozen=True)
class Titled(Link):
    """A link with a second line and badges beside it: what a thing is called, and what it is."""

    sub: str = ""
    badges: tuple["Badge", ...] = ()
    kind: ClassVar[str] = "titled"


@dataclass(frozen=True)
class Spark:
    """A curve without figures; `label` says it in words."""

    points: tuple[float, ...]
    label: str
    kind: ClassVar[str] = "spark"
    plain: ClassVar[str] = ""


@dataclass(frozen=True)
class Change:
    """By how much a figure moved; None when there is nothing to compare with."""

    by: int | None
    kind: ClassVar[str] = "change"

    @property
    def plain(self) -> str:
        return "" if self.by is None else str(self.by)


@dataclass(frozen=True)
class Badge:
    """A word with a tone: `good`, `warn`, `bad`, `info`, `accent` or none."""

    text: str
    tone: str = ""
    dot: bool = True


@dataclass(frozen=True)
class Badges:
    badges: tuple[Badge, ...]
    kind: ClassVar[str] = "badges"

    @property
    def plain(self) -> str:
        return ", ".join(badge.text for badge in self.badges)


@dataclass(frozen=True)
class Thumb:
    """A small picture of a page at `src`, or an icon where there is none; `label` says what it shows."""

    src: str
    icon: str
    label: str
    kind: ClassVar[str] = "thumb"
    plain: ClassVar[str] = ""


@dataclass(frozen=True)
class Unfold(Text):
    """A line that opens: what is at `href` is fetched below it when it does."""

    href: str
    kind: ClassVar[str] = "unfold"


@dataclass(frozen=True)
class When:
    at: datetime | None
    kind: ClassVar[str] = "when"

    @property
    def plain(self) -> str:
        return self.at.isoformat().replace("+00:00", "Z") if self.at else ""


@dataclass(frozen=True)
class Progress:
    """`percent` of None is a bar without end."""

    percent: float | None
    left: str = ""
    right: str = ""
    tone: str = ""
    kind: ClassVar[str] = "progress"

    @property
    def plain(self) -> str:
        return "" if self.percent is None else f"{self.percent:.0f}%"


@dataclass(frozen=True)
class Action:
    """A button in a row; with `ask` it asks first, in words of its own."""

    label: str
    href: str
    ask: str = ""
    text: str = ""


@dataclass(frozen=True)
class Actions:
    actions: tuple[Action, ...]
    kind: ClassVar[str] = "actions"
    plain: ClassVar[str] = ""


@dataclass(frozen=True)
class Choice:
    """A value that is changed in place: choosing another posts `name` to `href`."""

    name: str
    href: str
    value: str
    options: tuple[tuple[str, str], ...]
    label: str
    kind: ClassVar[str] = "choice"

    @property
    def plain(self) -> str:
        return self.value


Cell = Text | Badges | When | Progress | Actions | Choice | Spark | Change | Thumb


@dataclass(frozen=True)
class Column(Generic[T]):
    """`sort` is the value of the `sort` parameter that this column stands for; `end` aligns numbers; `minor` ones are left
    out on a phone, `unseen` ones are in the CSV only."""

    key: str
    label: str
    cell: Callable[[T], Cell]
    sort: str = ""
    end: bool = False
    minor: bool = False
    unseen: bool = False
    sorted: str = ""
    href: str = ""

    @property
    def style(self) -> str:
        return " ".join(name for name, on in (("end", self.end), ("wide-only", self.minor)) if on)


@dataclass(frozen=True)
class Row:
    id: str
    label: str
    href: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """What is shown of one page of a list. `next` and `more` are the links to the page after, whole and rows only."""

    id: str
    label: str
    columns: Sequence[Column[Any]]
    rows: list[Row]
    next: str = ""
    more: str = ""
    csv: str = ""
    picks: bool = False
    filtered: bool = False
    summary: str = field(default="")


def to_csv(columns: Sequence[Column[T]], items: Sequence[T]) -> str:
    """The table as CSV (RFC 4180); a cell that a spreadsheet would run as a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.label for column in columns])
    for item in items:
        writer.writerow([_harmless(column.cell(item).plain) for column in columns])
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def link(path: str, query: dict[str, str], **changes: str) -> str:
    """`path` with the query's parameters changed; an empty value removes one."""
    merged = {name: value for name, value in (query | changes).items() if value}
    return f"{path}?{urlencode(merged)}" if merged else path
