"""Who is in a segment: in pages that stay right while people come and go, and as of any moment of the past."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from regulars import customers, segments
from regulars.customers import CustomerRef
from regulars.kernel.errors import MalformedError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.segments import Kind, Member, NewSegment
from tests.integration.pipeline.shop import buy, new_customer
from tests.integration.segments.making import BIG, make_segments


def refs(ids: Iterable[str]) -> list[CustomerRef]:
    return [CustomerRef(id=one) for one in ids]


def crowd(shop: Tenant, now: datetime, count: int) -> list[str]:
    return [new_customer(shop, now, f"c{number}@example.test") for number in range(count)]


def listed(shop: Tenant, now: datetime, ids: Iterable[str] = (), name: str = "List") -> str:
    given = NewSegment(name=name, kind=Kind.STATIC, members=refs(ids))
    return segments.create_segment(shop, given, now=now).id


def everybody(shop: Tenant, segment_id: str, limit: int = 100, at: datetime | None = None) -> list[Member]:
    found: list[Member] = []
    cursor: str | None = None
    while True:
        page = segments.members(shop, segment_id, limit=limit, cursor=cursor, at=at)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


@pytest.fixture
def quiet(shop: Tenant, now: datetime) -> Tenant:
    make_segments(shop, now)
    return shop


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_of_any_size_list_everybody_once(quiet: Tenant, now: datetime, limit: int) -> None:
    ids = crowd(quiet, now, 20)
    segment_id = listed(quiet, now, ids)
    found = everybody(quiet, segment_id, limit)
    assert sorted(one.customer_id for one in found) == sorted(ids)
    assert {(one.since, one.until) for one in found} == {(now, None)}
    assert all(one.facts is not None and one.facts.customer_id == one.customer_id for one in found)
    # in the same order, whatever the size of the pages
    assert [one.customer_id for one in found] == [one.customer_id for one in everybody(quiet, segment_id, 7)]


def test_an_empty_segment_has_one_empty_page(quiet: Tenant, now: datetime) -> None:
    page = segments.members(quiet, listed(quiet, now))
    assert (page.items, page.next) == ([], None)


@pytest.mark.parametrize("past", [False, True])
def test_who_stays_is_listed_exactly_once_whoever_comes_and_goes(
    quiet: Tenant, now: datetime, past: bool
) -> None:
    # given a list that is read two at a time
    ids = crowd(quiet, now, 24)
    stay, go, come = ids[:10], ids[10:18], ids[18:]
    segment_id = listed(quiet, now, [*stay, *go])
    moment = now + timedelta(minutes=1)
    seen: list[str] = []
    cursor: str | None = None
    for step in range(100):
        page = segments.members(quiet, segment_id, limit=2, cursor=cursor, at=moment if past else None)
        seen += [one.customer_id for one in page.items]
        cursor = page.next
        if cursor is None:
            break
        # when after each page one leaves and one comes
        later = moment + timedelta(minutes=1 + step)
        segments.remove_members(quiet, segment_id, refs(go[step : step + 1]), now=later)
        segments.add_members(quiet, segment_id, refs(come[step : step + 1]), now=later)
    # then those who stay are there once
    assert all(seen.count(one) == 1 for one in stay)
    assert max(map(seen.count, seen)) == 1
    if past:
        # and of the past it is everybody who was in it then, and nobody else
        assert sorted(seen) == sorted([*stay, *go])


def test_membership_as_of_a_past_date(quiet: Tenant, now: datetime) -> None:
    # given somebody who was in twice, and somebody who is still in
    twice, still = crowd(quiet, now, 2)
    segment_id = listed(quiet, now - timedelta(days=30))
    days = [now - timedelta(days=days) for days in (10, 8, 6, 4)]
    for at, change in zip(days, (segments.add_members, segments.remove_members) * 2, strict=True):
        change(quiet, segment_id, refs([twice]), now=at)
    segments.add_members(quiet, segment_id, refs([still]), now=days[1])

    def at(moment: datetime) -> tuple[bool, bool]:
        found = tuple(segments.was_member(quiet, segment_id, one, moment) for one in (twice, still))
        # the list of that moment says the same
        inside = {one.customer_id: one for one in everybody(quiet, segment_id, 1, at=moment)}
        assert (twice in inside, still in inside) == found
        if twice in inside:
            assert inside[twice].since <= moment
            assert inside[twice].until is not None
            assert inside[twice].until > moment
        return found[0], found[1]

    tick = timedelta(milliseconds=1)
    assert at(days[0] - tick) == (False, False)
    # a spell begins with its first moment and ends before its last
    assert at(days[0]) == (True, False)
    assert at(days[1] - tick) == (True, False)
    assert at(days[1]) == (False, True)
    assert at(days[2]) == (True, True)
    assert at(days[3]) == (False, True)
    assert at(now) == (False, True)


def test_a_deleted_customer_is_shown_without_facts_until_they_have_left(quiet: Tenant, now: datetime) -> None:
    [one] = crowd(quiet, now, 1)
    segment_id = listed(quiet, now, [one])
    customers.delete(quiet, one, now=now)
    assert [(member.customer_id, member.facts) for member in everybody(quiet, segment_id)] == [(one, None)]


def test_cursors_are_of_one_list_of_one_tenant(quiet: Tenant, other_tenant: Tenant, now: datetime) -> None:
    ids = crowd(quiet, now, 5)
    one, two = listed(quiet, now, ids, "One"), listed(quiet, now, ids, "Two")
    make_segments(other_tenant, now)
    cursor = segments.members(quiet, one, limit=2).next
    assert cursor is not None
    with pytest.raises(MalformedError):
        segments.members(quiet, two, limit=2, cursor=cursor)
    with pytest.raises(NotFoundError):
        segments.members(other_tenant, one, limit=2, cursor=cursor)


def test_why_somebody_is_in_and_since_when(quiet: Tenant, now: datetime) -> None:
    [one] = crowd(quiet, now, 1)
    recent = {
        "type": "field",
        "field": "last_order_at",
        "is": {"operator": "within_last", "amount": 30, "unit": "days"},
    }
    make_segments(quiet, now, recent=recent, big=BIG)
    buy(quiet, one, "1", now, 100)
    # when nobody was judged yet, what is kept is stale, and it says what is true
    told = segments.explain(quiet, "seg_recent", one, now=now)
    assert (told.member, told.since, told.stale) == (False, None, True)
    assert told.explanation is not None
    assert told.explanation.matches
    # thirty days by the clock on the wall, which is put forward meanwhile
    assert told.next_change == now + timedelta(days=30, hours=-1)
    told = segments.explain(quiet, "seg_big", one, now=now)
    assert (told.member, told.stale, told.next_change) == (False, False, None)
    # a list has no reasons
    told = segments.explain(quiet, listed(quiet, now, [one]), one, now=now)
    assert (told.member, told.since, told.stale, told.explanation) == (True, now, False, None)


def test_the_segments_of_a_customer_by_name(quiet: Tenant, now: datetime) -> None:
    one, other = crowd(quiet, now, 2)
    for name in ("beta", "Alpha", "gamma"):
        listed(quiet, now, [one], name)
    listed(quiet, now, [other], "Other")
    found = segments.customer_segments(quiet, one)
    assert [(each.segment.name, each.since) for each in found] == [
        ("Alpha", now),
        ("beta", now),
        ("gamma", now),
    ]
