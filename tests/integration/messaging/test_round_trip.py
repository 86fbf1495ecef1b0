"""From an order to a delivered mail and back: the worker sends, SES (simulated) takes and tells, the other worker listens."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from regulars import messaging
from regulars.kernel.tenancy import Tenant
from regulars.messaging import State
from regulars.messaging.providers import registry
from send_messages.handler import handler as send
from take_provider_events.handler import handler as take
from tests.integration.messaging.test_provider_events import batch, on_bus
from tests.integration.pipeline.shop import buy, events_of, new_customer, queue_batch
from tests.simulated import Simulated


@pytest.fixture(autouse=True)
def _fresh_providers(
    simulator: Simulated, sends_queue: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    registry.provider_for.cache_clear()
    yield
    registry.provider_for.cache_clear()


@pytest.mark.parametrize(
    ("to", "state"),
    [
        ("ann@example.test", State.DELIVERED),
        ("bounce+1@simulator.amazonses.com", State.BOUNCED),
        ("complaint+1@simulator.amazonses.com", State.COMPLAINED),
    ],
)
def test_an_order_is_confirmed_and_what_became_of_the_mail_is_known(
    shop: Tenant, now: datetime, simulator: Simulated, to: str, state: State
) -> None:
    ann = new_customer(shop, now, to)
    buy(shop, ann, "1001", now)
    before = len(simulator.heard.mails)

    assert send(queue_batch(events_of(shop, [ann])), None) == {"batchItemFailures": []}
    simulator.settle()
    (mail,) = simulator.mailbox.messages(to)
    told = simulator.heard.mails[before:]
    assert take(batch(*map(on_bus, reversed(told))), None) == {"batchItemFailures": []}

    (delivery,) = messaging.list_deliveries(shop, customer_id=ann).items
    assert (delivery.state, delivery.provider_id) == (state, mail["id"])
    tags = {name: mail["tags"][name] for name in ("tenant", "customer", "delivery", "channel")}
    assert tags == {"tenant": shop.id, "customer": ann, "delivery": delivery.id, "channel": "email"}
    assert "1001" in mail["subject"]
    assert mail["html"]
    assert mail["text"]
