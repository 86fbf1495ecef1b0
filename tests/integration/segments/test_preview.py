"""A rule tried out: exact while everybody is looked at, honest about the rest, explained, and without a trace."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import segments
from regulars.customers import CustomerRef, Facts, facts_key, facts_shard
from regulars.customers.facts import new_item
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.ids import new_id
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.segments import Kind, NewSegment, previewing, sampling
from tests.integration.pipeline.shop import buy, new_customer
from tests.integration.segments.making import BIG, ORDERED, make_segments
from tests.integration.segments.retail import put

EVERYBODY = {"type": "field", "field": "created_at", "is": {"operator": "exists"}}


@contextmanager
def operations() -> Iterator[list[str]]:
    """The names of all calls of the table, from whatever thread."""
    Item.exists()
    names: list[str] = []

    def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        names.append(model.name)

    events = Item._get_connection().connection.client.meta.events
    events.register("after-call.dynamodb.*", note)
    try:
        yield names
    finally:
        events.unregister("after-call.dynamodb.*", note)


def ruled(root: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "root": root}


def crowd(shop: Tenant, now: datetime, count: int, **profile: Any) -> list[str]:
    return [new_customer(shop, now, f"c{number}@example.test", **profile) for number in range(count)]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, an answer is not cut short."""
    for name in ("_READING", "_READING_FIRST", "_ASKING"):
        monkeypatch.setattr(previewing, name, 60)


@pytest.fixture
def quiet(shop: Tenant, now: datetime) -> Tenant:
    make_segments(shop, now)
    return shop


def test_a_small_tenant_is_counted_exactly_and_explained(quiet: Tenant, now: datetime) -> None:
    rich, poor = crowd(quiet, now, 2)
    buy(quiet, rich, "1", now, 5000)
    buy(quiet, poor, "2", now, 10)
    found = segments.preview(quiet, ruled(BIG), now=now)
    assert (found.estimate, found.exact, found.of, found.total, found.margin) == (1, True, 2, 2, 0)
    assert (found.entering, found.leaving) == (None, None)
    [shown] = found.sample
    assert (shown.id, shown.name, shown.facts.spent) == (rich, "Ann Lee", 10000)
    assert (shown.explanation.matches, shown.explanation.seen) == (True, 10000)
    # with the labels that people know
    assert shown.explanation.label == "Total spent"


def test_a_tenant_without_segments_or_customers_can_try_too(shop: Tenant, now: datetime) -> None:
    found = segments.preview(shop, ruled(BIG), now=now)
    assert (found.estimate, found.exact, found.total, found.sample) == (0, True, 0, [])


def test_history_is_asked_of_those_whom_the_rest_leaves_open(quiet: Tenant, now: datetime) -> None:
    # given buyers in two countries, some of long ago
    ids = crowd(quiet, now, 9)
    for number, one in enumerate(ids[:6]):
        buy(quiet, one, f"n{number}", now - timedelta(days=1 if number < 3 else 60), 100 * number + 50)
    for root, matching in (
        (ORDERED, ids[:3]),
        ({"type": "not", "of": ORDERED}, ids[3:]),
        ({"type": "all", "of": [ORDERED, spent(400)]}, ids[2:3]),
        ({"type": "any", "of": [ORDERED, spent(1000)]}, [*ids[:3], *ids[5:6]]),
        ({"type": "all", "of": [{"type": "not", "of": ORDERED}, spent(1000)]}, ids[5:6]),
    ):
        found = segments.preview(quiet, ruled(root), now=now, sample=20)
        assert (found.estimate, found.exact) == (len(matching), True)
        assert {one.id for one in found.sample} == set(matching)
        assert all(one.explanation.matches for one in found.sample)


