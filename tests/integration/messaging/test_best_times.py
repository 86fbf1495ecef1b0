"""When to write to a customer, by what is in the table."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging_api.handler import handler
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.best_times import best_hours_of, forget_priors, suited
from regulars.messaging.contact import Contact
from regulars.messaging.contact_store import read_contact, save_contact
from regulars.messaging.model import Channel, Choice, Message
from regulars.messaging.sending.single import send_now
from regulars.messaging.tally_store import bump, day_place
from regulars.messaging.timing import noted_engagement, noted_send
from tests.events import answer_body, http_event
from tests.integration.messaging import outbox
from tests.integration.pipeline.shop import new_customer


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("regulars.kernel.clock._milliseconds", lambda moment: now)
    forget_priors()


def ask(tenant: Tenant, customer_id: str, **query: str) -> tuple[int, Any]:
    params = {"customer_id": customer_id}
    event = http_event("GET /customers/{customer_id}/best-time", tenant=tenant.id, params=params, query=query)
    answer = handler(event, None)
    return int(answer["statusCode"]), answer_body(answer)


def counted(tenant: Tenant, now: datetime, channel: str, hour: int, sent: int, opened: int) -> None:
    transaction = Transaction(tenant)
    day = (now - timedelta(days=3)).date().isoformat()
    bump(
        transaction,
        day_place(tenant, day, channel, "news", hour, 0, "promotions"),
        {"sent": sent, "opened": opened},
    )
    transaction.commit()


def test_first_a_default_then_the_shops_best_then_the_customers_own(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now, time_zone="Asia/Tokyo")
    _, found = ask(shop, ann)
    assert (found["channel"], found["hour"], found["basis"], found["time_zone"]) == (
        "email",
        10,
        "default",
        "Asia/Tokyo",
    )

    counted(shop, now, "email", 9, 1000, 100)
    counted(shop, now, "email", 19, 1000, 400)
    forget_priors()
    _, found = ask(shop, ann)
    assert (found["hour"], found["basis"], found["channel_basis"]) == (19, "shop", "shop")

    contact = Contact(ann)
    for _ in range(12):
        contact = noted_engagement(noted_send(contact, Channel.EMAIL, 8), Channel.EMAIL, 8)
    transaction = Transaction(shop)
    save_contact(transaction, contact, ValueError())
    transaction.commit()
    _, found = ask(shop, ann)
    assert (found["hour"], found["basis"]) == (8, "customer")
    assert found["hours"][8]["sent"] == found["hours"][8]["engaged"] == 12
    assert "12 of 12 messages" in found["explanation"]


def test_many_customers_at_once_each_at_an_hour_of_their_own(shop: Tenant, now: datetime) -> None:
    many = [f"cus_{number:026d}" for number in range(60)]
    assert set(best_hours_of(shop, Channel.EMAIL, many, "campaign:1", now).values()) == {None}
    counted(shop, now, "email", 19, 1000, 400)
    counted(shop, now, "sms", 12, 1000, 300)
    forget_priors()

    hours = best_hours_of(shop, Channel.EMAIL, many, "campaign:1", now)

    assert hours == best_hours_of(shop, Channel.EMAIL, many, "campaign:1", now)
    assert hours != best_hours_of(shop, Channel.EMAIL, many, "campaign:2", now)
    assert {hour for hour in hours.values() if hour is not None} <= set(range(7, 22))
    both = [Channel.SMS, Channel.EMAIL]
    firsts = [suited(shop, Contact(one), both, f"campaign:1#{one}", now).channels[0] for one in many]
    assert firsts.count(Channel.EMAIL) > firsts.count(Channel.SMS) > 0


def test_a_message_by_the_optimal_channel_goes_where_the_customer_looks(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch, accounts: str
) -> None:
    out = outbox.use(monkeypatch)
    ann = outbox.person(shop, now, "Ann", phone="+48501502503")
    contact = read_contact(shop, ann)
    for _ in range(30):
        contact = noted_send(contact, Channel.EMAIL, 9)
        contact = noted_engagement(noted_send(contact, Channel.SMS, 9), Channel.SMS, 9)
    outbox.change(shop, ann, engagement=contact.engagement)

    for number in range(3):
        message = Message(
            f"m{number}", now, "news", (Channel.EMAIL, Channel.SMS), "order_updates", Choice.OPTIMAL
        )
        send_now(shop, message, ann, now)

    assert (len(out.email.sent), len(out.sms.sent)) == (0, 3)
    checks = outbox.deliveries(shop, customer_id=ann)[0].checks
    assert checks[0].name == "suited"
    assert "on sms are expected to be opened or clicked" in checks[0].seen


def test_customers_that_are_not_there_are_not_found(shop: Tenant, now: datetime) -> None:
    assert ask(shop, "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV")[0] == 404
    assert ask(shop, new_customer(shop, now), channel="pigeon")[0] == 422
