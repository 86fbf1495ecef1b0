"""The laws of the points ledger, one example each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.errors import BrokenError, InvalidError
from regulars.loyalty import ledger
from regulars.loyalty.ledger import adjust, claw_back, confirm, earn, expire, give_back, spend, transfer_in
from regulars.loyalty.lots import months_later
from regulars.loyalty.movements import (
    Account,
    AlreadyReversedError,
    Cause,
    Entry,
    InsufficientPointsError,
    Member,
    Movement,
    NothingToMoveError,
    receipt_of,
)
from regulars.loyalty.replaying import check, replay

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ANN = Member("cus_ann", "lpr_1")


def because(key: str, days: int = 0) -> Cause:
    return Cause(key, NOW + days * DAY)


def entries(movement: Movement) -> dict[str, int]:
    return {entry.account.value: entry.points for entry in movement.entries}


def test_points_are_pending_and_cannot_be_spent_until_they_are_confirmed() -> None:
    member, earned = earn(ANN, because("order:1"), 100, available_at=NOW + 14 * DAY)
    assert entries(earned) == {"pending": 100, "issued": -100}
    assert member.due == NOW + 14 * DAY
    with pytest.raises(InsufficientPointsError):
        spend(member, because("coupon:1", 20), 1)
    with pytest.raises(NothingToMoveError):
        confirm(member, NOW + 13 * DAY)
    member, confirmed = confirm(member, NOW + 14 * DAY)
    assert entries(confirmed) == {"pending": -100, "available": 100}
    assert spend(member, because("coupon:1", 14), 100)[0].available == 0


def test_the_earliest_expiring_points_are_spent_first_then_the_oldest() -> None:
    member = ANN
    for key, expires in (("late", 90), ("never", 0), ("early", 30), ("early too", 30)):
        at = NOW + expires * DAY if expires else None
        member, _ = earn(member, because(key), 10, expires_at=at)
    _, spent = spend(member, because("coupon:1"), 35)
    assert [(change.lot.source, change.points) for change in spent.lots] == [
        ("early", -10),
        ("early too", -10),
        ("late", -10),
        ("never", -5),
    ]


def test_points_past_their_expiry_are_not_spent_even_before_it_is_written_down() -> None:
    member, _ = earn(ANN, because("order:1"), 10, expires_at=NOW + DAY)
    with pytest.raises(InsufficientPointsError):
        spend(member, because("coupon:1", 1), 1)
    member, expired = expire(member, NOW + DAY)
    assert entries(expired) == {"available": -10, "expired": 10}


def test_a_refund_after_spending_leaves_a_debt_that_later_points_pay_first() -> None:
    member, earned = earn(ANN, because("order:1"), 100)
    award = receipt_of(member, earned)
    member, _ = spend(member, because("coupon:1"), 80)
    member, clawed = claw_back(member, because("refund:1"), award, 100)
    assert entries(clawed) == {"available": -20, "debt": -80, "issued": 100}
    assert (member.available, member.debt) == (0, 80)
    member, more = earn(member, because("order:2"), 50)
    assert entries(more) == {"debt": 50, "issued": -50}
    member, _ = earn(member, because("order:3"), 50)
    assert (member.available, member.debt) == (20, 0)


def test_a_refund_takes_pending_points_of_its_order_and_leaves_others_alone() -> None:
    member, earned = earn(ANN, because("order:1"), 100, available_at=NOW + 14 * DAY)
    award = receipt_of(member, earned)
    member, _ = earn(member, because("order:2"), 30)
    member, _ = claw_back(member, because("refund:1"), award, 40)
    assert (member.pending, member.available, member.debt) == (60, 30, 0)


def test_no_more_is_taken_back_than_an_order_brought_and_nothing_twice() -> None:
    member, earned = earn(ANN, because("order:1"), 100)
    award = receipt_of(member, earned)
    member, first = claw_back(member, because("refund:1"), award, 70)
    award = replace(award, undone=-first.points)
    member, second = claw_back(member, because("refund:2"), award, 70)
    assert (second.points, member.available, member.debt) == (-30, 0, 0)
    with pytest.raises(NothingToMoveError):
        claw_back(member, because("refund:3"), replace(award, undone=100), 1)


def test_what_expired_is_not_owed_again() -> None:
    member, earned = earn(ANN, because("order:1"), 100, expires_at=NOW + DAY)
    member, _ = expire(member, NOW + DAY)
    with pytest.raises(NothingToMoveError):
        claw_back(member, because("refund:1"), replace(receipt_of(member, earned), expired=100), 100)


def test_cancelling_a_redemption_gives_lots_back_with_their_own_expiry_once() -> None:
    member, _ = earn(ANN, because("order:1"), 10, expires_at=NOW + 30 * DAY)
    member, _ = earn(member, because("order:2"), 10)
    before = member.lots
    member, spent = spend(member, because("coupon:1"), 15)
    receipt = receipt_of(member, spent)
    member, given_back = give_back(member, because("cancel:1"), receipt, spent)
    assert member.lots == before
    assert entries(given_back) == {"available": 15, "redeemed": -15}
    with pytest.raises(AlreadyReversedError):
        give_back(member, because("cancel:2"), replace(receipt, undone=15), spent)


def test_a_merge_takes_everything_along_and_a_later_refund_finds_the_lot() -> None:
    ann, earned = earn(ANN, because("order:1"), 100, available_at=NOW + DAY)
    award = receipt_of(ann, earned)
    bob, given = earn(Member("cus_bob", "lpr_1"), because("order:2"), 30, expires_at=NOW + 9 * DAY)
    bob, _ = spend(bob, because("coupon:1"), 30)
    bob, _ = claw_back(bob, because("refund:2"), receipt_of(bob, given), 30)
    ann, sent = ledger.transfer_out(ann, because("merge:1"))
    assert (ann.pending, ann.available, ann.debt) == (0, 0, 0)
    bob, arrived = transfer_in(bob, because("merge:1"), ann.customer_id, sent)
    assert sent.points + arrived.points == 0
    assert (bob.pending, bob.debt) == (100, 30)
    bob, _ = confirm(bob, NOW + DAY)
    assert (bob.available, bob.debt) == (70, 0)
    bob, _ = claw_back(bob, because("refund:1"), award, 50)
    assert (bob.available, bob.debt) == (20, 0)


@pytest.mark.parametrize("points", [0, -1, 1.5, float("nan"), 1e309, 2**63, True, "٣", None])
def test_bad_amounts_are_refused_with_the_field_named(points: Any) -> None:
    member, _ = earn(ANN, because("order:1"), 10)
    for refused in (lambda: earn(ANN, because("a"), points), lambda: spend(member, because("b"), points)):
        with pytest.raises(InvalidError) as error:
            refused()
        assert [fault.pointer for fault in error.value.faults] == ["/points"]
    if points != -1:
        with pytest.raises(InvalidError):
            adjust(member, because("c"), points)


def test_points_cannot_expire_before_they_are_available() -> None:
    with pytest.raises(InvalidError):
        earn(ANN, because("order:1"), 1, available_at=NOW + DAY, expires_at=NOW + DAY)


def test_entries_that_do_not_sum_to_zero_are_no_movement() -> None:
    _, movement = earn(ANN, because("order:1"), 5)
    with pytest.raises(BrokenError):
        replace(movement, entries=(Entry(Account.AVAILABLE, 5),))


def test_the_replay_is_the_member_and_each_corruption_is_found() -> None:
    member, first = earn(ANN, because("order:1"), 10, expires_at=NOW + 30 * DAY)
    member, second = spend(member, because("coupon:1"), 4)
    assert replay("cus_ann", "lpr_1", [first, second]) == member
    assert check(member, [first, second]) == []
    assert check(replace(member, debt=1), [first, second])
    assert check(replace(member, lots=()), [first, second])
    assert check(replace(member, lots=(replace(member.lots[0], expires_at=None),)), [first, second])
    assert check(member, [first])
    assert check(member, [first, replace(second, available=7)])
    assert check(member, [first, replace(second, cause=first.cause)])
    assert check(member, [first, replace(second, lots=())])
    assert check(replace(member, totals={Account.ISSUED: -6}), [first, second])


@given(
    points=st.integers(0, 500),
    total=st.integers(1, 1000),
    parts=st.lists(st.integers(1, 300), max_size=8),
)
def test_partial_refunds_take_back_in_proportion_and_a_whole_one_all(
    points: int, total: int, parts: list[int]
) -> None:
    undone = refunded = 0
    for part in parts:
        refunded = min(refunded + part, total)
        undone += ledger.share_to_take_back(points, undone, refunded, total)
        assert undone == points * refunded // total
    undone += ledger.share_to_take_back(points, undone, total, total)
    assert undone == points


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [
        ("2026-01-31T10:00:00+01:00", 1, "2026-02-28T10:00:00+01:00"),
        ("2028-01-31T10:00:00+01:00", 1, "2028-02-29T10:00:00+01:00"),
        ("2026-01-31T10:00:00.001+01:00", 3, "2026-04-30T10:01:00+02:00"),
        ("2026-12-31T23:59:30+01:00", 2, "2027-03-01T00:00:00+01:00"),
        ("2024-02-29T08:00:00+01:00", 12, "2025-02-28T08:00:00+01:00"),
        # 02:30 does not exist on that day.
        ("2026-02-28T02:30:00+01:00", 13, "2027-03-28T03:30:00+02:00"),
        # Midnight of the zone is the day before in UTC.
        ("2026-03-31T00:00:00+02:00", 1, "2026-04-30T00:00:00+02:00"),
    ],
)
def test_months_are_those_of_the_calendar_in_the_zone(at: str, months: int, expected: str) -> None:
    found = months_later(datetime.fromisoformat(at), months, ZoneInfo("Europe/Warsaw"))
    assert found == datetime.fromisoformat(expected)
