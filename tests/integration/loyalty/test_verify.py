"""`regulars loyalty verify` against the engine: it passes a true ledger, and tells of each that is not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import loyalty
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Account, Membership
from regulars.loyalty.ledger_store import EnrolmentItem, MemberItem, MovementItem, ReceiptItem
from regulars_cli.main import main
from tests.integration.loyalty.ledgers import PROGRAM, because, new_member, run_due
from tests.integration.pipeline.shop import open_shop

DAY = timedelta(days=1)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> Membership:
    """A member to whom all kinds of things happened, and another in the same shop."""
    open_shop(tenant, now)
    ann, bob = new_member(tenant, now), new_member(tenant, now, "bob@example.test")
    loyalty.earn(ann, because("order:1", now), 100, available_at=now + DAY, expires_at=now + 30 * DAY)
    loyalty.earn(ann, because("order:2", now), 40, expires_at=now + 2 * DAY)
    loyalty.spend(ann, because("coupon:1", now), 30)
    loyalty.transfer(ann, bob.customer_id, because("gift:1", now), 5)
    loyalty.claw_back(bob, because("refund:2", now), "order:2", 4, earned_by=ann.customer_id)
    run_due(tenant, now + 2 * DAY)
    loyalty.give_back(ann, because("cancel:1", now + 2 * DAY), "coupon:1")
    loyalty.earn(bob, because("order:3", now), 1)
    return ann


def verified(of: Membership) -> int:
    return main(["loyalty", "verify", "--tenant", of.tenant.id])


def test_a_true_ledger_is_counted_and_passes(ann: Membership, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(ann) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{ann.tenant.id}: 2 members, ")
    assert told.endswith(", 0 violations\n")
    found = loyalty.verify(ann.tenant)
    assert found.sums[Account.TRANSFERRED] == 0
    assert found.liability == 131
    assert f"liability {found.liability} points" in told
    assert found.liability == -sum(points for account, points in found.sums.items() if account in PROGRAMS)


def test_debts_of_several_members_are_no_violation(tenant: Tenant, now: datetime) -> None:
    open_shop(tenant, now)
    for number in range(3):
        of = new_member(tenant, now, f"{number}@example.test")
        loyalty.earn(of, because("order:1", now), 50)
        loyalty.spend(of, because("coupon:1", now), 50)
        loyalty.claw_back(of, because("refund:1", now), "order:1", 20)
    found = loyalty.verify(tenant)
    assert found.violations == []
    assert (found.held[Account.DEBT], found.liability) == (-60, -60)


PROGRAMS = {Account.ISSUED, Account.REDEEMED, Account.EXPIRED, Account.ADJUSTED, Account.TRANSFERRED}


def corrupt(item: Any, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(item, name, value)
    item.save()


def member_item(of: Membership) -> MemberItem:
    return MemberItem.get(of.pk, f"A#{PROGRAM}", consistent_read=True)


def more_in_a_lot(of: Membership) -> None:
    item = member_item(of)
    item.data["lots"][0][2] += 1
    corrupt(item, data=item.data)


def a_lot_that_never_expires(of: Membership) -> None:
    item = member_item(of)
    item.data["lots"][0][5] = None
    corrupt(item, data=item.data)


def a_debt_forgiven(of: Membership) -> None:
    item = member_item(of)
    corrupt(item, data=item.data | {"debt": 3})


def a_movement_lost(of: Membership) -> None:
    MovementItem.get(*of.movement_key(3)).delete()


def the_last_movement_lost(of: Membership) -> None:
    MovementItem.get(*of.movement_key(int(member_item(of).number))).delete()


def an_entry_changed(of: Membership) -> None:
    item = MovementItem.get(*of.movement_key(1))
    item.data["of"][0][1] += 5
    corrupt(item, data=item.data)


def both_entries_changed(of: Membership) -> None:
    item = MovementItem.get(*of.movement_key(1))
    item.data["of"] = [[account, 2 * points] for account, points in item.data["of"]]
    corrupt(item, data=item.data)


def a_receipt_lost(of: Membership) -> None:
    ReceiptItem.get(*of.receipt_key("coupon:1")).delete()


def a_receipt_of_nothing(of: Membership) -> None:
    item = ReceiptItem.get(*of.receipt_key("coupon:1"))
    item.sk, item.key = of.receipt_key("coupon:2")[1], "coupon:2"
    item.save()


def a_receipt_that_forgot(of: Membership) -> None:
    corrupt(ReceiptItem.get(*of.receipt_key("order:2")), undone=0)


def an_expiry_forgotten(of: Membership) -> None:
    corrupt(ReceiptItem.get(*of.receipt_key("order:2")), expired=0)


def the_member_lost(of: Membership) -> None:
    member_item(of).delete()


def nonsense_for_a_member(of: Membership) -> None:
    corrupt(member_item(of), data={"lots": "none"})


@pytest.mark.parametrize(
    "how",
    [
        more_in_a_lot,
        a_lot_that_never_expires,
        a_debt_forgiven,
        a_movement_lost,
        the_last_movement_lost,
        an_entry_changed,
        both_entries_changed,
        a_receipt_lost,
        a_receipt_of_nothing,
        a_receipt_that_forgot,
        an_expiry_forgotten,
        the_member_lost,
        nonsense_for_a_member,
    ],
)
def test_each_corruption_is_told_with_the_member_and_an_exit_code(
    ann: Membership, capsys: pytest.CaptureFixture[str], how: Callable[[Membership], None]
) -> None:
    how(ann)
    assert verified(ann) == 1
    told = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"  {ann.customer_id} in {PROGRAM}: ") for line in told[1:])


def test_whoever_is_enrolled_has_a_movement(ann: Membership, now: datetime) -> None:
    [item] = list(EnrolmentItem.each(ann.pk, EnrolmentItem.sk.startswith("J#")))
    nobody = Membership(ann.tenant, "cus_nobody", PROGRAM)
    item.pk, item.g1sk = nobody.pk, f"2026-01-01T00:00:00.000Z#cus_nobody#{PROGRAM}"
    item.save()
    assert loyalty.verify(ann.tenant).violations == [f"cus_nobody in {PROGRAM}: there is no movement"]


def test_without_a_tenant_all_are_verified(ann: Membership, capsys: pytest.CaptureFixture[str]) -> None:
    main(["loyalty", "verify"])
    assert f"{ann.tenant.id}: 2 members" in capsys.readouterr().out
