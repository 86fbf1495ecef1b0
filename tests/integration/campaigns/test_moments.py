"""Moments: each one's own clocks, best hours, dates that pass while nobody is there, what recurs."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import campaigns, messaging
from regulars.campaigns import Schedule, Status
from regulars.campaigns.due import Moments, quarter
from regulars.campaigns.plan import ScheduleKind
from regulars.kernel.clock import iso
from regulars.kernel.errors import InvalidError
from tests.integration.campaigns.stage import Stage

WARSAW = ZoneInfo("Europe/Warsaw")
ZONES = (
    "Pacific/Kiritimati",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Europe/Warsaw",
    None,
    "Mars/Olympus",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Pago_Pago",
)


def at_ten(day: int) -> datetime:
    """Ten o'clock in Warsaw, on a day of March 2026."""
    return datetime(2026, 3, day, 10, tzinfo=WARSAW).astimezone(UTC)


def own_clocks(day: int, **more: Any) -> dict[str, Any]:
    return {"kind": "at", "at": iso(at_ten(day)), "zone": "recipient", **more}


def schedule(shop: Stage, **changes: Any) -> Any:
    campaign = shop.draft(**changes)
    return campaigns.schedule_campaign(shop.tenant, campaign.id, now=shop.now)


@pytest.mark.parametrize("audience", ["fixed", "live"])
def test_each_gets_it_at_ten_by_their_own_clocks(shop: Stage, audience: str) -> None:
    ids = shop.customers(90, ZONES)
    campaign = schedule(shop, schedule=own_clocks(12, audience=audience))

    moments = shop.live(campaign, at_ten(14))

    assert moments.keys() == set(ids)
    for place, one in enumerate(ids):
        zone = ZONES[place % len(ZONES)]
        known = zone if zone and not zone.startswith("Mars") else "Europe/Warsaw"
        local = moments[one].astimezone(ZoneInfo(known))
        assert (local.day, local.hour, local.minute) == (12, 10, 0), zone
    assert shop.get(campaign).status is Status.COMPLETED


@pytest.mark.parametrize(("passed", "day"), [("at_once", 12), ("next_day", 13)])
def test_whose_time_has_passed_gets_it_at_once_or_the_next_day(shop: Stage, passed: str, day: int) -> None:
    ids = shop.customers(4, ("Asia/Tokyo", "America/New_York"))
    # In Tokyo ten o'clock on the twelfth is over.
    shop.now = datetime(2026, 3, 12, 5, tzinfo=UTC)
    campaign = schedule(shop, schedule=own_clocks(12, passed=passed))

    moments = shop.live(campaign, at_ten(15))

    assert moments[ids[1]] == datetime(2026, 3, 12, 14, tzinfo=UTC)
    tokyo = moments[ids[0]].astimezone(ZoneInfo("Asia/Tokyo"))
    assert tokyo.day == day
    assert passed == "at_once" or tokyo.hour == 10


def test_a_variant_may_be_a_later_moment(shop: Stage) -> None:
    ids = shop.customers(200)
    test = {"variants": [{"name": "now"}, {"name": "evening", "delay_hours": 8}], "after_hours": 1}

    campaign = shop.send(test=test)
    moments = shop.live(campaign, shop.now + timedelta(days=2))

    begun = shop.get(campaign).started_at
    assert begun is not None
    delays = Counter(moments[one] - begun for one in ids)
    assert len(delays) == 2
    assert min(delays) == timedelta(0)
    assert timedelta(hours=8) <= max(delays) <= timedelta(hours=8, minutes=15)


def test_the_remainder_gets_the_winner_at_the_next_ten_o_clock(shop: Stage) -> None:
    ids = shop.customers(120, ("Asia/Tokyo", "America/New_York"))
    test = {"variants": [{"name": "A"}, {"name": "B"}], "share": 0.5, "after_hours": 4, "minimum_sample": 1}
    campaign = schedule(shop, schedule=own_clocks(12), test=test)

    moments = shop.live(campaign, at_ten(20))

    assert moments.keys() == set(ids)
    days = Counter(
        moments[one].astimezone(ZoneInfo(("Asia/Tokyo", "America/New_York")[i % 2])).strftime("%d %H")
        for i, one in enumerate(ids)
    )
    assert set(days) == {"12 10", "13 10"}
    assert shop.get(campaign).status is Status.COMPLETED


