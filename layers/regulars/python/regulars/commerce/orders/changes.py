"""Changing an order: reports of its status, and refunds. Each change is versioned; losers read anew."""

from collections.abc import Callable
from datetime import datetime

from regulars.commerce.contention import MovedError, contended
from regulars.commerce.orders import events, rules, store, totals
from regulars.commerce.orders.model import (
    NewOrderRefund,
    Order,
    OrderRefund,
    Status,
    StatusChange,
)
from regulars.commerce.orders.store import OrderItem
from regulars.customers import Facts, FactsMovedError, customer_subject
from regulars.kernel.errors import ConflictError, NotFoundError, StaleError
from regulars.kernel.events import Event
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import ulid
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

Decide = Callable[[Order], Order]
# The event of a change and its moment, given the order after it and how many orders of the customer count then.
Tell = Callable[[Order, int], tuple[Event, datetime]]


def set_status(
    tenant: Tenant,
    order_id: str,
    change: StatusChange,
    *,
    now: datetime,
    once: Once | None = None,
    if_match: int | None = None,
) -> Order:
    """Take in a report of a status. Reports commute and repeat without effect; a late one enters the timeline at its own time
    and does not move the order back. Raises NotFoundError, ConflictError (cancelling what was refunded), InvalidError."""
    at = rules.past(change.at, now, "/at") if change.at else None
    return report(tenant, order_id, Status(change.status.value), at=at, now=now, once=once, if_match=if_match)


def report(
    tenant: Tenant,
    order_id: str,
    status: Status,
    *,
    now: datetime,
    at: datetime | None = None,
    once: Once | None = None,
    if_match: int | None = None,
) -> Order:
    """As `set_status`. Without a moment, a status that is known already stays as it is."""

    def decide(order: Order) -> Order:
        if at is None and status in {entry.status for entry in order.statuses}:
            return order
        return rules.with_status(order, status, at or rules.past(now, now, "/at"))

    def tell(order: Order, left: int) -> tuple[Event, datetime]:
        when = next(entry.at for entry in order.statuses if entry.status is status)
        if status is Status.CANCELLED:
            return events.cancelled(order, left=left), when
        return events.status_changed(order, status), when

    return change(tenant, order_id, decide, tell, now=now, once=once, if_match=if_match)


def refund(
    tenant: Tenant, order_id: str, given: NewOrderRefund, *, now: datetime, once: Once | None = None
) -> Order:
    """Refund an order in part or whole; a refund number counts once. Raises NotFoundError, ConflictError (cancelled, nothing
    left, that number with another amount), InvalidError (more than is left)."""
    at = rules.past(given.refunded_at or now, now, "/refunded_at")
    number = given.number or ulid(now)

    def decide(order: Order) -> Order:
        known = next((each.amount for each in order.refunds if each.number == number), None)
        left = known if known is not None else order.total - order.refunded
        return rules.with_refund(
            order,
            OrderRefund(number=number, amount=given.amount or left, at=at, reason=given.reason),
        )

    def tell(order: Order, left: int) -> tuple[Event, datetime]:
        made = order.refunds[-1]
        refunded = events.OrderRefunded(
            order_id=order.id,
            number=made.number,
            amount=made.amount,
            currency=order.currency,
            whole=order.status is Status.REFUNDED,
        )
        return refunded, made.at

    return change(tenant, order_id, decide, tell, now=now, once=once)


def change(
    tenant: Tenant,
    order_id: str,
    decide: Decide,
    tell: Tell,
    *,
    now: datetime,
    once: Once | None = None,
    if_match: int | None = None,
    history: bool = False,
    touch: bool = True,
) -> Order:
    """Load, decide, and write order, totals and event in one transaction; an order that stays as it is writes nothing."""
    recall(tenant, once)

    def attempt(again: bool) -> Order:
        before = store.load(tenant, order_id, consistent=True)
        if before is None:
            raise NotFoundError("there is no such order")
        if if_match is not None and before.version != if_match:
            raise StaleError
        after = decide(before)
        transaction = Transaction(tenant)
        if after is not before:
            after = _next(after, now, touch)
        transaction.remember(once, after)
        if after.version != before.version:
            transaction.save(OrderItem.of(tenant, after), otherwise=MovedError())
            left = _count(transaction, before, after, consistent=again)
            event, at = tell(after, left)
            transaction.emit(event, customer_subject(tenant, after.customer_id), at=at, history=history)
        if len(transaction):
            transaction.commit()
        return after

    return contended(attempt, FactsMovedError)


def _next(order: Order, now: datetime, touch: bool) -> Order:
    origin = order.origin
    if origin is not None and touch:
        origin = origin.model_copy(update={"touched": True})
    return order.model_copy(update={"version": order.version + 1, "updated_at": now, "origin": origin})


def _count(transaction: Transaction, before: Order, after: Order | None, *, consistent: bool) -> int:
    """Move the totals if the change does; how many of the customer's orders count then (0 when none was asked)."""
    if not totals.moves(before, after):
        return 0
    facts: Facts = totals.existing_facts(transaction.tenant, before.customer_id, consistent=consistent)
    totals.move(transaction, facts, before, after)
    return facts.orders + rules.counted(after).orders - rules.counted(before).orders


def remove_imported(tenant: Tenant, order_id: str, job: str, *, now: datetime) -> Order | None:
    """Take back an order that an import job brought, and what it added to the totals; None if it is gone already.

    Raises ConflictError when another job or nobody's job brought it, or others have changed it since.
    """

    def attempt(again: bool) -> Order | None:
        order = store.load(tenant, order_id, consistent=True)
        if order is None:
            return None
        _check_own(order, job)
        transaction = Transaction(tenant)
        item = OrderItem.of(tenant, order.model_copy(update={"version": order.version + 1}))
        transaction.delete(item, OrderItem.version == order.version, MovedError())
        left = _count(transaction, order, None, consistent=again)
        removed = events.OrderRemoved(
            **order.model_dump(include={"number", "total", "currency", "placed_at"}),
            order_id=order.id,
            cancelled=not totals.counts(order),
            left=left,
            job=job,
        )
        subject = customer_subject(tenant, order.customer_id)
        transaction.emit(removed, subject, at=now, history=True)
        transaction.commit()
        return order

    return contended(attempt, FactsMovedError)


def _check_own(order: Order, job: str) -> None:
    if order.origin is None or order.origin.job != job:
        raise ConflictError("this job did not bring the order")
    if order.origin.touched:
        raise ConflictError("others have changed the order since")
