"""Lines of CSV that spreadsheets show as they are."""

import csv
import io
from collections.abc import Sequence

# A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Sequence[str]) -> str:
    """One line; a cell that would be a formula gets an apostrophe before it."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([f"'{one}" if one.startswith(_FORMULA) else one for one in cells])
    return buffer.getvalue()
