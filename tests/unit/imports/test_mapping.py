"""Columns become fields of the right type, or a reason why not."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from regulars.imports.mapping import FieldError, FieldSource, check_mapping, compile_mapping
from regulars.imports.targets import ImportKind, guess
from regulars.kernel.errors import InvalidError

LONDON = ZoneInfo("Europe/London")


def read(kind: ImportKind, mapping: dict[str, dict[str, Any]], row: dict[str, Any]) -> dict[str, Any]:
    sources = {name: FieldSource.model_validate(source) for name, source in mapping.items()}
    return compile_mapping(kind, sources, list(row), LONDON)(list(row.values()))


def line(**more: Any) -> dict[str, Any]:
    mapping = {
        name: {"column": name} for name in ("number", "placed_at", "product_id", "quantity", "unit_price")
    }
    return read(
        ImportKind.ORDER_LINES,
        mapping | more.pop("mapping", {}),
        {"number": "1", "placed_at": "2026-01-02", "product_id": "S", "quantity": "1", "unit_price": "2"}
        | more,
    )


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("2.55", ".", "2.55"),
        ("-1,234.50", ".", "-1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("£ 3.00", ".", "3.00"),
        ("1\u00a0000,5 €", ",", "1000.5"),
        ("(4.20)", ".", "-4.20"),
    ],
)
def test_amounts_are_read_in_their_own_notation(text: str, decimal: str, amount: str) -> None:
    mapping = {"unit_price": {"column": "unit_price", "decimal": decimal}}
    assert line(unit_price=text, mapping=mapping)["unit_price"] == amount


@pytest.mark.parametrize("text", ["free", "1e5", "NaN", "0x10", "1.2.3", "٣", "9" * 40])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(FieldError) as refused:
        line(unit_price=text)
    assert refused.value.field == "unit_price"


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("01/12/2025 08:26", "%d/%m/%Y %H:%M", datetime(2025, 12, 1, 8, 26, tzinfo=UTC)),
        ("2026-07-01T10:00", None, datetime(2026, 7, 1, 9, 0, tzinfo=UTC)),
        ("2026-07-01T10:00:00Z", None, datetime(2026, 7, 1, 10, 0, tzinfo=UTC)),
        ("2026-07-01T10:00:00+05:00", None, datetime(2026, 7, 1, 5, 0, tzinfo=UTC)),
        # Clocks go back at two: of the two moments the first.
        ("2026-10-25T01:30", None, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Clocks go forward at one: there is no such moment; it is read as if they had not.
        ("2026-03-29T01:30", None, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_moments_are_the_tenants_wall_clock(text: str, form: str | None, moment: datetime) -> None:
    mapping = {"placed_at": {"column": "placed_at", "date_format": form}}
    assert line(placed_at=text, mapping=mapping)["placed_at"] == moment


@pytest.mark.parametrize("text", ["31/02/2026", "yesterday", "0001-01-01", "2026-13-01"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="is not"):
        line(placed_at=text)


def test_fields_come_from_constants_templates_and_lists_too() -> None:
    mapping = {
        "name": {"template": "{first} {last}"},
        "country": {"constant": "GB"},
        "email": {"column": "mail", "letters": "lower"},
        "tags": {"column": "tags", "split": "/"},
        "date_of_birth": {"column": "born", "date_format": "%d.%m.%Y"},
    }
    row = {
        "first": "Ada ",
        "last": " King",
        "mail": "ADA@X.test",
        "tags": "a/ b//",
        "born": "10.12.1990",
        "extra": "",
    }
    assert read(ImportKind.CUSTOMERS, mapping, row) == {
        "name": "Ada King",
        "country": "GB",
        "email": "ada@x.test",
        "tags": ["a", "b"],
        "date_of_birth": date(1990, 12, 10),
    }


def test_empty_cells_are_left_out_and_needed_ones_refused() -> None:
    assert "description" not in line(description=" ", mapping={"description": {"column": "description"}})
    with pytest.raises(FieldError, match="is missing"):
        line(number="  ")


def test_a_short_row_is_refused_for_what_it_lacks() -> None:
    mapping = {name: FieldSource(column=name) for name in ("id", "name")}
    with pytest.raises(FieldError) as refused:
        compile_mapping(ImportKind.PRODUCTS, mapping, ["id", "name"], LONDON)(["S1"])
    assert refused.value.field == "name"


def test_a_mapping_that_does_not_fit_is_refused_field_by_field() -> None:
    mapping = {
        "id": FieldSource(column="code"),
        "colour": FieldSource(constant="red"),
        "brand": FieldSource(column="x"),
    }
    with pytest.raises(InvalidError) as refused:
        check_mapping(ImportKind.PRODUCTS, mapping, ["code"])
    assert {fault.pointer for fault in refused.value.faults} == {
        "/mapping/name",
        "/mapping/colour",
        "/mapping/brand",
    }


@pytest.mark.parametrize(
    "source", [{}, {"column": "a", "constant": "b"}, {"column": "a", "date_format": "%Q"}]
)
def test_a_source_is_exactly_one_thing(source: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FieldSource.model_validate(source)


def test_columns_are_guessed_by_their_names() -> None:
    columns = ["customer", "invoice", "date", "stockcode", "quantity", "price", "country"]
    assert guess(ImportKind.ORDER_LINES, columns) == {
        "number": "invoice",
        "placed_at": "date",
        "customer_external_id": "customer",
        "product_id": "stockcode",
        "quantity": "quantity",
        "unit_price": "price",
        "country": "country",
    }
    assert guess(ImportKind.CUSTOMERS, ["E-Mail Address", "First Name", "Zip"]) == {
        "email": "E-Mail Address",
        "first_name": "First Name",
        "postcode": "Zip",
    }
