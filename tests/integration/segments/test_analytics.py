"""What a segment is like: days without holes, overlap, and its customers beside everybody."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from regulars import segments
from regulars.customers import CustomerRef
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.segments import FlowDay, Kind, NewSegment, analysing
from tests.integration.pipeline.shop import buy, new_customer
from tests.integration.segments.making import make_segments


def refs(ids: Iterable[str]) -> list[CustomerRef]:
    return [CustomerRef(id=one) for one in ids]


def listed(shop: Tenant, now: datetime, ids: Iterable[str] = (), name: str = "List") -> str:
    given = NewSegment(name=name, kind=Kind.STATIC, members=refs(ids))
    return segments.create_segment(shop, given, now=now).id


@pytest.fixture
def quiet(shop: Tenant, now: datetime) -> Tenant:
    make_segments(shop, now)
    return shop


def test_days_without_a_change_have_the_size_of_the_day_before(quiet: Tenant, now: datetime) -> None:
    # given a list made ten days ago, into which people came and from which they went
    ids = [new_customer(quiet, now, f"c{number}@example.test") for number in range(5)]
    segment_id = listed(quiet, now - timedelta(days=10))
    segments.add_members(quiet, segment_id, refs(ids[:3]), now=now - timedelta(days=8))
    segments.add_members(quiet, segment_id, refs(ids[3:]), now=now - timedelta(days=5))
    segments.remove_members(quiet, segment_id, refs(ids[:1]), now=now - timedelta(days=5))
    segments.remove_members(quiet, segment_id, refs(ids[1:2]), now=now)
    # when the days are asked for, from before it was made
    days = segments.flow(quiet, segment_id, date(2026, 2, 20), date(2026, 3, 10))
    # then they begin with its making and leave out none
    assert [(one.day.isoformat(), one.size) for one in days] == [
        ("2026-02-28", 0),
        ("2026-03-01", 0),
        ("2026-03-02", 3),
        ("2026-03-03", 3),
        ("2026-03-04", 3),
        ("2026-03-05", 4),
        ("2026-03-06", 4),
        ("2026-03-07", 4),
        ("2026-03-08", 4),
        ("2026-03-09", 4),
        ("2026-03-10", 3),
    ]
    assert days[5] == FlowDay(date(2026, 3, 5), 4, 2, 1)
    # and a span that ended before knows nothing of what came later
    assert segments.flow(quiet, segment_id, date(2026, 3, 3), date(2026, 3, 4))[-1].size == 3


def test_days_are_those_of_the_tenant(quiet: Tenant, now: datetime) -> None:
    # half past eleven in the evening in UTC is the next day in Warsaw
    late = datetime.fromisoformat("2026-03-10T23:30:00+00:00")
    [one] = [new_customer(quiet, now)]
    segment_id = listed(quiet, now)
    segments.add_members(quiet, segment_id, refs([one]), now=late)
    assert segments.today(quiet, late) == date(2026, 3, 11)
    [before, after] = segments.flow(quiet, segment_id, date(2026, 3, 10), date(2026, 3, 11))
    assert (before.entered, after.entered) == (0, 1)


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2026, 3, 2), date(2026, 3, 1)), (date(2000, 1, 1), date(2026, 3, 1))],
)
def test_odd_spans_are_refused(quiet: Tenant, now: datetime, since: date, until: date) -> None:
    with pytest.raises(InvalidError):
        segments.flow(quiet, listed(quiet, now), since, until)
    with pytest.raises(NotFoundError):
        segments.flow(quiet, "seg_nobody", until, until)


def test_members_are_compared_with_everybody(quiet: Tenant, now: datetime) -> None:
    # given a rich German who is active, and three who are neither
    rich = new_customer(quiet, now, "rich@example.test", language="de", tags=["vip"])
    for number in range(3):
        new_customer(quiet, now, f"c{number}@example.test", language="en")
    for number, price in enumerate((1000, 3000)):
        buy(quiet, rich, str(number), now - timedelta(days=number), price)
    segment_id = listed(quiet, now, [rich])
    # when it is analysed
    day = date(2026, 3, 10)
    found = segments.analytics(quiet, segment_id, since=day, until=day, now=now)
    # then both profiles tell it apart
    mine, everybody = found.members, found.everybody
    assert (found.size, found.sampled, mine.customers, everybody.customers) == (1, False, 1, 4)
    assert (mine.spent_total, mine.average_spent, mine.average_orders, mine.average_order) == (
        8000,
        8000,
        2.0,
        4000,
    )
    assert (everybody.spent_total, everybody.average_spent, everybody.average_orders) == (8000, 2000, 0.5)
    assert mine.languages == {"de": 1.0}
    assert everybody.languages == {"en": 0.75, "de": 0.25}
    assert (mine.tags, everybody.tags) == ({"vip": 1.0}, {"none": 0.75, "vip": 0.25})
    assert mine.statuses == {"active": 1.0}


def test_overlap_is_told_with_every_segment_that_shares_customers(quiet: Tenant, now: datetime) -> None:
    ids = [new_customer(quiet, now, f"c{number}@example.test") for number in range(4)]
    segment_id = listed(quiet, now, ids)
    half = listed(quiet, now, ids[:2], "Half")
    listed(quiet, now, [], "None")
    most = listed(quiet, now, ids[1:], "Most")
    day = date(2026, 3, 10)
    found = segments.analytics(quiet, segment_id, since=day, until=day, now=now)
    assert [(one.segment_id, one.both, one.share) for one in found.overlap] == [
        (most, 3, 0.75),
        (half, 2, 0.5),
    ]


def test_an_empty_segment_has_an_empty_profile(quiet: Tenant, now: datetime) -> None:
    new_customer(quiet, now)
    day = date(2026, 3, 10)
    found = segments.analytics(quiet, listed(quiet, now), since=day, until=day, now=now)
    assert (found.size, found.overlap, found.members.customers) == (0, [], 0)
    assert (found.members.average_spent, found.members.average_order, found.members.countries) == (
        None,
        None,
        {},
    )
    assert found.everybody.customers == 1


def test_of_many_a_sample_is_taken_which_says_so(
    quiet: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        new_customer(quiet, now, f"c{number}@example.test", language="de" if number % 2 else "en")
        for number in range(120)
    ]
    segment_id = listed(quiet, now, ids)
    listed(quiet, now, ids[:60], "Half")
    monkeypatch.setattr(analysing, "MOST", 60)
    day = date(2026, 3, 10)
    found = segments.analytics(quiet, segment_id, since=day, until=day, now=now)
    assert (found.size, found.sampled) == (120, True)
    assert found.members.customers == 120
    assert abs(found.members.languages["de"] - 0.5) < 0.2
    [half] = found.overlap
    assert abs(half.both - 60) < 25