def test_best_hours_are_each_ones_own(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = shop.customers(60, ("Asia/Tokyo", "America/New_York", None))
    hours = {one: place % 24 // 4 * 4 for place, one in enumerate(ids)}
    monkeypatch.setattr(
        "regulars.campaigns.planning.best_hours",
        lambda tenant, channel, zones, key, at: {one: hours[one] for one in zones},
    )

    campaign = shop.send(schedule={"kind": "best_hour"})
    begun = shop.now
    moments = shop.live(campaign, shop.now + timedelta(days=3))

    assert moments.keys() == set(ids)
    for place, one in enumerate(ids):
        zone = ("Asia/Tokyo", "America/New_York", "Europe/Warsaw")[place % 3]
        local = moments[one].astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute) == (hours[one], 0)
        assert begun <= moments[one] <= begun + timedelta(days=1)


def test_who_comes_to_a_live_audience_in_time_gets_it(shop: Stage) -> None:
    early = shop.customers(10, ("Asia/Tokyo",))
    campaign = schedule(shop, schedule=own_clocks(12, audience="live"))
    shop.customers(1, ("America/New_York",))
    shop.live(campaign, datetime(2026, 3, 12, 6, tzinfo=UTC))
    late = shop.customers(5, ("America/New_York",))

    moments = shop.live(campaign, at_ten(14))

    assert set(late) <= moments.keys()
    assert not set(early) & moments.keys()


def test_a_date_that_passed_while_nobody_was_there_waits_for_approval(shop: Stage) -> None:
    ids = shop.customers(10)
    campaign = schedule(shop, schedule={"kind": "at", "at": iso(at_ten(12))})
    shop.now = at_ten(12) + timedelta(hours=1, minutes=1)

    shop.fire()

    waiting = shop.get(campaign)
    assert waiting.status is Status.NEEDS_APPROVAL
    assert waiting.note
    assert shop.batches() == []
    campaigns.approve_campaign(shop.tenant, campaign.id, now=shop.now)
    moments = shop.live(campaign, shop.now + timedelta(hours=1))
    assert moments.keys() == set(ids)


def test_an_hour_late_is_not_too_late(shop: Stage) -> None:
    shop.customers(3)
    campaign = schedule(shop, schedule={"kind": "at", "at": iso(at_ten(12))})
    shop.now = at_ten(12) + timedelta(minutes=59)

    shop.fire()

    assert shop.get(campaign).status is Status.SENDING


def test_what_has_come_to_be_wrong_since_waits_too(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = schedule(shop, schedule={"kind": "at", "at": iso(at_ten(12))})
    monkeypatch.setattr(
        "regulars.campaigns.checking.missing_contents",
        lambda tenant, plan: iter([("/template", "fault", "there is no published template")]),
    )
    shop.now = at_ten(12)

    shop.fire()

    assert shop.get(campaign).status is Status.NEEDS_APPROVAL
    assert "no published template" in shop.get(campaign).note


def test_nothing_begins_while_marketing_is_paused(shop: Stage) -> None:
    ids = shop.customers(3)
    messaging.pause_marketing(shop.tenant, "complaints", shop.now)
    # Sent now, it would go to nobody
    with pytest.raises(InvalidError, match=r"marketing is paused \(too many people complained\)"):
        shop.send()
    # what has a date may wait for it, and asks when the date comes
    campaign = schedule(shop, schedule={"kind": "at", "at": iso(at_ten(12))})
    shop.now = at_ten(12)
    shop.fire()
    assert shop.get(campaign).status is Status.NEEDS_APPROVAL
    assert "marketing is paused" in shop.get(campaign).note
    # and goes out once people have resumed and approved
    messaging.resume_marketing(shop.tenant, shop.now)
    campaigns.approve_campaign(shop.tenant, campaign.id, now=shop.now)
    assert shop.live(campaign, shop.now + timedelta(hours=1)).keys() == set(ids)


def test_what_recurs_comes_at_ten_on_both_sides_of_a_change_of_clocks(shop: Stage) -> None:
    ids = shop.customers(20)
    weekly = {"kind": "recurring", "at": iso(at_ten(12)), "rrule": "FREQ=WEEKLY;COUNT=4"}
    campaign = schedule(shop, schedule=weekly)
    seen: list[datetime] = []

    for week in range(5):
        found = shop.live(campaign, at_ten(15) + timedelta(weeks=week))
        assert not found or found.keys() == set(ids)
        seen += set(found.values())

    assert [(one.astimezone(WARSAW).day, one.astimezone(WARSAW).hour) for one in seen] == [
        (12, 10),
        (19, 10),
        (26, 10),
        (2, 10),
    ]
    assert seen[2] - seen[1] == timedelta(weeks=1)
    assert seen[3] - seen[2] == timedelta(weeks=1) - timedelta(hours=1)
    after = shop.get(campaign)
    assert (after.status, after.runs) == (Status.COMPLETED, 4)
    ran = campaigns.campaign_calendar(shop.tenant, at_ten(1), at_ten(1) + timedelta(days=60))
    assert [one.kind for one in ran] == ["ran"] * 4


def test_the_calendar_shows_what_is_to_come(shop: Stage) -> None:
    weekly = {"kind": "recurring", "at": iso(at_ten(12)), "rrule": "FREQ=WEEKLY"}
    schedule(shop, schedule=weekly)
    schedule(shop, name="Once", schedule={"kind": "at", "at": iso(at_ten(13))})

    found = campaigns.campaign_calendar(shop.tenant, at_ten(11), at_ten(11) + timedelta(days=21))

    assert [(one.name, one.kind, one.at.day) for one in found] == [
        ("News", "due", 12),
        ("Once", "due", 13),
        ("News", "recurs", 19),
        ("News", "recurs", 26),
    ]
    ahead = campaigns.campaign_calendar(shop.tenant, at_ten(20), at_ten(20) + timedelta(days=30))
    assert {one.kind for one in ahead} == {"recurs"}


def test_a_date_in_the_past_is_refused(shop: Stage) -> None:
    campaign = shop.draft(schedule={"kind": "at", "at": iso(shop.now - timedelta(days=1))})

    with pytest.raises(InvalidError, match="past") as refused:
        campaigns.schedule_campaign(shop.tenant, campaign.id, now=shop.now)

    assert refused.value.faults[0].pointer == "/schedule/at"


def test_moved_to_another_date_it_begins_then_and_not_before(shop: Stage) -> None:
    shop.customers(3)
    campaign = schedule(shop, schedule={"kind": "at", "at": iso(at_ten(12))})
    other = Schedule.model_validate({"kind": "at", "at": iso(at_ten(13))})

    campaigns.schedule_campaign(shop.tenant, campaign.id, now=shop.now, schedule=other)

    assert shop.live(campaign, at_ten(12) + timedelta(hours=3)) == {}
    assert len(shop.live(campaign, at_ten(14))) == 3


def test_paused_before_its_date_it_does_not_begin_and_resumed_too_late_it_asks(shop: Stage) -> None:
    campaign = schedule(shop, schedule={"kind": "at", "at": iso(at_ten(12))})
    campaigns.pause_campaign(shop.tenant, campaign.id, now=shop.now)
    shop.now = at_ten(12) + timedelta(hours=5)
    shop.fire()
    assert shop.get(campaign).status is Status.PAUSED

    campaigns.resume_campaign(shop.tenant, campaign.id, now=shop.now)
    shop.fire()

    assert shop.get(campaign).status is Status.NEEDS_APPROVAL


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from([*ZONES, "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"]),
    wall=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001
    offset=st.timedeltas(timedelta(days=-4), timedelta(days=4)),
    passed=st.sampled_from(["at_once", "next_day"]),
    hour=st.one_of(st.none(), st.integers(0, 23)),
    again=st.booleans(),
)
def test_nobodys_moment_is_before_the_beginning_or_far_after_it(
    zone: str | None,
    wall: datetime,
    offset: timedelta,
    passed: str,
    hour: int | None,
    again: bool,
) -> None:
    kind = ScheduleKind.AT if hour is None else ScheduleKind.BEST_HOUR
    own = Schedule(kind=kind, zone="recipient", passed=passed)  # type: ignore[arg-type]
    begun = (wall + offset).replace(tzinfo=UTC)

    due = Moments(own, WARSAW, wall, begun, again=again).due(zone or "", hour)

    assert due >= begun
    assert due <= max(begun, wall.replace(tzinfo=UTC)) + timedelta(days=2)
    assert due <= quarter(due) < due + timedelta(minutes=15)
