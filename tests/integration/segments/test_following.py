"""A tenant's beginning and its move to another zone reach its segments through the events of the bus."""

from datetime import datetime, timedelta

import pytest

from keep_facts.handler import handler
from regulars import platform, segments
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.tenancy import Tenant
from regulars.platform import SettingsChange
from tests.integration.pipeline.shop import buy, new_customer, queue_batch
from tests.integration.segments.making import let_time_pass, make_segments, present
from tests.integration.segments.working import run_jobs

TODAY = {
    "type": "event",
    "events": ["order.placed"],
    "window": {"type": "period", "period": "today"},
}


def told(tenant: Tenant, name: str, **data: object) -> Envelope:
    """An event of the tenant's own affairs, as the bus has it."""
    return Envelope.model_validate(
        {
            "id": "evt_01KKBH9WE00000000000000000",
            "name": name,
            "version": 1,
            "tenant": tenant.id,
            "time": "2026-03-10T09:30:00Z",
            "subject": tenant.id,
            "key": {"pk": tenant.partition("PLATFORM"), "sk": "E#01KKBH9WE00000000000000000"},
            "data": data,
        }
    )


def deliver(envelope: Envelope) -> None:
    assert handler(queue_batch([envelope]), None) == {"batchItemFailures": []}


@pytest.mark.usefixtures("bucket")
def test_a_new_tenant_has_the_prebuilt_segments_ready_however_often_it_is_told(
    shop: Tenant, now: datetime
) -> None:
    for _ in range(3):
        deliver(told(shop, "tenant.created", time_zone="Europe/Warsaw", currency="GBP", languages=["en"]))
    [job] = run_jobs(shop, now)

    found = segments.list_segments(shop, now=now)
    assert job.name == "Prebuilt segments"
    assert {one.key for one in found} >= {
        "high_value",
        "frequent_buyers",
        "vip",
        "new",
        "at_risk",
        "birthday",
    }
    assert {one.status for one in found} == {segments.Status.READY}


@pytest.mark.usefixtures("bucket")
def test_another_time_zone_is_another_today(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, today=TODAY)
    ann = new_customer(shop, now)
    # Half past eleven in the evening in Warsaw; in Auckland it has long been tomorrow.
    late = now.replace(hour=22, minute=30)
    buy(shop, ann, "o1", late, 1000)
    placed = [
        Envelope.of(item)
        for item in EventItem.each(shop.partition("C", ann), EventItem.sk.startswith("E#"), consistent=True)
    ]
    segments.evaluate_events(shop, placed, late)
    assert present(shop, "today") == {ann}

    after_midnight = late + timedelta(hours=1)
    platform.update_settings(shop, SettingsChange(time_zone="Pacific/Auckland"), now=late)
    deliver(told(shop, "tenant.updated", fields=["time_zone"]))
    run_jobs(shop, after_midnight)
    let_time_pass(shop, after_midnight)

    assert present(shop, "today") == {ann}
    assert segments.catalogue_of(shop).zone.key == "Pacific/Auckland"
