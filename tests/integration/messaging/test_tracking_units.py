"""Request units of tracking, by DynamoDB's own rules: the figures of docs/access-patterns.md."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regulars.kernel import links as signed
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer
from regulars.kernel.transaction import Transaction
from regulars.messaging.best_times import best_time, forget_priors
from regulars.messaging.contact import Contact
from regulars.messaging.contact_store import save_contact
from regulars.messaging.model import Channel, Delivery
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.signals import SignalKind
from regulars.messaging.timing import noted_send
from regulars.messaging.tracking import following, judging, recording
from regulars.messaging.tracking.applying import apply
from regulars.messaging.tracking.converting import keep_conversions
from regulars.messaging.tracking.following import follow
from regulars.messaging.tracking.links import PURPOSE
from regulars.messaging.tracking.recording import JUDGE, record_click, record_open
from regulars.platform import settings_of
from tests.integration.messaging.sent import sent, told
from tests.integration.pipeline.shop import buy, events_of, new_customer
from tests.metering import metered

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.fixture(autouse=True)
def _ways(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (following, judging):
        monkeypatch.setattr(module, "static_links_of", lambda tenant, delivery: ("https://kettle.test/",) * 4)
    for module in (recording, judging):
        monkeypatch.setattr(module, "nudge", lambda *_: None)
    forget_priors()


@pytest.fixture
def ann(shop: Tenant, now: datetime) -> str:
    """A customer who has been written to; what is remembered of the tenant is."""
    customer = new_customer(shop, now)
    transaction = Transaction(shop)
    save_contact(transaction, noted_send(Contact(customer), Channel.EMAIL, 9), ValueError())
    transaction.commit()
    settings_of(shop), messaging_settings(shop)
    return customer


def units(work: Callable[[], object]) -> float:
    with metered() as meter:
        work()
    return meter.units


def campaigns(tenant: Tenant, customer_id: str, now: datetime, key: str) -> Delivery:
    return sent(tenant, customer_id, now, key, dispatch_id="dsp_01", campaign_id="cmp_01")


def test_signals(shop: Tenant, ann: str, now: datetime) -> None:
    one = campaigns(shop, ann, now, "a")
    # Delivery with both indexes, gate, hour and day row, in a transaction; two reads.
    assert units(lambda: apply(shop, told(one, SignalKind.DELIVERED, now), now)) == 13
    assert units(lambda: apply(shop, told(one, SignalKind.DELIVERED, now), now)) == 1
    # The contact, the event and the customer's zone besides, and a link's row.
    assert units(lambda: apply(shop, told(one, SignalKind.OPENED, now), now)) == 17.5
    assert units(lambda: apply(shop, told(one, SignalKind.CLICKED, now, "0"), now)) == 17


def test_what_people_ask_for(shop: Tenant, ann: str, now: datetime) -> None:
    one = campaigns(shop, ann, now, "a")
    reference = signed.sign_link(PURPOSE, shop, ann, one.id)
    target = following.target_of(reference)
    assert target is not None
    followed = follow(reference, "0")
    assert followed is not None
    timer = Timer(shop, JUDGE, f"{ann}#{one.id}", now + 2 * SECOND)

    assert units(lambda: follow(reference, "0")) == 1
    assert units(lambda: record_click(followed, PERSON, "GET", now)) == 4
    assert units(lambda: record_click(followed, PERSON, "GET", now + SECOND / 10)) == 1
    assert units(lambda: judging.judge(timer, now + 3 * SECOND)) == 28.5
    assert units(lambda: record_open(target, PERSON, "GET", now + MINUTE)) == 1


def test_an_order_that_follows_messages(shop: Tenant, ann: str, now: datetime) -> None:
    for number in range(2):
        one = campaigns(shop, ann, now - MINUTE, f"m{number}")
        apply(shop, told(one, SignalKind.CLICKED, now, "0"), now)
    buy(shop, ann, "1", now + MINUTE)
    (placed,) = [event for event in events_of(shop, [ann]) if event.name == "order.placed"]
    # Two deliveries may share gate and day row, or not.
    assert 24 <= units(lambda: keep_conversions(shop, [placed])) <= 30
    nobody = new_customer(shop, now, "bea@example.test")
    buy(shop, nobody, "2", now + MINUTE)
    (placed,) = [event for event in events_of(shop, [nobody]) if event.name == "order.placed"]
    assert units(lambda: keep_conversions(shop, [placed])) == 5


def test_the_best_time_of_a_customer(shop: Tenant, ann: str, now: datetime) -> None:
    assert units(lambda: best_time(shop, ann, now)) == 1.5 + 28 * 0.5
    assert units(lambda: best_time(shop, ann, now)) == 1.5
