"""What customers did with messages, on their facts and in segments."""

from datetime import datetime, timedelta

from keep_facts.handler import handler
from regulars.customers import facts_of
from regulars.kernel.tenancy import Tenant
from regulars.messaging.signals import SignalKind
from regulars.messaging.tracking.applying import apply
from tests.integration.messaging.sent import sent, told
from tests.integration.pipeline.shop import events_of, new_customer, queue_batch

HOUR = timedelta(hours=1)


def test_opening_and_clicking_are_activities_and_bouncing_is_none(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    for key, kind in (("a", SignalKind.OPENED), ("b", SignalKind.CLICKED), ("c", SignalKind.MACHINE_OPENED)):
        apply(shop, told(sent(shop, ann, now, key), kind, now + HOUR, "0"), now)
    for key, kind in (("d", SignalKind.BOUNCED), ("e", SignalKind.COMPLAINED)):
        apply(shop, told(sent(shop, ann, now, key), kind, now + 2 * HOUR), now)

    for _ in range(2):
        assert handler(queue_batch(events_of(shop, [ann])), None) == {"batchItemFailures": []}

    facts = facts_of(shop, ann, consistent=True)
    assert facts is not None
    assert facts.counts == {"message.opened": 2, "message.clicked": 1}
    assert facts.last_activity_at == now + HOUR
