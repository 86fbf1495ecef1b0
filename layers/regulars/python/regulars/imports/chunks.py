"""Records in chunks: what is done between two checkpoints. The same file from the same place always gives the same chunks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from regulars.imports.mapping import FieldError, Values
from regulars.imports.records import Record
from regulars.imports.refusals import Refusal

GROUPS = 200
ROWS = 4000
# Rows of one group beyond this start another one, so that no file can fill the memory.
GROUP_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read: its line, its values by field, and what it was."""

    line: int
    values: Values
    cells: list[Any]

    def refuse(self, field: str, reason: str) -> Refusal:
        return Refusal(self.line, field, reason, self.cells)


@dataclass(slots=True)
class Group:
    """Rows that belong together, such as the lines of one order; of most kinds there is one row a group."""

    key: str
    rows: list[Row]

    @property
    def line(self) -> int:
        """The first row's line: with the job's id it names what the group created."""
        return self.rows[0].line

    def refuse(self, field: str, reason: str) -> list[Refusal]:
        """All rows of the group go to the error file."""
        return [row.refuse(field, reason) for row in self.rows]


@dataclass(slots=True)
class Chunk:
    """`number` from 0; `end` and `line` are where the next one starts: byte of the decompressed file, lines before."""

    number: int
    end: int
    line: int
    groups: dict[str, Group] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    read: int = 0
    last: bool = False

    @property
    def full(self) -> bool:
        return len(self.groups) >= GROUPS or self.read >= ROWS


KeyOf = Callable[[int, Values], str]


def chunks(
    records: Iterable[Record],
    read: Callable[[list[Any]], Values],
    key_of: KeyOf,
    *,
    number: int,
    end: int,
    line: int,
) -> Iterator[Chunk]:
    """Chunks from `number` on; at least one, of which the last says so. Groups that are interrupted within a chunk are one."""
    chunk = Chunk(number, end, line)
    key = ""
    for record in records:
        before, (key, row) = key, _row(record, read, key_of)
        goes_on = isinstance(row, Row) and key == before and _goes_on(chunk, key)
        if chunk.full and not goes_on:
            yield chunk
            chunk = Chunk(chunk.number + 1, chunk.end, chunk.line)
        _add(chunk, record, key, row)
    chunk.last = True
    yield chunk


def _goes_on(chunk: Chunk, key: str) -> bool:
    group = chunk.groups.get(key)
    return group is not None and len(group.rows) < GROUP_ROWS


def _row(record: Record, read: Callable[[list[Any]], Values], key_of: KeyOf) -> tuple[str, Row | Refusal]:
    if record.fault:
        return "", Refusal(record.line, "", record.fault, record.cells)
    try:
        values = read(record.cells)
        return key_of(record.line, values), Row(record.line, values, record.cells)
    except FieldError as error:
        return "", Refusal(record.line, error.field, error.reason, record.cells)


def _add(chunk: Chunk, record: Record, key: str, row: Row | Refusal) -> None:
    chunk.read += 1
    chunk.end, chunk.line = record.end, record.last_line
    if isinstance(row, Row):
        chunk.groups.setdefault(key, Group(key, [])).rows.append(row)
    else:
        chunk.refusals.append(row)
