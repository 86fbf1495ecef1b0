"""The error file: a CSV of the rows that were refused, safe to open in a spreadsheet."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

HEAD = ["line", "field", "reason"]
# What a spreadsheet would run; a plain number such as -12.50 is not.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: where, which field, why, and what it was."""

    line: int
    field: str
    reason: str
    cells: list[Any]


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection); numbers stay numbers."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if text.startswith(_FORMULA) and not _NUMBER.match(text):
        return "'" + text
    return text


def csv_line(cells: list[Any]) -> str:
    """One line of CSV with neutralised cells."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()


def error_head(columns: list[str]) -> bytes:
    """The head of the error file; the mark makes Excel read it as UTF-8."""
    return ("\ufeff" + csv_line([*HEAD, *columns])).encode()


def error_rows(refusals: list[Refusal]) -> bytes:
    """Refused rows as CSV, in the order of their lines."""
    ordered = sorted(refusals, key=lambda refusal: refusal.line)
    lines = [csv_line([each.line, each.field, each.reason, *each.cells]) for each in ordered]
    return "".join(lines).encode("utf-8", "replace")
