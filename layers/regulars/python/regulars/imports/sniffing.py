"""How a file is written, from its first bytes; what a mapping would make of its first rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

from regulars.imports.lines import Line, Source, encoding_of, lines
from regulars.imports.mapping import FieldError, FieldSource, Mapping, compile_mapping
from regulars.imports.model import Layout
from regulars.imports.reading import format_of
from regulars.imports.records import Record, csv_records, delimiter_of, json_records, json_row
from regulars.imports.targets import ImportKind, Reads, guess, target
from regulars.kernel.errors import InvalidError

_SAMPLE = 1024 * 1024
_ROWS = 200
_MAX_COLUMNS = 300


@dataclass(frozen=True, slots=True)
class Sample:
    """The layout and up to 200 records of a file."""

    layout: Layout
    records: list[Record]


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """How a field fares in the sample: how many rows can be read, how many cannot, and why the first of those."""

    field: str
    good: int
    bad: int
    problem: str | None


def sample(pieces: Iterable[bytes], format: Literal["csv", "jsonl"]) -> Sample:
    """Look into a file. Raises InvalidError when it is empty, damaged, or no such file."""
    data = _first_bytes(pieces)
    if not data.strip():
        raise InvalidError("the file is empty")
    encoding = encoding_of(data)
    whole = list(lines([data]))
    if len(data) >= _SAMPLE:
        whole.pop()
    return _json_sample(whole, encoding) if format == "jsonl" else _csv_sample(whole, encoding)


def _first_bytes(pieces: Iterable[bytes]) -> bytes:
    data = bytearray()
    for piece in Source(pieces):
        data += piece
        if len(data) >= _SAMPLE:
            return bytes(data[:_SAMPLE])
    return bytes(data)


def _csv_sample(whole: list[Line], encoding: str) -> Sample:
    texts = [line.text or "" for line in whole]
    delimiter = delimiter_of(texts)
    records = csv_records(iter(whole), delimiter)
    head = next(records, None)
    if head is None or head.fault:
        raise InvalidError("the first line has no names of columns")
    columns = _columns([str(cell).strip() for cell in head.cells])
    layout = Layout(
        format="csv",
        delimiter=delimiter,
        encoding=encoding,
        columns=columns,
        start=head.end,
        lines=head.last_line,
    )
    return Sample(layout, list(islice(records, _ROWS)))


def _columns(names: list[str]) -> list[str]:
    if len(names) > _MAX_COLUMNS:
        raise InvalidError(f"the file has more than {_MAX_COLUMNS} columns")
    found: list[str] = []
    for place, name in enumerate(names, 1):
        name = name[:200] or f"column {place}"
        found.append(name if name not in found else f"{name} ({place})")
    return found


def _json_sample(whole: list[Line], encoding: str) -> Sample:
    columns: dict[str, None] = {}
    for line in whole[:_ROWS]:
        try:
            columns |= dict.fromkeys(json_row((line.text or "").removeprefix("\ufeff")))
        except ValueError:
            continue
    if not columns:
        raise InvalidError("none of the first lines is a JSON object")
    names = list(columns)[:_MAX_COLUMNS]
    layout = Layout(format="jsonl", encoding=encoding, columns=names)
    return Sample(layout, list(islice(json_records(whole, names), _ROWS)))


def suggest(kind: ImportKind, found: Sample, zone: ZoneInfo) -> Mapping:
    """A mapping by the columns' names, with date formats that read the sample."""
    columns = found.layout.columns
    mapping: Mapping = {}
    for field, column in guess(kind, columns).items():
        wanted = target(kind, field)
        is_date = wanted is not None and wanted.reads in {Reads.MOMENT, Reads.DAY}
        form = format_of(_cells(found, columns.index(column)), zone) if is_date else None
        mapping[field] = FieldSource(column=column, date_format=form)
    return mapping


def _cells(found: Sample, index: int) -> list[str]:
    cells = [record.cells[index] for record in found.records if index < len(record.cells)]
    return [cell for cell in cells if isinstance(cell, str) and cell.strip()]


def check_fields(kind: ImportKind, mapping: Mapping, found: Sample, zone: ZoneInfo) -> list[FieldCheck]:
    """How each mapped field fares in the sample."""
    return [_check(kind, name, source, found, zone) for name, source in mapping.items()]


def _check(kind: ImportKind, name: str, source: FieldSource, found: Sample, zone: ZoneInfo) -> FieldCheck:
    read = compile_mapping(kind, {name: source}, found.layout.columns, zone)
    wanted = target(kind, name)
    required = wanted is not None and wanted.required
    good, problems = 0, []
    for record in found.records:
        problem = _problem(read, name, required, record)
        good += not problem
        problems += [problem] if problem else []
    return FieldCheck(name, good, len(problems), problems[0] if problems else None)


def _problem(read: Any, name: str, required: bool, record: Record) -> str:
    if record.fault:
        return record.fault
    try:
        read(record.cells)
    except FieldError as error:
        if error.field == name and (required or error.reason != "is missing"):
            return f"line {record.line}: {error.reason}"
    return ""
