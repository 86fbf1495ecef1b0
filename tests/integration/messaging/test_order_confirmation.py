"""One mail an order, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers, messaging
from regulars.commerce import orders
from regulars.kernel.errors import NotFoundError
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Delivery, Reason, State
from regulars.messaging.content import EmailContent
from regulars.messaging.order_confirmation import confirm_order
from regulars.messaging.sending.carrying_on import carry_on
from tests.integration.killing import KilledError, killed_at
from tests.integration.messaging import outbox
from tests.integration.messaging.outbox import FakeProvider, Outbox
from tests.integration.pipeline.shop import buy, events_of, new_customer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch, accounts: str) -> Outbox:
    return outbox.use(monkeypatch, own_templates=False)


@pytest.fixture
def provider(out: Outbox) -> FakeProvider:
    return out.email


def order_of(
    tenant: Tenant, now: datetime, email: str = "ann@example.test", **profile: Any
) -> tuple[str, str]:
    """An order's id and its customer's."""
    one = new_customer(tenant, now, email, **profile)
    return buy(tenant, one, "1001", now).id, one


def told(tenant: Tenant, customer_id: str) -> list[Envelope]:
    return [one for one in events_of(tenant, [customer_id]) if one.name.startswith("message.")]


def only(tenant: Tenant, customer_id: str) -> Delivery:
    """The one delivery of a customer."""
    (found,) = messaging.list_deliveries(tenant, customer_id=customer_id).items
    return found


def content_of(mail: outbox.Outgoing) -> EmailContent:
    assert isinstance(mail.content, EmailContent)
    return mail.content


def test_a_confirmation_is_sent_and_recorded(shop: Tenant, now: datetime, provider: FakeProvider) -> None:
    order, ann = order_of(shop, now, language="de")

    confirm_order(shop, order, now=now)

    (mail,) = provider.sent
    assert mail.to == "ann@example.test"
    assert content_of(mail).subject == "Ihre Bestellung 1001 bei Kettle & Co"
    assert "Mug &lt;b&gt;" in content_of(mail).html
    (message,) = messaging.customer_history(shop, ann).items
    assert isinstance(message.content, EmailContent)
    assert message.content.text == content_of(mail).text
    assert message.content.subject == content_of(mail).subject
    delivery = message.delivery
    assert (delivery.state, delivery.language) == (State.SENT, "de")
    assert delivery.provider_id == f"fake-{delivery.id}"
    assert (mail.tags["delivery"], mail.tags["tenant"]) == (delivery.id, shop.id)
    assert messaging.get_delivery(shop, delivery.id) == message
    (event,) = told(shop, ann)
    assert (event.name, event.data["delivery_id"]) == ("message.sent", delivery.id)


def test_the_same_event_ten_times_for_four_workers_sends_one_mail(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: confirm_order(shop, order, now=now), range(10)))

    assert len(provider.sent) == 1
    assert only(shop, ann).state is State.SENT
    assert len(told(shop, ann)) == 1


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("call", range(1, 13))
def test_a_worker_that_dies_anywhere_never_causes_a_second_mail(
    shop: Tenant, now: datetime, provider: FakeProvider, call: int, answered: bool
) -> None:
    order, ann = order_of(shop, now)

    try:
        with killed_at(call, answered=answered):
            confirm_order(shop, order, now=now)
    except KilledError:
        pass
    for turn in range(1, 4):
        confirm_order(shop, order, now=now + 2 * turn * MINUTE)

    found = only(shop, ann)
    assert found.state in (State.SENT, State.UNKNOWN)
    assert len(provider.sent) <= 1
    assert found.state is State.UNKNOWN or len(provider.sent) == 1
    assert len(told(shop, ann)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_while_the_provider_has_it_leaves_it_unknown(
    shop: Tenant, now: datetime, provider: FakeProvider, when: str
) -> None:
    order, ann = order_of(shop, now)

    def die(batch: object) -> None:
        raise KilledError

    setattr(provider, when, die)
    with pytest.raises(KilledError):
        confirm_order(shop, order, now=now)
    setattr(provider, when, lambda batch: None)
    for turn in range(1, 4):
        confirm_order(shop, order, now=now + 2 * turn * MINUTE)

    assert len(provider.sent) == (0 if when == "before" else 1)
    assert only(shop, ann).state is State.UNKNOWN
    assert [one.name for one in told(shop, ann)] == ["message.unconfirmed"]


def test_an_attempt_under_way_is_left_alone(
    shop: Tenant, now: datetime, out: Outbox, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)

    def die(batch: object) -> None:
        raise KilledError

    provider.before = die
    with pytest.raises(KilledError):
        confirm_order(shop, order, now=now)
    provider.before = lambda batch: None

    confirm_order(shop, order, now=now + timedelta(seconds=30))

    assert (only(shop, ann).state, provider.sent) == (State.SENDING, [])
    # It is looked at again when its answer would have come.
    ((work, delay),) = out.queued
    assert (work.refs, delay) == (((ann, only(shop, ann).id),), 95)


def test_throttling_slows_down_and_then_sends(
    shop: Tenant, now: datetime, out: Outbox, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now, "throttled@example.test")

    confirm_order(shop, order, now=now)
    waiting = only(shop, ann)
    assert (waiting.state, waiting.reason, provider.tries) == (State.QUEUED, Reason.THROTTLED, 2)

    provider._one = lambda outgoing: outbox.Accepted("later")  # type: ignore[method-assign]
    for work in out.taken():
        carry_on(shop, work.refs, now + MINUTE)
    assert (only(shop, ann).state, only(shop, ann).attempts, only(shop, ann).reason) == (State.SENT, 2, None)


@pytest.mark.parametrize(
    ("address", "state", "reason", "event"),
    [
        ("rejected@example.test", State.FAILED, Reason.REJECTED, "message.not_sent"),
        ("lost@example.test", State.UNKNOWN, Reason.ANSWER_LOST, "message.unconfirmed"),
    ],
)
def test_what_cannot_be_repeated_is_not(
    shop: Tenant,
    now: datetime,
    provider: FakeProvider,
    address: str,
    state: State,
    reason: Reason,
    event: str,
) -> None:
    order, ann = order_of(shop, now, address)

    for _ in range(3):
        confirm_order(shop, order, now=now)

    assert provider.tries == 1
    assert (only(shop, ann).state, only(shop, ann).reason) == (state, reason)
    assert [one.name for one in told(shop, ann)] == [event]


def test_a_suspended_customer_gets_none_and_the_record_says_why(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now, status="suspended")

    confirm_order(shop, order, now=now)
    customers.set_status(shop, ann, "active", now=now)
    confirm_order(shop, order, now=now)

    assert provider.tries == 0
    found = only(shop, ann)
    assert (found.state, found.explanation) == (State.NOT_SENT, "The customer is suspended.")
    assert [one.data["reason"] for one in told(shop, ann)] == ["customer_suspended"]


def test_an_order_cancelled_before_its_turn_is_not_confirmed(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)
    orders.set_status(shop, order, orders.StatusChange(status="cancelled"), now=now)

    confirm_order(shop, order, now=now)

    assert only(shop, ann).reason is Reason.ORDER_CANCELLED


def test_history_and_deleted_customers_leave_no_trace(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)

    assert confirm_order(shop, order, now=now, history=True) == []
    customers.delete(shop, ann, now=now)
    assert confirm_order(shop, order, now=now) == []

    assert provider.tries == 0
    assert messaging.list_deliveries(shop).items == []


def test_the_log_filters_and_pages(shop: Tenant, now: datetime, provider: FakeProvider) -> None:
    ann, eve = new_customer(shop, now), new_customer(shop, now, "rejected@example.test")
    for number in range(3):
        at = now + number * MINUTE
        confirm_order(shop, buy(shop, ann, f"a{number}", at).id, now=at)
    confirm_order(shop, buy(shop, eve, "e", now).id, now=now)

    assert len(messaging.list_deliveries(shop).items) == 4
    assert [one.customer_id for one in messaging.list_deliveries(shop, state=State.FAILED).items] == [eve]
    first = messaging.list_deliveries(shop, customer_id=ann, state=State.SENT, limit=2)
    rest = messaging.list_deliveries(shop, customer_id=ann, state=State.SENT, limit=2, cursor=first.next)
    times = [one.created_at for one in [*first.items, *rest.items]]
    assert times == [now + 2 * MINUTE, now + MINUTE, now]


def test_another_tenant_finds_nothing(
    shop: Tenant, other_tenant: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)
    confirm_order(shop, order, now=now)

    assert messaging.list_deliveries(other_tenant).items == []
    assert messaging.customer_history(other_tenant, ann).items == []
    with pytest.raises(NotFoundError):
        messaging.get_delivery(other_tenant, only(shop, ann).id)
