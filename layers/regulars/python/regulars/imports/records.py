"""Lines as records: CSV (any delimiter, quotes, line breaks inside quotes) and JSON lines. A bad record never hides the next."""

import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from regulars.imports.lines import Line, without_mark

# A quote that is never closed must not swallow the file.
MAX_RECORD_LINES = 200
_MAX_RECORD = 256 * 1024
_DELIMITERS = ",;\t|"

csv.field_size_limit(_MAX_RECORD)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its first line (from 1), its cells in the order of the columns, where the next begins (byte), its last
    line; `fault` says why it cannot be read."""

    line: int
    cells: list[Any]
    end: int
    last_line: int
    fault: str = ""


class _UnclosedError(Exception):
    pass


class _Feed:
    """Gives a CSV reader its lines and can give them again."""

    def __init__(self, source: Iterator[Line], line: int) -> None:
        self._source = source
        self._again: deque[Line] = deque()
        self.line = line
        self.end = 0
        self.pulled: list[Line] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.pulled.append(line)
        self.line += 1
        self.end = line.end
        if line.text is None or len(self.pulled) > MAX_RECORD_LINES:
            raise _UnclosedError
        return line.text

    def back_to_second(self) -> None:
        """Give all lines of this record but the first again."""
        first, *others = self.pulled
        self._again.extendleft(reversed(others))
        self.line -= len(others)
        self.end = first.end


def csv_records(source: Iterator[Line], delimiter: str, line: int = 0) -> Iterator[Record]:
    """The records of CSV; `line` is how many lines come before. Empty lines are passed over."""
    feed = _Feed(source, line)
    reader = csv.reader(feed, delimiter=delimiter)
    while True:
        feed.pulled.clear()
        start = feed.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_UnclosedError, csv.Error):
            yield _unreadable(feed, start)
            continue
        if start == 1 and cells:
            cells[0] = without_mark(cells[0])
        if cells:
            yield Record(start, cells, feed.end, feed.line)


def _unreadable(feed: _Feed, start: int) -> Record:
    first = feed.pulled[0]
    feed.back_to_second()
    if first.text is None:
        return Record(start, [], feed.end, feed.line, "the line is too long")
    return Record(start, [first.text.rstrip("\r\n")], feed.end, feed.line, "a quotation mark is not closed")


def json_records(source: Iterable[Line], columns: list[str], line: int = 0) -> Iterator[Record]:
    """The records of JSON lines, as cells in the order of `columns` (missing ones are empty)."""
    for number, each in enumerate(source, line + 1):
        if each.text is None:
            yield Record(number, [], each.end, number, "the line is too long")
            continue
        text = without_mark(each.text).strip() if number == 1 else each.text.strip()
        if not text:
            continue
        try:
            row = json_row(text)
        except ValueError:
            yield Record(number, [text], each.end, number, "not a JSON object")
            continue
        yield Record(number, [row.get(column, "") for column in columns], each.end, number)


def json_row(text: str) -> dict[str, Any]:
    """A JSON object flat: `address.city`; numbers as the text they were written in; lists stay. Raises ValueError."""
    try:
        value = json.loads(text, parse_float=str, parse_int=str)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return dict(_flat(value, "", 0))


def _flat(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < 5:
            yield from _flat(inner, f"{prefix}{name}.", depth + 1)
        elif inner is None:
            yield prefix + name, ""
        elif isinstance(inner, bool):
            yield prefix + name, "true" if inner else "false"
        else:
            yield prefix + name, inner


def delimiter_of(sample: list[str]) -> str:
    """The delimiter that cuts the first lines into the most, and equally many, cells; a comma when none does."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(cells) for cells in csv.reader(iter(sample[:20]), delimiter=delimiter) if cells]
        alike = sum(width == widths[0] for width in widths) if widths else 0
        return (alike if widths and widths[0] > 1 else 0, widths[0] if widths else 0)

    return max(_DELIMITERS, key=score)
