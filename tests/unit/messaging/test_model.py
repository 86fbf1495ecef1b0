import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.formats import date, ink, money
from regulars.messaging.model import Sender, choose_language, one_line
from regulars.messaging.providers.headers import address
from regulars.messaging.texts import MONTHS, ORDER_CONFIRMATION
from tests.unit.messaging.moments import PLACED


@pytest.mark.parametrize(
    ("wanted", "default", "chosen"),
    [("de-AT", "en", "de"), ("fr", "pl", "pl"), ("", "pl-PL", "pl"), ("fr", "it", "en"), ("PL", "en", "pl")],
)
def test_language_falls_back_from_customer_to_tenant_to_any(wanted: str, default: str, chosen: str) -> None:
    assert choose_language(wanted, default, frozenset({"de", "en", "pl"})) == chosen


@given(st.text(max_size=300))
def test_no_text_breaks_a_header_line(text: str) -> None:
    line = one_line(text)
    assert line.splitlines() in ([], [line])
    header = address(Sender(text, "a@b.test"))
    assert len(header.splitlines()) == 1


def test_a_header_injection_stays_inside_the_name() -> None:
    header = address(Sender("Eve\r\nBcc: victim@example.test", "eve@example.test"))
    assert header == '"Eve Bcc: victim@example.test" <eve@example.test>'


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (123456, "GBP", "en", "£1,234.56"),
        (123456, "GBP", "de", "1.234,56\u00a0£"),
        (123456, "PLN", "pl", "1\u202f234,56\u00a0zł"),
        (-50, "USD", "en", "−$0.50"),
        (1500, "JPY", "en", "¥1,500"),
        (1234567, "KWD", "en", "KWD\u00a01,234.567"),
    ],
)
def test_money_as_its_reader_expects_it(minor: int, currency: str, language: str, text: str) -> None:
    assert money(minor, currency, language) == text


def test_dates_are_read_in_the_tenants_zone() -> None:
    assert date(PLACED, "Europe/Warsaw", "pl") == "21 listopada 2026"
    assert date(PLACED, "Europe/London", "en") == "20 November 2026"
    assert date(PLACED, "America/New_York", "de") == "20. November 2026"


@pytest.mark.parametrize(
    ("colour", "readable"), [("#000000", "#ffffff"), ("#ffe000", "#111111"), ("#3454d1", "#ffffff")]
)
def test_text_on_the_brand_colour_is_readable(colour: str, readable: str) -> None:
    assert ink(colour) == readable


def test_every_language_says_everything() -> None:
    assert {len(words) for words in MONTHS.values()} == {12}
    assert all(texts.keys() == ORDER_CONFIRMATION["en"].keys() for texts in ORDER_CONFIRMATION.values())
