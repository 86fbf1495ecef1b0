"""From the table's stream to the bus: nothing is lost, and whatever comes twice counts once."""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from keep_facts.handler import handler as facts_handler
from keep_stats.handler import handler as stats_handler
from publish_events.handler import handler as publish_handler
from regulars import insights
from regulars.customers import facts_of
from regulars.kernel import bus
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import buy, events_of, images_of, new_customer, queue_batch


class KilledError(BaseException):
    """The process is gone."""


class Bus:
    """EventBridge with faults: `fault(call)` may raise before or after the entries are taken, or refuse some."""

    def __init__(self, fault: Callable[[int], str] = lambda call: "") -> None:
        self.fault = fault
        self.calls = 0
        self.groups: list[list[dict[str, str]]] = []

    @property
    def events(self) -> list[Envelope]:
        return [Envelope.model_validate_json(entry["Detail"]) for group in self.groups for entry in group]

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.calls += 1
        fault = self.fault(self.calls)
        if fault == "killed before":
            raise KilledError
        taken = Entries[::2] if fault == "some refused" else Entries
        self.groups.append(taken)
        if fault == "killed after":
            raise KilledError
        if fault == "answer lost":
            raise bus.BotoCoreError
        return {
            "Entries": [
                {"EventId": "1"} if entry in taken else {"ErrorCode": "Throttled"} for entry in Entries
            ]
        }


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Bus], Bus]:
    monkeypatch.setattr(bus.time, "sleep", lambda seconds: None)

    def install(made: Bus) -> Bus:
        monkeypatch.setattr(bus, "client", lambda service: made)
        return made

    return install


def run_stream(records: list[dict[str, Any]], lot: int = 7) -> int:
    """As Lambda reads a shard: the same lot again until the function answers well. Answers how often it was killed."""
    kills = position = 0
    while position < len(records):
        batch = records[position : position + lot]
        try:
            answer = publish_handler({"Records": batch}, None)
        except KilledError:
            kills += 1
            continue
        failures = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        position += numbers.index(failures[0]) if failures else len(batch)
    return kills


def test_everything_is_published_in_groups_that_fit(shop: Tenant, now: datetime, use: Any) -> None:
    to = use(Bus())
    ann = new_customer(shop, now)
    for number in range(24):
        buy(shop, ann, f"o{number}", now)
    records = images_of(shop, [ann])

    answer = publish_handler({"Records": records}, None)

    assert answer == {"batchItemFailures": []}
    assert [len(group) for group in to.groups] == [10, 10, 5]
    assert {one.id for one in to.events} == {one.id for one in events_of(shop, [ann])}
    assert {entry["Source"] for group in to.groups for entry in group} == {"regulars"}


def test_only_new_events_are_published(shop: Tenant, now: datetime, use: Any) -> None:
    to = use(Bus())
    record = images_of(shop, [new_customer(shop, now)])[0]
    profile = json.loads(json.dumps(record))
    profile["dynamodb"]["NewImage"]["kind"]["S"] = "customer"

    publish_handler({"Records": [profile, record | {"eventName": "MODIFY"}, {"eventName": "REMOVE"}]}, None)

    assert to.calls == 0


def test_an_unreadable_record_is_reported_and_its_neighbours_go_out(
    shop: Tenant, now: datetime, use: Any
) -> None:
    to = use(Bus())
    ann = new_customer(shop, now)
    for number in range(3):
        buy(shop, ann, f"o{number}", now)
    records = images_of(shop, [ann])
    del records[1]["dynamodb"]["NewImage"]["data"]

    answer = publish_handler({"Records": records}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": records[1]["dynamodb"]["SequenceNumber"]}]}
    assert len(to.events) == len(records) - 1


def test_what_the_bus_never_takes_is_reported(shop: Tenant, now: datetime, use: Any) -> None:
    ann = new_customer(shop, now)
    for number in range(12):
        buy(shop, ann, f"o{number}", now)
    records = images_of(shop, [ann])
    never = Bus()
    never.put_events = lambda Entries: {"Entries": [{"ErrorCode": "Down"} for _ in Entries]}  # type: ignore[method-assign] # noqa: N803
    use(never)

    answer = publish_handler({"Records": records}, None)

    assert answer["batchItemFailures"] == [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]


def test_groups_stay_under_the_size_that_the_bus_takes() -> None:
    large = [bus.Entry("a.b", "x" * 100_000) for _ in range(5)]
    assert [len(group) for group in bus.groups(large)] == [2, 2, 1]


def test_a_publisher_killed_at_fifty_points_leaves_exact_totals(
    shop: Tenant, now: datetime, use: Any
) -> None:
    chance = random.Random(2)
    faults = ["killed before", "killed after", "answer lost", "some refused", ""]
    to = use(Bus(lambda call: chance.choice(faults)))
    people = [new_customer(shop, now, f"c{number}@example.test") for number in range(4)]
    for number in range(120):
        at = now - timedelta(hours=7 * number)
        buy(shop, people[number % 4], f"o{number}", at, 1000 + number)

    kills = run_stream(images_of(shop, people), lot=3)
    arrived = to.events
    chance.shuffle(arrived)
    for start in range(0, len(arrived), 25):
        for handler in (facts_handler, stats_handler):
            assert handler(queue_batch(arrived[start : start + 25]), None) == {"batchItemFailures": []}

    assert kills >= 50
    assert len(arrived) > 124
    total = insights.stats(shop, now).total
    assert (total.orders, total.gross) == (120, sum(2 * (1000 + number) for number in range(120)))
    for one in people:
        facts = facts_of(shop, one, consistent=True)
        assert facts is not None
        assert facts.counts == {"order.placed": 30}
