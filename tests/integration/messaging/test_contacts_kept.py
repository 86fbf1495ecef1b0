"""Contacts follow customers: who is deleted is not written to, another address starts anew, who asks is asked to confirm."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from keep_contacts.contacts import keep
from regulars import customers
from regulars.customers import Profile
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.contact_store import read_contact, save_contact
from regulars.messaging.delivery_store import deliveries_since, read_delivery
from regulars.messaging.model import Channel, Delivery, Reason, State
from regulars.messaging.preferences.ledger import EntryKind, replay
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.links import bearer_of
from regulars.messaging.preferences.opt_in import Confirmed, Subscribing, confirm, start
from regulars.messaging.preferences.service import grant, withdraw
from regulars.messaging.providers.port import Accepted, Outcome, Outgoing
from regulars.messaging.settings_store import forget_messaging_settings
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging.sent import put_delivery

EMAIL = Channel.EMAIL


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_messaging_settings()


@pytest.fixture
def ann(shop: Tenant, now: datetime) -> str:
    profile = Profile(email="ann@example.test", phone="+447911123456", language="de")
    return customers.create(shop, profile, now=now).id


def event(shop: Tenant, customer_id: str, name: str) -> Envelope:
    """The customer's newest event of this name."""
    items = EventItem.each(shop.partition("C", customer_id), EventItem.sk.startswith("E#"), consistent=True)
    return Envelope.of([item for item in items if item.name == name][-1])


def waiting(shop: Tenant, customer_id: str, now: datetime, state: State) -> Delivery:
    made = Delivery(new_id("dlv", now), customer_id, EMAIL, "sale", "", state, now, category="promotions")
    put_delivery(shop, made)
    return made


def deleted(shop: Tenant, ann: str, now: datetime) -> Envelope:
    customers.delete(shop, ann, now=now)
    return event(shop, ann, "customer.deleted")


def test_of_a_deleted_customer_nothing_is_left_to_send(shop: Tenant, ann: str, now: datetime) -> None:
    grant(shop, ann, EMAIL, "checkout", now)
    before = read_contact(shop, ann)
    held = [waiting(shop, ann, now, state) for state in (State.QUEUED, State.DEFERRED, State.SENT)]
    keep(deleted(shop, ann, now), now)
    contact = read_contact(shop, ann)
    assert contact == Contact(ann, before.revision + 1, erased=True)
    last = whole_ledger(shop, ann)[-1]
    assert (last.kind, dict(last.proof), last.reason) == (EntryKind.ERASED, {}, "")
    assert replay(ann, whole_ledger(shop, ann)) == contact
    found = [read_delivery(shop, ann, one.id) for one in held]
    assert [(one.state, one.reason) for one in found if one] == [
        (State.NOT_SENT, Reason.NO_CUSTOMER),
        (State.NOT_SENT, Reason.NO_CUSTOMER),
        (State.SENT, None),
    ]


def test_a_claim_made_on_what_was_before_fails_after_the_deletion(
    shop: Tenant, ann: str, now: datetime
) -> None:
    seen = read_contact(shop, ann)
    keep(deleted(shop, ann, now), now)
    tx = Transaction(shop)
    save_contact(tx, seen, ConflictError("moved"))
    with pytest.raises(ConflictError):
        tx.commit()


def test_who_was_deleted_cannot_agree_to_anything(shop: Tenant, ann: str, now: datetime) -> None:
    happened = deleted(shop, ann, now)
    keep(happened, now)
    keep(happened, now)
    grant(shop, ann, EMAIL, "late", now)
    assert [entry.kind for entry in whole_ledger(shop, ann)] == [EntryKind.ERASED]


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("call", range(1, 12))
def test_killed_while_erasing_a_repeat_finishes_it(
    shop: Tenant, ann: str, now: datetime, call: int, answered: bool
) -> None:
    held = waiting(shop, ann, now, State.QUEUED)
    happened = deleted(shop, ann, now)
    try:
        with killed_at(call, answered=answered):
            keep(happened, now)
    except KilledError:
        keep(happened, now)
    found = read_delivery(shop, ann, held.id)
    assert found is not None
    assert found.state is State.NOT_SENT
    assert len(whole_ledger(shop, ann)) == 1


@pytest.mark.parametrize(
    ("change", "left"),
    [({"email": "new@example.test"}, {Channel.SMS: 2}), ({"phone": None}, {EMAIL: 1}), ({"name": "A"}, None)],
)
def test_soft_bounces_of_a_former_address_say_nothing(
    shop: Tenant, ann: str, now: datetime, change: dict[str, Any], left: dict[Channel, int] | None
) -> None:
    strikes = {EMAIL: 1, Channel.SMS: 2}
    tx = Transaction(shop)
    save_contact(tx, replace(read_contact(shop, ann), strikes=strikes), ConflictError())
    tx.commit()
    customers.patch(shop, ann, change, now=now)
    keep(event(shop, ann, "customer.updated"), now)
    assert read_contact(shop, ann).strikes == (strikes if left is None else left)


class Mails:
    name, channel, most = "fake", EMAIL, 50

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, sender: object, batch: Sequence[Outgoing], shell: object = None) -> list[Outcome]:
        self.sent += batch
        return [Accepted(f"m{place}") for place, _ in enumerate(batch)]


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Mails:
    from regulars.messaging.sending import handing_over, people

    made = Mails()
    monkeypatch.setattr(handing_over, "provider_for", lambda channel: made)
    monkeypatch.setattr(people, "provider_for", lambda channel: made)
    return made


def test_who_asks_gets_one_mail_whose_link_gives_consent(
    shop: Tenant, ann: str, now: datetime, mails: Mails
) -> None:
    made = start(shop, Subscribing(EMAIL, "ann@example.test", "footer"), now)
    happened = event(shop, ann, "consent.requested")
    keep(happened, now)
    keep(happened, now + timedelta(minutes=1))
    (mail,) = mails.sent
    assert mail.to == "ann@example.test"
    (delivery,) = deliveries_since(shop, ann, now - timedelta(minutes=1))
    assert (delivery.template, delivery.state, delivery.language) == ("double_opt_in", State.SENT, "de")
    url = next(text for text in map(str, delivery.inputs.values()) if "/confirm/" in text)
    bearer = bearer_of("confirm", url.rpartition("/")[2])
    assert bearer is not None
    assert made.request_id.endswith(bearer.ulid)
    assert confirm(shop, bearer.customer_id, bearer.ulid, {}, now) is Confirmed.YES
    assert read_contact(shop, ann).consent(EMAIL).state is ConsentState.GRANTED


def test_who_has_unsubscribed_since_gets_no_mail(shop: Tenant, ann: str, now: datetime, mails: Mails) -> None:
    start(shop, Subscribing(EMAIL, "ann@example.test", "footer"), now)
    withdraw(shop, ann, EMAIL, "one_click", now)
    keep(event(shop, ann, "consent.requested"), now)
    assert mails.sent == []
