"""The ledger on the table: what is done once stays done once, and time does its part."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regulars import loyalty
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer
from regulars.kernel.transaction import Transaction
from regulars.loyalty import (
    AlreadyReversedError,
    InsufficientPointsError,
    Membership,
    Movement,
    NothingToMoveError,
    Receipt,
)
from tests.integration.loyalty.ledgers import PROGRAM, because, new_member, points_events, proven, run_due

DAY = timedelta(days=1)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> Membership:
    return new_member(tenant, now)


def stands(of: Membership) -> tuple[int, int, int]:
    member = loyalty.member_of(of)
    return member.available, member.pending, member.debt


def test_a_movement_is_kept_as_it_was_made_and_told(ann: Membership, now: datetime) -> None:
    steps = ({"rule": "double on Tuesdays", "points": 30},)
    cause = loyalty.Cause("order:ord_1", now, "ord_1", "paid", "system", steps)
    made = loyalty.earn(ann, cause, 30, expires_at=now + 365 * DAY)
    assert loyalty.statement(ann).items == [made]
    assert loyalty.movement_of(ann, "order:ord_1") == made
    [told] = points_events(ann)
    assert told.name == "points.earned"
    assert told.data == {
        "program_id": PROGRAM,
        "number": 1,
        "key": "order:ord_1",
        "points": 30,
        "balance": 30,
        "pending": 0,
        "debt": 0,
        "about": "ord_1",
        "reason": "paid",
    }
    proven(ann)


def test_the_same_key_ten_times_moves_points_once_for_ever(ann: Membership, now: datetime) -> None:
    first = loyalty.earn(ann, because("order:1", now), 30)
    spent = loyalty.spend(ann, because("coupon:1", now), 25)
    for days in (0, 0, 1, 2, 7, 40, 40, 400, 4000):
        later = now + days * DAY
        assert loyalty.earn(ann, because("order:1", later), 999) == first
        assert loyalty.spend(ann, because("coupon:1", later), 25) == spent
    assert stands(ann) == (5, 0, 0)
    assert len(loyalty.statement(ann).items) == 2
    proven(ann)


def test_time_confirms_and_expires_and_a_timer_twice_does_nothing_more(
    ann: Membership, now: datetime
) -> None:
    loyalty.earn(ann, because("order:1", now), 30, available_at=now + 14 * DAY, expires_at=now + 30 * DAY)
    loyalty.earn(ann, because("order:2", now), 5, available_at=now + 7 * DAY)
    assert run_due(ann.tenant, now + 6 * DAY) == 0
    assert run_due(ann.tenant, now + 7 * DAY) == 1
    assert stands(ann) == (5, 30, 0)
    with pytest.raises(AlreadyHandledError):
        loyalty.fall_due(
            Timer(ann.tenant, "points.due", f"{PROGRAM}:{ann.customer_id}", now + 7 * DAY), now + 8 * DAY
        )
    assert run_due(ann.tenant, now + 14 * DAY) == 1
    assert run_due(ann.tenant, now + 30 * DAY) == 1
    assert stands(ann) == (5, 0, 0)
    assert run_due(ann.tenant, now + 9999 * DAY) == 0
    assert [one.name for one in points_events(ann)] == [
        "points.earned",
        "points.earned",
        "points.confirmed",
        "points.confirmed",
        "points.expired",
    ]
    proven(ann)


def test_an_outage_of_weeks_is_caught_up_by_one_timer(ann: Membership, now: datetime) -> None:
    for number in range(50):
        at = now + timedelta(minutes=number)
        loyalty.earn(ann, because(f"order:{number}", at), 2, available_at=at + DAY, expires_at=at + 2 * DAY)
    assert run_due(ann.tenant, now + 40 * DAY) == 1
    assert stands(ann) == (0, 0, 0)
    # More lots than one movement lets expire.
    assert [one.name for one in points_events(ann)][50:] == [
        "points.confirmed",
        "points.expired",
        "points.expired",
    ]
    assert run_due(ann.tenant, now + 41 * DAY) == 0
    proven(ann)


def test_refunds_take_back_their_share_also_after_spending(ann: Membership, now: datetime) -> None:
    loyalty.earn(ann, because("order:1", now), 101)
    loyalty.spend(ann, because("coupon:1", now), 90)

    def share(refunded: int) -> Movement:
        def points(receipt: Receipt) -> int:
            return loyalty.share_to_take_back(receipt.points, receipt.undone, refunded, 1000)

        return loyalty.claw_back(ann, because(f"refund:{refunded}", now), "order:1", points)

    assert share(100).points == -10
    assert share(100).points == -10
    assert stands(ann) == (1, 0, 0)
    assert share(600).points == -50
    assert stands(ann) == (0, 0, 49)
    assert share(1000).points == -41
    with pytest.raises(NothingToMoveError):
        share(1001)
    with pytest.raises(NothingToMoveError):
        loyalty.claw_back(ann, because("refund:x", now), "order:1", 1)
    loyalty.earn(ann, because("order:2", now), 100)
    assert stands(ann) == (10, 0, 0)
    proven(ann)


def test_what_expired_is_not_taken_back_after_a_refund(ann: Membership, now: datetime) -> None:
    loyalty.earn(ann, because("order:1", now), 100, expires_at=now + DAY)
    loyalty.earn(ann, because("order:2", now), 100)
    loyalty.spend(ann, because("coupon:1", now), 40)
    run_due(ann.tenant, now + DAY)
    taken = loyalty.claw_back(ann, because("refund:1", now + DAY), "order:1", 100)
    assert (taken.points, stands(ann)) == (-40, (60, 0, 0))
    proven(ann)


def test_a_cancelled_redemption_comes_back_once(ann: Membership, now: datetime) -> None:
    loyalty.earn(ann, because("order:1", now), 40, expires_at=now + 30 * DAY)
    before = loyalty.member_of(ann).lots
    loyalty.spend(ann, because("coupon:1", now), 40)
    assert run_due(ann.tenant, now + 31 * DAY) == 0
    back = loyalty.give_back(ann, because("cancel:1", now), "coupon:1")
    assert loyalty.member_of(ann).lots == before
    assert loyalty.give_back(ann, because("cancel:1", now), "coupon:1") == back
    with pytest.raises(AlreadyReversedError):
        loyalty.give_back(ann, because("cancel:2", now), "coupon:1")
    with pytest.raises(InvalidError):
        loyalty.give_back(ann, because("cancel:3", now), "order:1")
    with pytest.raises(NotFoundError):
        loyalty.give_back(ann, because("cancel:4", now), "coupon:7")
    assert run_due(ann.tenant, now + 30 * DAY) == 1
    proven(ann)


def test_a_merge_moves_everything_and_a_refund_follows_it(
    ann: Membership, tenant: Tenant, now: datetime
) -> None:
    bob = new_member(tenant, now, "bob@example.test")
    loyalty.earn(ann, because("order:1", now), 50, available_at=now + DAY)
    loyalty.earn(ann, because("order:2", now), 20, expires_at=now + 9 * DAY)
    sent = loyalty.transfer(ann, bob.customer_id, because("merge:1", now))
    assert loyalty.transfer(ann, bob.customer_id, because("merge:1", now)) == sent
    assert (stands(ann), stands(bob)) == ((0, 0, 0), (20, 50, 0))
    assert run_due(tenant, now + 9 * DAY) == 1
    assert stands(bob) == (50, 0, 0)
    loyalty.claw_back(bob, because("refund:1", now), "order:1", 30, earned_by=ann.customer_id)
    with pytest.raises(NothingToMoveError):
        loyalty.claw_back(bob, because("refund:2", now), "order:2", 30, earned_by=ann.customer_id)
    assert stands(bob) == (20, 0, 0)
    with pytest.raises(InvalidError):
        loyalty.transfer(bob, bob.customer_id, because("merge:2", now))
    proven(ann)
    proven(bob)


def test_staff_add_and_take_but_never_below_zero(ann: Membership, now: datetime) -> None:
    loyalty.adjust(ann, because("hand:1", now), 10)
    loyalty.adjust(ann, because("hand:2", now), -4)
    with pytest.raises(InsufficientPointsError):
        loyalty.adjust(ann, because("hand:3", now), -7)
    loyalty.give_back(ann, because("undo:2", now), "hand:2")
    loyalty.claw_back(ann, because("undo:1", now), "hand:1", 10)
    assert stands(ann) == (0, 0, 0)
    assert set(loyalty.member_of(ann).totals.values()) == {0} or not loyalty.member_of(ann).totals
    proven(ann)


def test_nobody_unknown_gets_points(tenant: Tenant, now: datetime) -> None:
    nobody = Membership(tenant, new_id("cus", now), PROGRAM)
    with pytest.raises(NotFoundError):
        loyalty.earn(nobody, because("order:1", now), 10)


def test_what_goes_along_is_in_the_transaction_or_neither(ann: Membership, now: datetime) -> None:
    loyalty.earn(ann, because("order:1", now), 50)

    def coupon(code: str) -> Callable[[Transaction, Movement], None]:
        def claim(transaction: Transaction, movement: Movement) -> None:
            transaction.claim("coupon", code, ann.customer_id, InvalidError("the code is taken"))

        return claim

    loyalty.spend(ann, because("coupon:1", now), 10, also=coupon("A"))
    with pytest.raises(InvalidError):
        loyalty.spend(ann, because("coupon:2", now), 10, also=coupon("A"))
    assert stands(ann) == (40, 0, 0)
    proven(ann)


def test_programs_of_one_customer_are_ledgers_of_their_own(ann: Membership, now: datetime) -> None:
    other = Membership(ann.tenant, ann.customer_id, "lpr_12")
    loyalty.earn(ann, because("order:1", now), 10)
    loyalty.earn(other, because("order:1", now), 20)
    assert (stands(ann), stands(other)) == ((10, 0, 0), (20, 0, 0))
    assert len(loyalty.statement(ann).items) == 1
    assert loyalty.verify(ann.tenant).members == 2
    assert loyalty.verify(ann.tenant).violations == []


def test_the_statement_is_paged_newest_first(ann: Membership, now: datetime) -> None:
    for number in range(1, 8):
        loyalty.earn(ann, because(f"order:{number}", now), number)
    first = loyalty.statement(ann, limit=4)
    second = loyalty.statement(ann, limit=4, cursor=first.next)
    assert [one.number for one in [*first.items, *second.items]] == [7, 6, 5, 4, 3, 2, 1]
    assert [one.available for one in first.items] == [28, 21, 15, 10]
    assert second.next is None
