"""From columns to fields: each field comes from a column, a constant or a template of columns."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from regulars.imports.reading import reader
from regulars.imports.targets import TARGETS, ImportKind, target
from regulars.kernel.errors import Fault, InvalidError
from regulars.kernel.http.models import Input

Values = dict[str, Any]
_HOLE = re.compile(r"\{([^{}]*)\}")


class FieldSource(Input):
    """Where a field's value comes from: exactly one of `column`, `constant`, `template` (`{first} {last}`).

    `date_format` as in strptime, read in the tenant's time zone; `decimal` is the decimal separator; `split` are the
    characters that separate the members of a list; `letters` changes case.
    """

    column: str | None = Field(None, max_length=200)
    constant: str | None = Field(None, max_length=1000)
    template: str | None = Field(None, max_length=1000)
    date_format: str | None = Field(None, max_length=40)
    decimal: Literal[".", ","] = "."
    split: str | None = Field(None, min_length=1, max_length=5)
    letters: Literal["lower", "upper"] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in (self.column, self.constant, self.template)) != 1:
            raise ValueError("give exactly one of column, constant and template")
        if self.date_format is not None:
            _try_format(self.date_format)
        return self

    def columns(self) -> list[str]:
        """The columns that it reads."""
        if self.column is not None:
            return [self.column]
        return _HOLE.findall(self.template or "")


Mapping = dict[str, FieldSource]


def _try_format(date_format: str) -> None:
    try:
        datetime.strptime(datetime(2001, 2, 3, 4, 5).strftime(date_format), date_format)  # noqa: DTZ001, DTZ007
    except ValueError as error:
        raise ValueError("is not a date format such as %d/%m/%Y %H:%M") from error


class FieldError(ValueError):
    """A row that cannot be taken, because of one field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def check_mapping(kind: ImportKind, mapping: Mapping, columns: list[str]) -> None:
    """As `check_columns`, and each field that is needed must be there. Raises InvalidError."""
    missing = [
        Fault(f"/mapping/{each.name}", "is needed")
        for each in TARGETS[kind]
        if each.required and each.name not in mapping
    ]
    check_columns(kind, mapping, columns, missing)


def check_columns(
    kind: ImportKind, mapping: Mapping, columns: list[str], faults: Iterable[Fault] = ()
) -> None:
    """Raises InvalidError naming each field that does not exist or that needs a column which is not there."""
    found = list(faults)
    for name, source in mapping.items():
        at = "/mapping/" + name.replace("~", "~0").replace("/", "~1")
        if target(kind, name) is None:
            found.append(Fault(at, f"is not a field of {kind.value}"))
        missing = [column for column in source.columns() if column not in columns]
        found += [Fault(at, f"there is no column {column[:60]!r}") for column in missing]
    if found:
        raise InvalidError("the mapping does not fit the file", found)


def compile_mapping(
    kind: ImportKind, mapping: Mapping, columns: list[str], zone: ZoneInfo
) -> Callable[[list[Any]], Values]:
    """The function that makes values of a row's cells; empty cells are left out. It raises FieldError."""
    steps = [_step(kind, name, source, columns, zone) for name, source in mapping.items()]
    required = [each.name for each in TARGETS[kind] if each.required]

    def read(cells: list[Any]) -> Values:
        values: Values = {}
        for name, take, convert in steps:
            try:
                cell = take(cells)
            except IndexError:
                continue
            if cell in ("", []) or (isinstance(cell, str) and not cell.strip()):
                continue
            try:
                values[name] = convert(cell)
            except ValueError as error:
                raise FieldError(name, str(error)) from None
        for name in required:
            if name not in values:
                raise FieldError(name, "is missing")
        return values

    return read


_Step = tuple[str, Callable[[list[Any]], Any], Callable[[Any], Any]]


def _step(kind: ImportKind, name: str, source: FieldSource, columns: list[str], zone: ZoneInfo) -> _Step:
    wanted = target(kind, name)
    if wanted is None:
        raise InvalidError.of(f"/mapping/{name}", f"is not a field of {kind.value}")
    convert = reader(
        wanted.reads,
        zone=zone,
        date_format=source.date_format,
        decimal=source.decimal,
        split=source.split,
    )
    if source.letters == "lower":
        return name, _taker(source, columns), lambda cell: convert(_lower(cell))
    if source.letters == "upper":
        return name, _taker(source, columns), lambda cell: convert(_upper(cell))
    return name, _taker(source, columns), convert


def _taker(source: FieldSource, columns: list[str]) -> Callable[[list[Any]], Any]:
    if source.column is not None:
        index = columns.index(source.column)
        return lambda cells: cells[index]
    if source.constant is not None:
        return lambda cells: source.constant
    places = {column: columns.index(column) for column in source.columns()}

    def fill(cells: list[Any]) -> str:
        whole = _HOLE.sub(lambda hole: str(cells[places[hole[1]]]).strip(), source.template or "")
        return " ".join(whole.split())

    return fill


def _lower(cell: Any) -> Any:
    return cell.lower() if isinstance(cell, str) else cell


def _upper(cell: Any) -> Any:
    return cell.upper() if isinstance(cell, str) else cell
