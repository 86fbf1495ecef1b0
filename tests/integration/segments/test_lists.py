"""Static segments: a change by hand is a change like any other, exactly once, and what refers to the list follows."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers, segments
from regulars.customers import CustomerRef
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.segments import Kind, NewSegment
from tests.integration.pipeline.shop import buy, new_customer
from tests.integration.segments.making import (
    BIG,
    flow,
    let_time_pass,
    make_segments,
    moves,
    present,
    size,
    state,
)


def refs(ids: Iterable[str]) -> list[CustomerRef]:
    return [CustomerRef(id=one) for one in ids]


def listed(shop: Tenant, now: datetime, name: str = "List") -> str:
    return segments.create_segment(shop, NewSegment(name=name, kind=Kind.STATIC), now=now).id


def told(shop: Tenant, customer_id: str, segment_id: str) -> list[str]:
    return [what for what, _ in moves(shop, customer_id, segment_id.removeprefix("seg_"))]


@pytest.fixture
def quiet(shop: Tenant, now: datetime) -> Tenant:
    make_segments(shop, now)
    return shop


def test_customers_are_named_by_any_of_their_ids(quiet: Tenant, now: datetime) -> None:
    first = new_customer(quiet, now, "first@example.test")
    second = new_customer(quiet, now, "second@example.test")
    third = new_customer(quiet, now, "third@example.test", external_ids=["S3"])
    segment_id = listed(quiet, now)
    named = [
        CustomerRef(id=first),
        CustomerRef(email=" Second@Example.test "),
        CustomerRef(external_id="S3"),
        # the same person again, and those whom nobody knows
        CustomerRef(email="first@example.test"),
        CustomerRef(id="cus_nobody"),
        CustomerRef(email="not an address"),
        CustomerRef(external_id="S9"),
    ]
    changed = segments.add_members(quiet, segment_id, named, now=now)
    assert (changed.added, changed.removed, changed.unchanged) == (3, 0, 0)
    assert changed.unknown == ["cus_nobody", "not an address", "S9"]
    assert present(quiet, segment_id.removeprefix("seg_")) == {first, second, third}
    # and again it changes nothing
    changed = segments.add_members(quiet, segment_id, named[:3], now=now)
    assert (changed.added, changed.unchanged) == (0, 3)


def test_each_change_is_told_once_and_counted(quiet: Tenant, now: datetime) -> None:
    ids = [new_customer(quiet, now, f"c{number}@example.test") for number in range(30)]
    segment_id = listed(quiet, now)
    name = segment_id.removeprefix("seg_")
    assert segments.add_members(quiet, segment_id, refs(ids), now=now).added == 30
    later = now + timedelta(days=1)
    assert segments.remove_members(quiet, segment_id, refs(ids[:10]), now=later).removed == 10
    assert segments.sizes(quiet, [segment_id]) == {segment_id: 20} == {segment_id: size(quiet, name)}
    assert flow(quiet, name) == {"2026-03-10": (30, 0), "2026-03-11": (0, 10)}
    assert [told(quiet, one, segment_id) for one in ids] == [["in", "out"]] * 10 + [["in"]] * 20


def test_many_hands_at_once_change_each_customer_once(quiet: Tenant, now: datetime) -> None:
    # given six who put the same customers into two lists, in orders of their own
    ids = [new_customer(quiet, now, f"c{number}@example.test") for number in range(12)]
    lists = [listed(quiet, now, name) for name in ("One", "Two")]

    def put(number: int) -> int:
        mine = ids[number:] + ids[:number]
        return segments.add_members(quiet, lists[number % 2], refs(mine), now=now).added

    with ThreadPoolExecutor(6) as pool:
        added = sum(pool.map(put, range(6)))
    # then each came into each list once, and all sums agree
    assert added == 24
    for segment_id in lists:
        name = segment_id.removeprefix("seg_")
        assert present(quiet, name) == set(ids)
        assert (size(quiet, name), flow(quiet, name)) == (12, {"2026-03-10": (12, 0)})
        assert all(told(quiet, one, segment_id) == ["in"] for one in ids)


def test_what_refers_to_a_list_is_judged_in_the_same_step(quiet: Tenant, now: datetime) -> None:
    rich, poor = (new_customer(quiet, now, f"{name}@example.test") for name in "rp")
    buy(quiet, rich, "1", now, 5000)
    segment_id = listed(quiet, now)
    inside: dict[str, Any] = {"type": "segment", "segment": segment_id}
    make_segments(
        quiet,
        now,
        both={"type": "all", "of": [inside, BIG]},
        above={"type": "segment", "segment": "seg_both"},
        outside={"type": "not", "of": inside},
    )
    segments.add_members(quiet, segment_id, refs([rich, poor]), now=now)
    assert set(state(quiet, rich).members) == {segment_id, "seg_both", "seg_above"}
    assert set(state(quiet, poor).members) == {segment_id}
    assert moves(quiet, rich, "above") == [("in", now)]
    later = now + timedelta(hours=1)
    segments.remove_members(quiet, segment_id, refs([rich]), now=later)
    assert set(state(quiet, rich).members) == {"seg_outside"}
    assert moves(quiet, rich, "above") == [("in", now), ("out", later)]


def test_what_refers_to_a_list_by_time_is_woken_in_time(quiet: Tenant, now: datetime) -> None:
    customer = new_customer(quiet, now)
    segment_id = listed(quiet, now)
    young = {
        "type": "field",
        "field": "created_at",
        "is": {"operator": "within_last", "amount": 7, "unit": "days"},
    }
    inside = {"type": "segment", "segment": segment_id}
    make_segments(quiet, now, young={"type": "all", "of": [inside, young]})
    segments.add_members(quiet, segment_id, refs([customer]), now=now)
    assert "seg_young" in state(quiet, customer).members
    let_time_pass(quiet, now + timedelta(days=8))
    assert set(state(quiet, customer).members) == {segment_id}


def test_a_list_that_very_many_refer_to_is_followed_by_the_timer(quiet: Tenant, now: datetime) -> None:
    customer = new_customer(quiet, now)
    segment_id = listed(quiet, now)
    inside = {"type": "segment", "segment": segment_id}
    make_segments(quiet, now, **{f"r{number}": inside for number in range(30)})
    assert segments.add_members(quiet, segment_id, refs([customer]), now=now).added == 1
    assert segment_id in state(quiet, customer).members
    let_time_pass(quiet, now)
    assert set(state(quiet, customer).members) == {segment_id, *(f"seg_r{number}" for number in range(30))}


def test_a_list_begins_with_those_named_or_not_at_all(quiet: Tenant, now: datetime) -> None:
    customer = new_customer(quiet, now)
    gone = new_customer(quiet, now, "gone@example.test")
    customers.delete(quiet, gone, now=now)
    given = NewSegment(name="List", kind=Kind.STATIC, members=refs([customer, gone]))
    with pytest.raises(InvalidError) as refused:
        segments.create_segment(quiet, given, now=now)
    assert [fault.pointer for fault in refused.value.faults] == ["/members/1"]
    assert segments.list_segments(quiet, now) == []


def test_only_a_list_that_is_there_takes_customers(quiet: Tenant, now: datetime) -> None:
    make_segments(quiet, now, ruled=BIG)
    with pytest.raises(ConflictError):
        segments.add_members(quiet, "seg_ruled", [], now=now)
    with pytest.raises(NotFoundError):
        segments.remove_members(quiet, "seg_nobody", [], now=now)


def test_a_list_deleted_meanwhile_takes_nobody(quiet: Tenant, now: datetime) -> None:
    customer = new_customer(quiet, now)
    segment_id = listed(quiet, now)
    segments.delete_segment(quiet, segment_id, now=now)
    with pytest.raises(NotFoundError):
        segments.add_members(quiet, segment_id, refs([customer]), now=now)
    assert state(quiet, customer).members == {}
