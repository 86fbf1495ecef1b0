"""One mail an order, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers, messaging
from regulars.commerce import orders
from regulars.kernel.errors import ConflictError, NotFoundError, UnavailableError
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Delivery, Reason, State, deliveries
from regulars.messaging.order_confirmation import confirm_order
from tests.integration.pipeline.shop import buy, events_of, new_customer
from tests.unit.messaging.fake_provider import FakeProvider

MINUTE = timedelta(minutes=1)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "_PAUSES", (0.0, 0.0))


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


def test_a_confirmation_is_sent_and_recorded(shop: Tenant, now: datetime, provider: FakeProvider) -> None:
    order, ann = order_of(shop, now, language="de")

    confirm_order(shop, order, provider, now=now)

    mail = provider.sent[0]
    assert (mail.to, mail.sender.email) == ("ann@example.test", "orders@kettle.test")
    assert mail.content.subject == "Ihre Bestellung 1001 bei Kettle & Co"
    assert "Mug &lt;b&gt;" in mail.content.html
    (message,) = messaging.customer_history(shop, ann).items
    assert message.content == mail.content
    delivery = message.delivery
    assert (delivery.state, delivery.provider_id, delivery.language) == (State.SENT, "fake-1", "de")
    assert mail.tags == {"delivery": delivery.id, "tenant": shop.id}
    assert messaging.get_delivery(shop, delivery.id) == message
    (event,) = told(shop, ann)
    assert (event.name, event.data["delivery_id"]) == ("message.sent", delivery.id)


def test_the_same_event_ten_times_for_four_workers_sends_one_mail(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)

    def attempt(_: int) -> None:
        for _turn in range(20):
            try:
                confirm_order(shop, order, provider, now=now)
            except ConflictError:
                continue
            return

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(attempt, range(10)))

    assert len(provider.sent) == 1
    assert only(shop, ann).state is State.SENT
    assert len(told(shop, ann)) == 1


class KilledError(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", ["claim", "_begin", "send", "_record"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_anywhere_never_causes_a_second_mail(
    shop: Tenant, now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    order, ann = order_of(shop, now)
    owner: Any = provider if step == "send" else deliveries
    if step == "claim":
        from regulars.messaging import order_confirmation as owner
    real = getattr(owner, step)

    def dying(*given: Any, **named: Any) -> Any:
        if when == "after":
            real(*given, **named)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, dying)
        with pytest.raises(KilledError):
            confirm_order(shop, order, provider, now=now)
    for turn in range(1, 4):
        confirm_order(shop, order, provider, now=now + 2 * turn * MINUTE)

    reached = (step, when) in {("send", "after"), ("_record", "before"), ("_record", "after")}
    assert len(provider.sent) == (0 if (step, when) in {("_begin", "after"), ("send", "before")} else 1)
    expected = State.SENT
    if (step, when) in {("_begin", "after"), ("send", "before"), ("send", "after"), ("_record", "before")}:
        expected = State.UNKNOWN
    assert only(shop, ann).state is expected
    assert reached is False or provider.tries == 1
    assert len(told(shop, ann)) == 1


def test_an_attempt_under_way_is_left_alone(
    shop: Tenant, now: datetime, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, ann = order_of(shop, now)

    def dying(*given: Any) -> Any:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(provider, "send", dying)
        with pytest.raises(KilledError):
            confirm_order(shop, order, provider, now=now)

    with pytest.raises(ConflictError):
        confirm_order(shop, order, provider, now=now + timedelta(seconds=30))
    assert only(shop, ann).state is State.SENDING


def test_throttling_slows_down_and_then_sends(shop: Tenant, now: datetime, provider: FakeProvider) -> None:
    order, ann = order_of(shop, now, "throttled@example.test")

    with pytest.raises(UnavailableError):
        confirm_order(shop, order, provider, now=now)
    waiting = only(shop, ann)
    assert (waiting.state, waiting.reason, provider.tries) == (State.QUEUED, Reason.THROTTLED, 3)

    provider.send = lambda email: deliveries.Accepted("later")  # type: ignore[method-assign]
    confirm_order(shop, order, provider, now=now + MINUTE)
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
        confirm_order(shop, order, provider, now=now)

    assert provider.tries == 1
    assert (only(shop, ann).state, only(shop, ann).reason) == (state, reason)
    assert [one.name for one in told(shop, ann)] == [event]


def test_a_suspended_customer_gets_none_and_the_record_says_why(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now, status="suspended")

    confirm_order(shop, order, provider, now=now)
    customers.set_status(shop, ann, "active", now=now)
    confirm_order(shop, order, provider, now=now)

    assert provider.tries == 0
    found = only(shop, ann)
    assert (found.state, found.explanation) == (State.NOT_SENT, "The customer is suspended.")
    assert [one.data["reason"] for one in told(shop, ann)] == ["customer_suspended"]


def test_an_order_cancelled_before_its_turn_is_not_confirmed(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)
    orders.set_status(shop, order, orders.StatusChange(status="cancelled"), now=now)

    confirm_order(shop, order, provider, now=now)

    assert only(shop, ann).reason is Reason.ORDER_CANCELLED


def test_history_and_deleted_customers_leave_no_trace(
    shop: Tenant, now: datetime, provider: FakeProvider
) -> None:
    order, ann = order_of(shop, now)

    assert confirm_order(shop, order, provider, now=now, history=True) is None
    customers.delete(shop, ann, now=now)
    assert confirm_order(shop, order, provider, now=now) is None

    assert provider.tries == 0
    assert messaging.list_deliveries(shop).items == []


def test_the_log_filters_and_pages(shop: Tenant, now: datetime, provider: FakeProvider) -> None:
    ann, eve = new_customer(shop, now), new_customer(shop, now, "rejected@example.test")
    for number in range(3):
        at = now + number * MINUTE
        confirm_order(shop, buy(shop, ann, f"a{number}", at).id, provider, now=at)
    confirm_order(shop, buy(shop, eve, "e", now).id, provider, now=now)

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
    confirm_order(shop, order, provider, now=now)

    assert messaging.list_deliveries(other_tenant).items == []
    assert messaging.customer_history(other_tenant, ann).items == []
    with pytest.raises(NotFoundError):
        messaging.get_delivery(other_tenant, only(shop, ann).id)