def spent(at_least: int) -> dict[str, Any]:
    return {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": at_least}}


def test_no_history_is_read_of_those_who_cannot_match(quiet: Tenant, now: datetime) -> None:
    for number, one in enumerate(crowd(quiet, now, 6)):
        buy(quiet, one, str(number), now)
    nobody = {"type": "all", "of": [ORDERED, spent(10**9)]}
    somebody = {"type": "all", "of": [ORDERED, spent(0)]}

    def calls(root: dict[str, Any]) -> int:
        with operations() as names:
            segments.preview(quiet, ruled(root), now=now, sample=0)
        return names.count("Query")

    calls(nobody)
    assert calls(somebody) == calls(nobody) + 6


def test_many_are_estimated_with_a_margin(
    quiet: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given more customers than are looked at, a third of whom match
    for number in range(240):
        language = "de" if number % 3 == 0 else "en"
        new_customer(quiet, now, f"c{number}@example.test", language=language)
    german = {"type": "field", "field": "language", "is": {"operator": "equals", "value": "de"}}
    monkeypatch.setattr(previewing, "MOST", 100)
    found = segments.preview(quiet, ruled(german), now=now)
    # then it is told that this is an estimate, and the truth is near
    assert not found.exact
    assert 100 <= found.of < 240
    assert found.margin > 0
    assert abs(found.estimate - 80) <= 2 * found.margin
    assert abs(found.total - 240) < 120
    # and the same again is the same
    assert segments.preview(quiet, ruled(german), now=now).estimate == found.estimate


def test_of_shards_too_big_to_be_read_each_stretch_of_time_has_its_part(
    quiet: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a shard that counts as big: some of two years, and most of an import's few moments, of another language
    dice = random.Random(3)
    slow = [now - timedelta(minutes=dice.randrange(1, 2 * 365 * 1440)) for _ in range(200)]
    burst = [now - timedelta(days=300, milliseconds=dice.randrange(2000)) for _ in range(600)]
    put([_item(quiet, at, "en") for at in slow] + [_item(quiet, at, "de") for at in burst])
    monkeypatch.setattr(sampling, "WHOLE", 50)
    monkeypatch.setattr(sampling, "PROBED", 120)
    german = {"type": "field", "field": "language", "is": {"operator": "equals", "value": "de"}}
    # when a rule is tried out
    found = segments.preview(quiet, ruled(german), now=now)
    # then the total is as counted, and the burst has its share
    assert (found.exact, found.total) == (False, 800)
    assert found.of < 250
    assert abs(found.estimate - 600) <= found.margin


def _item(tenant: Tenant, at: datetime, language: str) -> Item:
    """A customer of the first shard."""
    while facts_key(tenant, customer_id := new_id("cus", at))[0] != facts_shard(tenant, 0):
        pass
    return new_item(Facts(tenant, customer_id, "active", at, language=language))


def test_a_part_of_the_histories_stands_for_all(
    quiet: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, one in enumerate(crowd(quiet, now, 60)):
        buy(quiet, one, str(number), now - timedelta(days=1 if number % 2 else 60))
    monkeypatch.setattr(previewing, "_HISTORIES", 32)
    found = segments.preview(quiet, ruled({"type": "not", "of": ORDERED}), now=now)
    assert not found.exact
    assert (found.of, found.total) == (60, 60)
    assert abs(found.estimate - 30) <= found.margin < 30


def test_comparing_tells_who_would_enter_and_leave(quiet: Tenant, now: datetime) -> None:
    stays, leaves, enters, other = crowd(quiet, now, 4)
    for number, one in enumerate((stays, enters)):
        buy(quiet, one, str(number), now, 5000)
    refs = [CustomerRef(id=one) for one in (stays, leaves)]
    listed = segments.create_segment(quiet, NewSegment(name="List", kind=Kind.STATIC, members=refs), now=now)
    found = segments.preview(quiet, ruled(BIG), now=now, compare_to=listed.id)
    assert (found.entering, found.leaving, found.estimate) == (1, 1, 2)
    assert [one.id for one in found.entering_sample] == [enters]
    assert [one.id for one in found.leaving_sample] == [leaves]
    assert other not in {one.id for one in (*found.sample, *found.leaving_sample)}
    # and a rule may ask for a segment
    inside = {"type": "all", "of": [BIG, {"type": "segment", "segment": listed.id}]}
    assert [one.id for one in segments.preview(quiet, ruled(inside), now=now).sample] == [stays]


def test_a_percentile_is_estimated_before_it_was_ever_computed(quiet: Tenant, now: datetime) -> None:
    ids = crowd(quiet, now, 10)
    for number, one in enumerate(ids):
        buy(quiet, one, str(number), now, 100 + number)
    best = {"operator": "percentile", "part": "top", "percent": 20}
    found = segments.preview(quiet, ruled({"type": "field", "field": "lifetime_value", "is": best}), now=now)
    assert {one.id for one in found.sample} == set(ids[-2:])


def test_a_preview_writes_nothing(shop: Tenant, now: datetime) -> None:
    crowd(shop, now, 3)
    with operations() as names:
        segments.preview(shop, ruled(EVERYBODY), now=now)
    assert set(names) <= {"Query", "GetItem", "BatchGetItem"}
    assert list(Item.each(shop.partition("SEG"))) == []


def test_what_cannot_be_tried_is_pointed_at(quiet: Tenant, now: datetime) -> None:
    with pytest.raises(InvalidError) as refused:
        segments.preview(quiet, {"version": 1, "root": {"type": "any", "of": [{"type": "x"}]}}, now=now)
    assert refused.value.faults[0].pointer.startswith("/rule/root/of/0")
    with pytest.raises(NotFoundError):
        segments.preview(quiet, ruled(BIG), now=now, compare_to="seg_nobody")


def test_an_answer_that_takes_too_long_is_cut_short_and_says_so(
    quiet: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(quiet, now, 30)
    monkeypatch.setattr(previewing, "_READING", 0)
    found = segments.preview(quiet, ruled(EVERYBODY), now=now)
    assert not found.exact
    assert 0 < found.of < 30
