"""The order confirmation of the library: a mail with a table, which is written by hand."""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from regulars.messaging.texts import ORDER_CONFIRMATION

SOURCES = Path(__file__).parent / "sources"
KEY = "order_confirmation"
# How words name values, and where those are.
_VALUES: Mapping[str, str] = {
    "name": "customer.name",
    "shop": "shop.name",
    "number": "data.order.number",
    "total": "data.order.total",
}
SAMPLE: Mapping[str, Any] = {
    "order": {
        "number": "1001",
        "placed": "20.11.2026",
        "lines": [
            {"name": "Teapot", "details": "colour: green", "quantity": 1, "total": "39.00 €"},
            {"name": "Tea", "details": "", "quantity": 2, "total": "18.00 €"},
        ],
        "sums": [["subtotal", "57.00 €"], ["shipping", "3.90 €"]],
        "total": "60.90 €",
        "ways": [["payment", "Visa"], ["delivery", "DHL"]],
    }
}


@cache
def order_confirmation(language: str) -> dict[str, str]:
    """Its sources in one language."""
    words = {name: _with_code(text) for name, text in ORDER_CONFIRMATION[language].items()}
    words["language"] = language
    html, text = ((SOURCES / f"{KEY}.{kind}").read_text() for kind in ("html", "txt"))
    return {
        "subject": words["subject"],
        "preheader": words["preheader"],
        "html": _said(html, {name: escape(one, quote=False) for name, one in words.items()}),
        "text": _said(text, words),
    }


def _with_code(text: str) -> str:
    for name, path in _VALUES.items():
        text = text.replace(f"{{{name}}}", f"{{{{ {path} }}}}")
    return text


def _said(source: str, words: Mapping[str, str]) -> str:
    for name, text in words.items():
        source = source.replace(f"[[{name}]]", text)
    return source
