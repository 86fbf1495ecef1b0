"""Cells as values. Every function raises `ValueError` with what is wrong, in words for the file's owner."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from regulars.imports.targets import Reads

# The order in which formats are tried on a sample; the first that reads every row is suggested.
DATE_FORMATS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y%m%d",
)
_PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,10})?\Z", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,12}(\.0+)?\Z", re.ASCII)
_LEFT_OUT = str.maketrans("", "", " \u00a0\u202f'’£$€¥")
_MAX_TEXT = 10_000


def reader(
    reads: Reads, *, zone: ZoneInfo, date_format: str | None, decimal: str, split: str | None
) -> Callable[[Any], Any]:
    """The function that reads cells so."""
    if reads is Reads.MOMENT:
        return lambda cell: moment(_one(cell), date_format, zone)
    if reads is Reads.AMOUNT:
        return lambda cell: amount(_one(cell), decimal)
    if reads is Reads.LIST:
        return lambda cell: parts(cell, split or _usual_split)
    simple: dict[Reads, Callable[[Any], Any]] = {
        Reads.TEXT: text,
        Reads.INTEGER: whole,
        Reads.DAY: lambda cell: day(_one(cell), date_format),
        Reads.JSON: parsed,
    }
    return simple[reads]


def _one(cell: Any) -> str:
    if not isinstance(cell, str):
        raise ValueError("is a list where one value is expected")
    return cell.strip()


def text(cell: Any) -> str:
    value = _one(cell)
    if "\0" in value:
        raise ValueError("contains a character that is not allowed")
    if len(value) > _MAX_TEXT:
        raise ValueError("is too long")
    return value


def whole(cell: Any) -> int:
    value = _one(cell).replace("\u00a0", "")
    if not _WHOLE.match(value):
        raise ValueError(f"{value[:30]!r} is not a whole number")
    return int(value.partition(".")[0])


def amount(value: str, decimal: str) -> str:
    """Plain decimal text such as `-12.50`; spaces, currency signs and thousands separators are left out."""
    if decimal == "." and _PLAIN.match(value):
        return value
    cleaned = value.translate(_LEFT_OUT).replace("," if decimal == "." else ".", "").replace(decimal, ".")
    if cleaned.startswith("(") and cleaned.endswith(")"):
        cleaned = "-" + cleaned[1:-1]
    if not _PLAIN.match(cleaned):
        raise ValueError(f"{value[:30]!r} is not an amount")
    return cleaned


@lru_cache(maxsize=8192)
def moment(value: str, date_format: str | None, zone: ZoneInfo) -> datetime:
    """A moment in UTC; without an offset of its own it is the wall clock of `zone` (the first of two when clocks go back)."""
    try:
        at = datetime.strptime(value, date_format) if date_format else datetime.fromisoformat(value)  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"{value[:40]!r} is not a date{_form(date_format)}") from None
    if not 1970 <= at.year <= 2100:
        raise ValueError(f"{value[:40]!r} is not between 1970 and 2100")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


@lru_cache(maxsize=8192)
def day(value: str, date_format: str | None) -> date:
    """A calendar day."""
    try:
        if date_format:
            return datetime.strptime(value, date_format).date()  # noqa: DTZ007  (a day has no zone)
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value[:40]!r} is not a date{_form(date_format)}") from None


def _form(date_format: str | None) -> str:
    return f" of the form {date_format}" if date_format else ""


def parts(cell: Any, split: str) -> list[str]:
    """A list: as JSON gave it, or text cut at `split`."""
    values = cell if isinstance(cell, list) else re.split(f"[{re.escape(split)}]", cell)
    if not all(isinstance(value, str) for value in values):
        raise ValueError("is not a list of texts")
    return [value.strip() for value in values if value.strip()]


_usual_split = ",;|>"


def parsed(cell: Any) -> Any:
    """JSON: as it came in a JSON line, or as text in a cell."""
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell, parse_float=str)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None


def format_of(cells: list[str], zone: ZoneInfo) -> str | None:
    """The first usual date format that reads all of `cells`; None when ISO 8601 does, or nothing does."""
    for each in (None, *DATE_FORMATS):
        try:
            for cell in cells:
                moment(cell.strip(), each, zone)
        except ValueError:
            continue
        return each
    return None
