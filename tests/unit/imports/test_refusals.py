"""The error file is safe in a spreadsheet and loses nothing."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.imports.refusals import Refusal, csv_line, error_head, error_rows, safe_cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-12.50", "-12.50"),
        ("+447911123456", "+447911123456"),
        ("-12,5", "-12,5"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_formulas_are_neutralised_and_numbers_stay(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe


@given(st.lists(st.text(), min_size=1))
def test_no_cell_ever_begins_as_a_formula_and_none_is_lost(row: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(csv_line([*row, "end"]), newline=""))
    assert len(read) == len(row) + 1
    for given_cell, cell in zip(row, read, strict=False):
        assert cell in (given_cell, "'" + given_cell)
        assert cell[:1] not in tuple("=@\t\r")


def test_rows_are_in_the_order_of_their_lines() -> None:
    rows = error_rows([Refusal(9, "email", "bad", ["x"]), Refusal(2, "", "worse", ["y"])])
    assert (error_head(["a"]) + rows).decode("utf-8-sig") == (
        "line,field,reason,a\r\n2,,worse,y\r\n9,email,bad,x\r\n"
    )
