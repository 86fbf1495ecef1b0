"""The form that matches columns with fields, and what it means to the importer."""

from dataclasses import dataclass
from typing import Any

from regulars.imports.mapping import FieldSource, Mapping
from regulars.imports.model import ImportSpec, Options
from regulars.imports.service import Preview
from regulars.imports.sniffing import FieldCheck
from regulars.imports.targets import TARGETS, ImportKind, Reads

_DATES = frozenset({Reads.MOMENT, Reads.DAY})


@dataclass(frozen=True)
class Kind:
    key: str
    label: str
    text: str
    icon: str


KINDS = (
    Kind("customers", "Customers", "People, their addresses and tags", "users"),
    Kind("products", "Products", "Names, prices, stock", "package"),
    Kind("order_lines", "Order lines", "One row per line of an invoice", "receipt"),
    Kind("orders", "Orders", "One row per order", "shopping-bag"),
    Kind("consents", "Consents", "Who agreed to marketing, when, where", "user-check"),
    Kind("suppressions", "Suppressions", "Addresses not to be written to", "ban"),
    Kind("events", "Behaviour", "Page views, searches, custom events", "mouse-pointer-click"),
)


def mapping_of(given: dict[str, str], found: Preview) -> Mapping:
    """The mapping that the form says: `column.<place>` is the field which that column fills."""
    mapping: Mapping = {}
    for place, column in enumerate(found.columns):
        field = given.get(f"column.{place}", "")
        if field and field not in mapping:
            mapping[field] = _source(given, column, found.mapping.get(field))
    return mapping


def _source(given: dict[str, str], column: str, suggested: FieldSource | None) -> FieldSource:
    """A column read as the form says; a date format that was found for this very column stays unless another is typed."""
    typed = given.get("date_format", "").strip() or None
    known = suggested.date_format if suggested and suggested.column == column else None
    return FieldSource(
        column=column, date_format=typed or known, decimal="," if given.get("decimal") == "," else "."
    )


def options_of(given: dict[str, str]) -> Options:
    """How the rows are taken. Raises pydantic's ValidationError."""
    return Options(
        refund_prefix=given.get("refund_prefix", "").strip() or None,
        create_customers=given.get("create_customers", "yes") == "yes",
        currency=given.get("currency", "").strip().upper() or None,
    )


def reading_of(spec: ImportSpec, mapping: Mapping) -> dict[str, str]:
    """What the form shows at first of how the file is read."""
    formats = [source.date_format for source in mapping.values() if source.date_format]
    options = spec.options
    return {
        "date_format": formats[0] if formats else "",
        "decimal": "," if any(source.decimal == "," for source in mapping.values()) else ".",
        "refund_prefix": options.refund_prefix or "",
        "create_customers": "yes" if options.create_customers else "no",
        "currency": options.currency or "",
    }


def columns_of(kind: ImportKind, found: Preview, mapping: Mapping) -> list[dict[str, Any]]:
    """Each column of the file: its first values, the field it fills, and how that fares."""
    fields = {source.column: field for field, source in mapping.items() if source.column}
    checks = {check.field: check for check in found.checks}
    return [
        {
            "place": place,
            "name": name,
            "samples": " · ".join(_samples(found, name)),
            "field": fields.get(name, ""),
            "check": _told(checks.get(fields.get(name, ""))),
        }
        for place, name in enumerate(found.columns)
    ]


def _samples(found: Preview, name: str) -> list[str]:
    values = [str(row[name]) for row in found.rows if row.get(name) not in (None, "")]
    return [value[:40] for value in dict.fromkeys(values)][:3]


def _told(check: FieldCheck | None) -> dict[str, str] | None:
    if check is None:
        return None
    if check.bad:
        return {
            "tone": "bad" if not check.good else "warn",
            "text": f"{check.bad} unreadable",
            "why": check.problem or "",
        }
    return {"tone": "good", "text": "Reads well", "why": ""}


def settings_for(kind: ImportKind) -> dict[str, Any]:
    """The fields a column may fill, and which of the ways of reading apply to this kind."""
    fields = [
        (each.name, _words(each.name) + (" (needed)" if each.required else "")) for each in TARGETS[kind]
    ]
    bought = kind in {ImportKind.ORDERS, ImportKind.ORDER_LINES}
    return {
        "fields": fields,
        "has_dates": any(each.reads in _DATES for each in TARGETS[kind]),
        "has_amounts": any(each.reads is Reads.AMOUNT for each in TARGETS[kind]),
        "has_orders": bought,
    }


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
