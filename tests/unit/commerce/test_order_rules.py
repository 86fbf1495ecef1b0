"""The rules of orders hold for any order, repetition and mixture of messages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.commerce.orders import rules
from regulars.commerce.orders.model import Order, OrderRefund, Status
from regulars.commerce.orders.rules import Counted, counted
from regulars.kernel.errors import ConflictError, InvalidError

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
REPORTED = [Status.PLACED, Status.PAID, Status.PACKED, Status.SHIPPED, Status.DELIVERED, Status.CANCELLED]
MESSAGES = st.lists(
    st.tuples(st.sampled_from(REPORTED), st.integers(-5000, 5000).map(lambda m: AT + timedelta(minutes=m))),
    max_size=8,
)


def order(total: int = 1000) -> Order:
    return Order(
        id="ord_1",
        number="A-1",
        customer_id="cus_1",
        currency="GBP",
        lines=(),
        total=total,
        placed_at=AT,
        updated_at=AT,
    )


def after(messages: list[tuple[Status, datetime]]) -> Order:
    found = order()
    for status, at in messages:
        found = rules.with_status(found, status, at)
    return found


@given(
    MESSAGES.flatmap(lambda sent: st.tuples(st.just(sent), st.permutations(sent + sent[: len(sent) // 2])))
)
def test_any_order_and_repetition_of_reports_ends_the_same(
    sent_and_arrived: tuple[list[tuple[Status, datetime]], list[tuple[Status, datetime]]],
) -> None:
    sent, arrived = sent_and_arrived
    assert after(arrived) == after(sent)
    assert counted(after(arrived)) == counted(after(sent))


@given(MESSAGES)
def test_totals_are_the_sum_of_the_steps(messages: list[tuple[Status, datetime]]) -> None:
    found, orders, gross = order(), 1, 1000
    for status, at in messages:
        changed = rules.with_status(found, status, at)
        step = counted(changed) - counted(found)
        orders, gross, found = orders + step.orders, gross + step.gross, changed
    cancelled = Status.CANCELLED in {status for status, _ in messages}
    assert (orders, gross) == ((0, 0) if cancelled else (1, 1000))


def test_a_late_report_does_not_move_the_order_back() -> None:
    shipped = rules.with_status(order(), Status.SHIPPED, AT + timedelta(hours=2))
    late = rules.with_status(shipped, Status.PAID, AT + timedelta(hours=1))
    assert late.status is Status.SHIPPED
    assert [entry.status for entry in late.timeline] == ["placed", "paid", "shipped"]


def test_a_report_that_says_nothing_new_is_the_very_same_order() -> None:
    paid = rules.with_status(order(), Status.PAID, AT)
    assert rules.with_status(paid, Status.PAID, AT + timedelta(hours=1)) is paid
    assert rules.with_status(paid, Status.PLACED, AT) is paid


def refund(amount: int, number: str = "R-1") -> OrderRefund:
    return OrderRefund(number=number, amount=amount, at=AT)


@given(st.lists(st.integers(1, 600), min_size=1, max_size=6))
def test_refunds_never_exceed_the_order(amounts: list[int]) -> None:
    found, left = order(), 1000
    for index, amount in enumerate(amounts):
        try:
            found = rules.with_refund(found, refund(amount, f"R-{index}"))
            left -= amount
        except (InvalidError, ConflictError):
            assert amount > left
    assert counted(found) == Counted(1, 1000, len(found.refunds), 1000 - left)
    assert found.refunded <= found.total
    assert (
        found.status is {True: Status.REFUNDED, False: Status.PARTIALLY_REFUNDED}[left == 0]
        or not found.refunds
    )


def test_a_refund_number_counts_once_and_stands_for_one_amount() -> None:
    once = rules.with_refund(order(), refund(300))
    assert rules.with_refund(once, refund(300)) is once
    with pytest.raises(ConflictError):
        rules.with_refund(once, refund(301))


def test_cancelling_and_refunding_exclude_each_other() -> None:
    cancelled = rules.with_status(order(), Status.CANCELLED, AT)
    with pytest.raises(ConflictError):
        rules.with_refund(cancelled, refund(1))
    with pytest.raises(ConflictError):
        rules.with_status(rules.with_refund(order(), refund(1)), Status.CANCELLED, AT)


def test_a_partly_refunded_order_stays_so_when_it_is_delivered() -> None:
    partly = rules.with_refund(order(), refund(1))
    delivered = rules.with_status(partly, Status.DELIVERED, AT)
    assert delivered.status is Status.PARTIALLY_REFUNDED
    assert Status.DELIVERED in {entry.status for entry in delivered.timeline}
