"""Points for paid orders, through the worker, on the engine."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from award_points.handler import handler
from regulars import customers, loyalty
from regulars.commerce import orders, products
from regulars.commerce.orders import NewLine, NewOrder, NewOrderRefund, Order, Status, StatusChange
from regulars.commerce.products import ProductInput
from regulars.customers import CustomerRef
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Membership, Program, ProgramStatus
from tests.integration.loyalty.ledgers import because, points_events, proven, run_due
from tests.integration.loyalty.paying import handled, held, moved, on_the_bus, running
from tests.integration.pipeline.shop import buy, events_of, new_customer, open_shop, queue_batch
from tests.metering import metered

DAY = timedelta(days=1)


@pytest.fixture
def shop(tenant: Tenant, now: datetime) -> Tenant:
    return open_shop(tenant, now)


@pytest.fixture
def club(shop: Tenant, now: datetime) -> Program:
    return running(shop, now, {"expiry_months": 12})


@pytest.fixture
def ann(shop: Tenant, club: Program, now: datetime) -> Membership:
    return Membership(shop, new_customer(shop, now), club.id)


def paid(of: Membership, number: str, now: datetime, price: int = 1000, **more: Any) -> Order:
    """A paid order of twice the price."""
    return buy(of.tenant, of.customer_id, number, now, price, status="paid", **more)


def follow(of: Membership) -> None:
    """All events so far come by."""
    handled(on_the_bus(of.tenant, of.customer_id))


def refunded(
    of: Membership, order: Order, now: datetime, amount: int | None = None, number: str = ""
) -> None:
    given = NewOrderRefund(number=number or None, amount=amount)
    orders.refund(of.tenant, order.id, given, now=now)


def test_a_paid_order_earns_pending_points_with_their_explanation(ann: Membership, now: datetime) -> None:
    order = paid(ann, "A1", now, 1050, shipping=400)
    follow(ann)
    movement = loyalty.movement_of(ann, f"order:{order.id}")
    assert movement is not None
    assert (movement.points, movement.cause.about, movement.cause.at) == (21, order.id, now)
    assert movement.cause.explanation == (
        {"source": "base", "points": 21, "explanation": "21.00 GBP at 1 a unit"},
    )
    [lot] = loyalty.member_of(ann).lots
    assert (lot.available_at, lot.expires_at) == (
        now + 14 * DAY,
        datetime(2027, 3, 24, 9, 30, tzinfo=now.tzinfo),
    )
    assert held(ann) == (21, 0, 0)
    run_due(ann.tenant, now + 14 * DAY)
    assert held(ann) == (0, 21, 0)
    proven(ann)


def test_the_same_event_ten_times_over_forty_days_awards_once(ann: Membership, now: datetime) -> None:
    paid(ann, "A1", now)
    for turn in range(10):
        follow(ann)
        run_due(ann.tenant, now + 4 * (turn + 1) * DAY)
    assert held(ann) == (0, 20, 0)
    assert [one.name for one in points_events(ann)] == ["points.earned", "points.confirmed"]
    proven(ann)


def test_what_is_not_paid_earns_nothing_until_it_is(ann: Membership, now: datetime) -> None:
    order = buy(ann.tenant, ann.customer_id, "A1", now)
    orders.set_status(ann.tenant, order.id, StatusChange(status=Status.SHIPPED), now=now + DAY)
    follow(ann)
    assert held(ann) == (0, 0, 0)
    orders.set_status(ann.tenant, order.id, StatusChange(status=Status.PAID), now=now + 2 * DAY)
    follow(ann)
    [lot] = loyalty.member_of(ann).lots
    assert (lot.left, lot.available_at) == (20, now + 16 * DAY)


def test_each_active_program_whose_period_has_the_order_awards(ann: Membership, now: datetime) -> None:
    shop, double = ann.tenant, running(ann.tenant, now, {"earn_rate": "2", "pending_days": 0})
    over = {"kind": "custom", "start": "2025-01-01", "end": "2026-03-09"}
    others = [running(shop, now, period=over), running(shop, now), running(shop, now)]
    moved(others[1], shop, ProgramStatus.PAUSED, now)
    moved(others[2], shop, ProgramStatus.ENDED, now)
    paid(ann, "A1", now)
    follow(ann)
    assert held(ann) == (20, 0, 0)
    assert held(Membership(shop, ann.customer_id, double.id)) == (0, 40, 0)
    assert [held(Membership(shop, ann.customer_id, one.id)) for one in others] == [(0, 0, 0)] * 3


def test_the_day_of_placing_counts_for_the_period_by_the_shops_clocks(ann: Membership, now: datetime) -> None:
    period = {"kind": "custom", "start": "2026-03-10", "end": "2026-03-31"}
    march = Membership(ann.tenant, ann.customer_id, running(ann.tenant, now, period=period).id)
    midnight = datetime(2026, 3, 9, 23, tzinfo=now.tzinfo)
    paid(march, "A1", midnight - timedelta(minutes=1))
    follow(march)
    assert held(march) == (0, 0, 0)
    order = buy(march.tenant, march.customer_id, "A2", midnight)
    orders.set_status(march.tenant, order.id, StatusChange(status=Status.PAID), now=now + 40 * DAY)
    follow(march)
    assert held(march) == (20, 0, 0)


def test_refunds_take_back_their_share_and_a_whole_one_the_rest(ann: Membership, now: datetime) -> None:
    order = paid(ann, "A1", now, 1050)
    follow(ann)
    for number, left in (("R1", 14), ("R2", 7)):
        refunded(ann, order, now + DAY, 700, number)
        follow(ann)
        follow(ann)
        assert held(ann) == (left, 0, 0)
    refunded(ann, order, now + DAY)
    follow(ann)
    assert held(ann) == (0, 0, 0)
    assert loyalty.movement_of(ann, f"refund:{order.id}:R2") is not None
    proven(ann)


def test_a_refund_after_spending_leaves_a_debt_even_when_the_program_is_over(
    ann: Membership, club: Program, now: datetime
) -> None:
    order = paid(ann, "A1", now)
    follow(ann)
    run_due(ann.tenant, now + 14 * DAY)
    loyalty.spend(ann, because("coupon:1", now + 15 * DAY), 15)
    moved(club, ann.tenant, ProgramStatus.ENDED, now)
    refunded(ann, order, now + 16 * DAY)
    follow(ann)
    assert held(ann) == (0, 0, 15)
    proven(ann)


def test_a_cancellation_takes_all_back(ann: Membership, now: datetime) -> None:
    order = paid(ann, "A1", now)
    follow(ann)
    orders.set_status(ann.tenant, order.id, StatusChange(status=Status.CANCELLED), now=now + DAY)
    follow(ann)
    assert held(ann) == (0, 0, 0)
    assert loyalty.movement_of(ann, f"cancel:{order.id}") is not None
    proven(ann)


def test_refunds_that_come_by_before_the_award_are_taken_into_account(ann: Membership, now: datetime) -> None:
    order, gone = paid(ann, "A1", now), paid(ann, "A2", now)
    refunded(ann, order, now + DAY, 500)
    orders.set_status(ann.tenant, gone.id, StatusChange(status=Status.CANCELLED), now=now + DAY)
    late = on_the_bus(ann.tenant, ann.customer_id)
    handled([one for one in late if one.name != "order.status_changed"])
    assert held(ann) == (0, 0, 0)
    handled([one for one in late if one.name == "order.status_changed"])
    assert held(ann) == (15, 0, 0)
    assert loyalty.movement_of(ann, f"order:{gone.id}") is None
    proven(ann)


def test_a_refund_of_what_never_earned_or_has_no_order_moves_nothing(ann: Membership, now: datetime) -> None:
    order = buy(ann.tenant, ann.customer_id, "A1", now)
    refunded(ann, order, now, 500)
    [told] = [one for one in on_the_bus(ann.tenant, ann.customer_id) if one.name == "order.refunded"]
    unknown = told.model_copy(update={"data": {**told.data, "order_id": None}})
    handled([told, unknown])
    assert loyalty.member_of(ann).number == 0


def test_imported_history_triggers_nothing(ann: Membership, now: datetime) -> None:
    order = paid(ann, "A1", now, history=True)
    assert on_the_bus(ann.tenant, ann.customer_id) == []
    handled(events_of(ann.tenant, [ann.customer_id]))
    assert held(ann) == (0, 0, 0)
    refunded(ann, order, now)
    follow(ann)
    assert loyalty.member_of(ann).number == 0


def test_a_customer_who_was_deleted_meanwhile_gets_nothing(ann: Membership, now: datetime) -> None:
    paid(ann, "A1", now)
    told = on_the_bus(ann.tenant, ann.customer_id)
    customers.delete(ann.tenant, ann.customer_id, now=now)
    handled(told)
    assert loyalty.member_of(ann).number == 0


def test_nothing_is_told_of_a_customer_who_was_deleted_before_the_refund_came_by(
    ann: Membership, now: datetime
) -> None:
    order = paid(ann, "A1", now)
    follow(ann)
    refunded(ann, order, now)
    told = on_the_bus(ann.tenant, ann.customer_id)
    customers.delete(ann.tenant, ann.customer_id, now=now)
    handled(told)
    assert [one.name for one in points_events(ann)] == ["points.earned"]


def test_another_tenant_is_untouched(ann: Membership, other_tenant: Tenant, now: datetime) -> None:
    running(open_shop(other_tenant, now), now)
    bob = new_customer(other_tenant, now)
    buy(other_tenant, bob, "A1", now, status="paid")
    paid(ann, "A1", now)
    [told] = on_the_bus(ann.tenant, ann.customer_id)
    forged = told.model_copy(update={"tenant": other_tenant.id})
    assert handler(queue_batch([forged, told]), None) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert held(ann) == (20, 0, 0)
    assert [one.balance + one.pending for one in loyalty.standings(other_tenant, bob, now=now)] == [0]


def test_the_first_order_is_the_one_that_was_placed_first(ann: Membership, now: datetime) -> None:
    given = {"bonuses": {"first_order": 100}}
    greeting = Membership(ann.tenant, ann.customer_id, running(ann.tenant, now, given).id)
    first, second = (buy(ann.tenant, ann.customer_id, f"A{n}", now + n * DAY) for n in (1, 2))
    for order, points in ((second, 20), (first, 140)):
        orders.set_status(ann.tenant, order.id, StatusChange(status=Status.PAID), now=now + 3 * DAY)
        follow(ann)
        assert held(greeting) == (points, 0, 0)


def test_caps_count_what_orders_gave_before(ann: Membership, now: datetime) -> None:
    rules = [{"name": "Mugs", "effect": {"type": "bonus", "points": 8}, "caps": {"per_program": 20}}]
    given = {"caps": {"per_day": 50}}
    capped = Membership(ann.tenant, ann.customer_id, running(ann.tenant, now, given, rules=rules).id)
    gained = []
    for number, at in enumerate((now, now, now + DAY, now + DAY)):
        before = held(capped)[0]
        paid(capped, f"A{number}", at)
        follow(capped)
        follow(capped)
        gained.append(held(capped)[0] - before)
    # The rule gave 8 of the second order's too, before the program's cap took six: 4 of its 20 are left.
    assert gained == [28, 22, 24, 20]
    assert loyalty.verify(ann.tenant).violations == []


def test_rules_ask_for_categories_and_for_who_the_customer_is(ann: Membership, now: datetime) -> None:
    mug = ProductInput(name={"en": "Mug"}, price=1000, currency="GBP", category=["Home", "Kitchen"])
    products.put(ann.tenant, "mug", mug, now=now)
    rich = {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 3000}}
    spenders = {"version": 1, "root": rich}
    rules = [
        {"name": "Kitchen", "when": {"categories": ["Kitchen"]}, "effect": {"type": "multiplier", "by": "2"}},
        {"name": "Spenders", "when": {"segment": spenders}, "effect": {"type": "bonus", "points": 5}},
    ]
    fond = Membership(ann.tenant, ann.customer_id, running(ann.tenant, now, rules=rules).id)
    for number, points in (("A1", 40), ("A2", 85)):
        paid(fond, number, now)
        follow(fond)
        assert held(fond) == (points, 0, 0)


def test_an_order_of_more_products_than_one_read_takes(ann: Membership, now: datetime) -> None:
    lines = [NewLine(product_id=f"p{number}", quantity=1, unit_price=100) for number in range(250)]
    customer = CustomerRef(id=ann.customer_id)
    given = NewOrder(
        number="A1", customer=customer, currency="GBP", lines=lines, status="paid", placed_at=now
    )
    orders.place(ann.tenant, given, now=now)
    follow(ann)
    assert held(ann) == (250, 0, 0)


def test_what_an_award_costs(ann: Membership, now: datetime) -> None:
    paid(ann, "A0", now)
    follow(ann)
    order = paid(ann, "A1", now)
    new = [one for one in on_the_bus(ann.tenant, ann.customer_id) if one.data["order_id"] == order.id]
    with metered() as meter:
        handled(new)
    # Order, facts, programs, receipt, product, customer, member read; the movement written; the order read again.
    assert meter.units == 14.5
    with metered() as meter:
        handled(new)
    assert meter.units == 4.5
    refunded(ann, order, now, 500)
    back = [one for one in on_the_bus(ann.tenant, ann.customer_id) if one.name == "order.refunded"]
    with metered() as meter:
        handled(back)
    # Order, facts, the customer's programs, receipt read; then as any movement that takes back.
    assert meter.units == 16
    with metered() as meter:
        handled(back)
    assert meter.units == 4
