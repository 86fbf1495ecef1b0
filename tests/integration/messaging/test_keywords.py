"""Answers to text messages: whoever has the number is unsubscribed at once, and gets one confirmation and nothing after."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from regulars.customers import Profile, create, list_interactions
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState
from regulars.messaging.contact_store import read_contact
from regulars.messaging.content import SmsContent
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.model import Channel, Delivery, State
from regulars.messaging.preferences.keyword_model import Keyword
from regulars.messaging.preferences.keywords import take_inbound
from regulars.messaging.preferences.opt_in import Subscribing, start
from regulars.messaging.preferences.service import grant
from regulars.messaging.providers import registry
from regulars.messaging.providers.port import Accepted, Outcome, Outgoing
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.suppressions import suppress, suppressed
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging.sent import put_delivery

SMS = Channel.SMS
PHONE = "+447911123456"
MINUTE = timedelta(minutes=1)


class Texts:
    name, channel, most = "fake", SMS, 10

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, sender: object, batch: Sequence[Outgoing], shell: object = None) -> list[Outcome]:
        for one in batch:
            assert isinstance(one.content, SmsContent)
            assert one.to == PHONE
            self.sent.append(one.content.text)
        return [Accepted("x") for _ in batch]


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    made = Texts()
    monkeypatch.setattr(registry, "provider_for", lambda channel: made)
    return made


@pytest.fixture
def ada(shop: Tenant, now: datetime, texts: Texts) -> str:
    customer_id = create(shop, Profile(name="Ada", phone=PHONE, language="de"), now=now).id
    grant(shop, customer_id, SMS, "till", now)
    return customer_id


def state_of(shop: Tenant, customer_id: str) -> ConsentState:
    return read_contact(shop, customer_id).consent(SMS).state


def say(shop: Tenant, text: str, now: datetime) -> Keyword | None:
    return take_inbound(shop, SMS, PHONE, text, now)


def test_a_stop_unsubscribes_everybody_with_the_number_and_is_confirmed_once(
    shop: Tenant, now: datetime, ada: str, texts: Texts
) -> None:
    other = create(shop, Profile(name="Bob", phone=PHONE), now=now).id
    for turn in range(3):
        say(shop, "Stop!", now + turn * timedelta(hours=1))
    assert state_of(shop, ada) is state_of(shop, other) is ConsentState.WITHDRAWN
    assert suppressed(shop, [(SMS, PHONE)])[SMS, PHONE].everything
    assert len(texts.sent) == 1
    assert texts.sent[0].startswith("Kettle & Co: ")
    assert len(texts.sent[0]) <= 160


def test_a_start_takes_a_stop_back(shop: Tenant, now: datetime, ada: str, texts: Texts) -> None:
    say(shop, "STOP", now)
    assert say(shop, "start", now + MINUTE) is Keyword.START
    assert state_of(shop, ada) is ConsentState.GRANTED
    assert suppressed(shop, [(SMS, PHONE)]) == {}
    assert len(texts.sent) == 2
    say(shop, "start", now + 2 * MINUTE)
    assert len(texts.sent) == 2


def test_a_start_does_not_lift_what_staff_put_on_the_list(shop: Tenant, now: datetime, ada: str) -> None:
    suppress(shop, SMS, PHONE, SuppressionReason.MANUAL, now)
    say(shop, "START", now)
    assert suppressed(shop, [(SMS, PHONE)])[SMS, PHONE].reason is SuppressionReason.MANUAL


def test_a_yes_confirms_what_waits_and_is_else_for_people(shop: Tenant, now: datetime, texts: Texts) -> None:
    made = start(shop, Subscribing(SMS, PHONE, "till"), now)
    assert say(shop, "Yes please", now + MINUTE) is Keyword.START
    assert state_of(shop, made.customer_id) is ConsentState.GRANTED
    assert say(shop, "yes", now + 2 * MINUTE) is None
    assert [one.summary for one in list_interactions(shop, made.customer_id).items] == ["SMS: yes"]


def test_help_is_answered_but_not_twice_in_five_minutes(
    shop: Tenant, now: datetime, ada: str, texts: Texts
) -> None:
    for minutes in (0, 1, 4, 5, 6):
        say(shop, "HILFE", now + minutes * MINUTE)
    assert len(texts.sent) == 2
    assert "orders@kettle.test" in texts.sent[0]
    assert state_of(shop, ada) is ConsentState.GRANTED


def test_what_is_no_keyword_is_for_people_and_logged_once(
    shop: Tenant, now: datetime, ada: str, texts: Texts
) -> None:
    for _ in range(2):
        assert say(shop, "Do you  have blue ones?", now) is None
    (logged,) = list_interactions(shop, ada).items
    assert (logged.summary, logged.direction) == ("SMS: Do you have blue ones?", "inbound")
    assert texts.sent == []


def test_a_stranger_can_stop_too(shop: Tenant, now: datetime, texts: Texts) -> None:
    say(shop, "STOP", now)
    assert (SMS, PHONE) in suppressed(shop, [(SMS, PHONE)])
    assert len(texts.sent) == 1


@pytest.mark.parametrize("phone", ["", "abc", "AMAZON", "36184"])
def test_what_comes_from_no_number_is_let_pass(shop: Tenant, now: datetime, texts: Texts, phone: str) -> None:
    assert take_inbound(shop, SMS, phone, "STOP", now) is None
    assert texts.sent == []


def test_the_message_that_was_answered_counts_the_unsubscription(
    shop: Tenant, now: datetime, ada: str
) -> None:
    delivery = Delivery(
        new_id("dlv", now),
        ada,
        SMS,
        "sale",
        "",
        State.DELIVERED,
        now,
        category="promotions",
        campaign_id=new_id("cmp", now),
        attempted_at=now,
        sent_at=now,
    )
    put_delivery(shop, delivery)
    say(shop, "stop", now + timedelta(days=1))
    found = read_delivery(shop, ada, delivery.id)
    assert found is not None
    assert found.unsubscribed_at is not None


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("call", range(1, 12))
def test_killed_at_any_call_a_repeat_makes_it_whole(
    shop: Tenant, now: datetime, ada: str, texts: Texts, call: int, answered: bool
) -> None:
    try:
        with killed_at(call, answered=answered):
            say(shop, "stop", now)
    except KilledError:
        say(shop, "stop", now + MINUTE)
    assert state_of(shop, ada) is ConsentState.WITHDRAWN
    assert suppressed(shop, [(SMS, PHONE)])[SMS, PHONE].everything
    assert len(texts.sent) <= 1
