from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from console.event_texts import LOOKS, moment_of
from console.formats import Clock
from console.pieces import by_day

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_an_order_is_told_with_its_amount_and_leads_to_its_page() -> None:
    data = {
        "order_id": "ord_1",
        "number": "A-1",
        "total": 1250,
        "currency": "GBP",
        "lines": [{}, {}],
        "channel": "web",
    }
    moment = moment_of("order.placed", AT, data)
    assert moment.title == "Order A-1 placed"
    assert moment.text == "£12.50 · 2 lines · web"
    assert moment.href == "/console/orders/ord_1"


def test_a_made_up_refund_number_is_not_shown() -> None:
    data = {"number": "01M7Y2VKTBA2TSBX44BYZ4PZQF", "amount": 100, "currency": "GBP"}
    assert moment_of("order.refunded", AT, data).text == "£1.00"
    assert moment_of("order.refunded", AT, data | {"number": "C-7"}).text == "£1.00 · C-7"


def test_a_message_is_told_with_its_channel_and_leads_to_its_delivery() -> None:
    data = {"delivery_id": "dlv_1", "channel": "sms", "template": "spring_sale"}
    opened = moment_of("message.opened", AT, data)
    assert (opened.title, opened.text) == ("Message opened", "Text message · Spring sale")
    assert opened.href == "/console/deliveries/dlv_1"
    clicked = moment_of("message.clicked", AT, data | {"url": "https://kettle.test/mugs"})
    assert clicked.text == "Text message · Spring sale · kettle.test/mugs"
    converted = moment_of("message.converted", AT, data | {"amount": 1250, "currency": "GBP"})
    assert converted.text == "£12.50"


def test_wishes_are_told_one_by_one() -> None:
    data = {
        "source": "preference_page",
        "channels": {"sms": False},
        "categories": {"promotions": True},
        "frequency": {"": "weekly", "newsletters": "monthly"},
    }
    told = moment_of("preferences.changed", AT, data).text
    assert told == "Text message off, Promotions on, All weekly, Newsletters monthly"
    gone = moment_of("consent.withdrawn", AT, {"channel": "email", "source": "one_click"})
    assert (gone.title, gone.text) == ("Unsubscribed", "Email · One click")


def test_an_event_nobody_described_is_written_from_its_name() -> None:
    assert moment_of("behaviour.quiz_finished", AT, {}).title == "Quiz finished"


def test_imported_history_is_marked() -> None:
    assert moment_of("customer.created", AT, {}, history=True).badge == "imported"


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_every_description_bears_an_event_with_little_in_it(name: str) -> None:
    data = {
        "product_id": "p",
        "old": 1,
        "new": 2,
        "old_currency": "GBP",
        "currency": "GBP",
        "previous": "a",
        "role": "b",
    }
    assert moment_of(name, AT, data).title


def test_moments_are_gathered_under_their_days() -> None:
    clock = Clock(ZoneInfo("Europe/London"), AT)
    days = by_day([moment_of("note.added", AT, {}), moment_of("note.added", AT.replace(day=18), {})], clock)
    assert [day.label for day in days] == ["Today", "Wednesday, 18 November"]
