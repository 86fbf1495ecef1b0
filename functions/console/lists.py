"""From a page of things to a table: sorting links, the link to more, the CSV of the same filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from console.shell import part
from console.tables import Column, Row, Table, link, to_csv
from console.web import Reply, Request, download
from regulars.kernel.pagination import Page

T = TypeVar("T")
# How many rows a CSV of a list has at the most; whole exports are jobs.
CSV_ROWS = 2000
CSV_PAGE = 100


@dataclass(frozen=True)
class Listing(Generic[T]):
    """What a kind of list is: its columns, and how an item becomes a row. `total` says how many there are, if known."""

    id: str
    label: str
    path: str
    columns: Sequence[Column[T]]
    key: Callable[[T], str]
    name: Callable[[T], str]
    href: Callable[[T], str]
    noun: str
    picks: bool = False
    csv: bool = True

    def table(self, page: Page[T], query: Mapping[str, str] | None = None, total: int | None = None) -> Table:
        """The table of one page of it, with `query` in force."""
        given = {
            name: value for name, value in (query or {}).items() if value and name not in {"cursor", "format"}
        }
        filters = {name for name in given if name not in {"sort", "tab"}}
        more = link(self.path, given, cursor=page.next) if page.next else ""
        return Table(
            self.id,
            self.label,
            [self._heading(column, given) for column in self._seen],
            [self._row(item) for item in page.items],
            more,
            more,
            link(self.path, given, format="csv") if self.csv else "",
            self.picks,
            bool(filters),
            self._summary(len(page.items), bool(page.next), None if filters else total),
        )

    @property
    def _seen(self) -> list[Column[T]]:
        return [column for column in self.columns if not column.unseen]

    def _row(self, item: T) -> Row:
        cells = tuple(column.cell(item) for column in self._seen)
        return Row(self.key(item), self.name(item), self.href(item), cells)

    def _heading(self, column: Column[T], query: dict[str, str]) -> Column[T]:
        if not column.sort:
            return column
        down, up = f"-{column.sort}", column.sort
        present = query.get("sort", "")
        order = {down: "descending", up: "ascending"}.get(present, "")
        return replace(
            column, sorted=order, href=link(self.path, query, sort=up if present == down else down)
        )

    def _summary(self, shown: int, more: bool, total: int | None) -> str:
        if not self.noun or not shown:
            return ""
        if total is not None and total >= shown:
            return f"{shown:,} of {self._counted(total)}" if more else self._counted(total)
        return f"{self._counted(shown)} shown, there are more" if more else self._counted(shown)

    def _counted(self, count: int) -> str:
        singular = "person" if self.noun == "people" else self.noun.removesuffix("s")
        return f"{count:,} {singular if count == 1 else self.noun}"

    @property
    def _told(self) -> list[Column[T]]:
        """The columns that say something in a file: not the one with buttons."""
        return [column for column in self.columns if column.label]

    def csv_reply(self, load: Callable[[str | None], Page[T]]) -> Reply:
        """The list with its filters as a file, up to CSV_ROWS rows."""
        items: list[T] = []
        cursor: str | None = None
        while len(items) < CSV_ROWS:
            page = load(cursor)
            items += page.items
            cursor = page.next
            if cursor is None:
                break
        return download(f"{self.id}.csv", to_csv(self._told, items[:CSV_ROWS]))


def partial(request: Request, template: str, **values: Any) -> Reply | None:
    """The rows or the area of the table `values["table"]`, when only that is asked for."""
    table: Table = values["table"]
    if request.wants(f"{table.id}-rows"):
        return part(request, "parts/rows.html", table=table)
    if request.wants(f"{table.id}-area"):
        return part(request, template, **values)
    return None
