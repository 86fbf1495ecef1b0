from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.commerce.orders import Order, OrderLine
from regulars.customers import Facts
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import EmailContent
from regulars.messaging.library import library_compiled
from regulars.messaging.model import Channel
from regulars.messaging.order_confirmation import TEMPLATE, values_of
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.templates import PlainLinks
from regulars.messaging.templates.context import context_from, context_of, inputs_of
from regulars.platform import Branding, TenantSettings
from regulars.platform.model import Sender
from tests.unit.messaging.moments import PLACED


def confirmation(language: str = "en", name: str = "Ann", **changes: Any) -> EmailContent:
    given: dict[str, Any] = {
        "id": "ord_1",
        "number": "1001",
        "customer_id": "cus_1",
        "currency": "GBP",
        "lines": (
            OrderLine(product_id="mug", name="Mug", quantity=2, unit_price=1250, total=2500),
            OrderLine(product_id="tea", quantity=1, unit_price=900, total=900, configuration={"size": "L"}),
        ),
        "total": 3790,
        "shipping": 390,
        "placed_at": PLACED,
        "updated_at": PLACED,
        "payment_method": "card",
    }
    settings = TenantSettings(
        "ten_1",
        "Kettle & Co",
        "Europe/Warsaw",
        "GBP",
        ["en"],
        "en",
        Branding(colour="#7a1f3d"),
        Sender(name="Kettle", email="a@b.test"),
        60,
        "active",
        datetime(2026, 1, 1, tzinfo=UTC),
        1,
    )
    facts = Facts(Tenant(new_id("ten", PLACED)), "cus_1", "active", PLACED, name=name)
    values = values_of(Order(**(given | changes)), settings, language)
    context = context_of(facts, settings, MessagingSettings(), values, language)
    found = library_compiled(TEMPLATE).content(Channel.EMAIL, language)
    # As the delivery keeps it, and it is rendered again.
    content = found.render(context_from(inputs_of(context, found.reads)), PlainLinks(found.static_links))
    assert isinstance(content, EmailContent)
    return content


def test_both_parts_show_the_order() -> None:
    content = confirmation()

    assert content.subject == "Your order 1001 at Kettle & Co"
    for part in (content.html, content.text):
        for shown in (
            "1001",
            "Mug",
            "tea",
            "size: L",
            "£25.00",
            "£9.00",
            "£34.00",
            "£3.90",
            "£37.90",
            "21 November 2026",
            "card",
        ):
            assert shown in part
    assert "Kettle &amp; Co" in content.html
    assert "Kettle & Co" in content.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", ("Guten Tag Ann", "Gesamtbetrag", "37,90")), ("pl", ("Dzień dobry Ann", "Razem", "37,90"))],
)
def test_other_languages(language: str, words: tuple[str, ...]) -> None:
    content = confirmation(language)
    assert all(word in content.html and word in content.text for word in words)
    assert f'<html lang="{language}">' in content.html


def test_what_customers_and_shops_write_is_escaped_and_never_run() -> None:
    line = OrderLine(
        product_id="x", name="<script>alert(1)</script>{{ 7*7 }}", quantity=1, unit_price=1, total=1
    )

    content = confirmation(name="{{ config }}<b>{0}", lines=(line,), number="{name}")

    assert "<script>" not in content.html
    assert "{{ 7*7 }}" in content.text
    assert "{{ config }}&lt;b&gt;{0}" in content.html
    assert "{name}" in content.subject


def test_a_line_break_in_a_number_does_not_reach_the_subject() -> None:
    content = confirmation(number="1\r\nBcc: eve@example.test")
    assert content.subject == "Your order 1 Bcc: eve@example.test at Kettle & Co"


def test_an_order_without_extras_shows_no_sums_but_the_total() -> None:
    text = confirmation(shipping=0, total=3400, payment_method=None).text
    assert "Subtotal" not in text
    assert "Total: £34.00" in text
