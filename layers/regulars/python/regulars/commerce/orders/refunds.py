"""Recording refunds whose order is not known; they move their customer's totals as those of orders do."""

from datetime import datetime
from typing import Any

from regulars.commerce.contention import MovedError, contended
from regulars.commerce.orders import events, refund_store, rules, totals
from regulars.commerce.orders.model import Origin
from regulars.commerce.orders.refund_model import NewRefund, Refund
from regulars.commerce.orders.refund_store import RefundItem
from regulars.customers import FactsMovedError, TotalsChange, change_totals, customer_subject, resolve
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import ulid
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


class _TakenError(ConflictError):
    def __init__(self, raw: dict[str, Any] | None) -> None:
        super().__init__()
        self.raw = raw


def record_refund(
    tenant: Tenant,
    new: NewRefund,
    *,
    now: datetime,
    once: Once | None = None,
    history: bool = False,
    origin: Origin | None = None,
) -> Refund:
    """Record a refund; idempotent by number. Raises NotFoundError for an unknown customer, ConflictError when the number
    belongs to another refund, InvalidError for a moment in the future or another currency than the tenant's."""
    at = rules.past(new.refunded_at or now, now, "/refunded_at")
    number = new.number or ulid(now)
    customer_id = resolve(tenant, new.customer, verify=False)

    def attempt(again: bool) -> Refund:
        facts = totals.existing_facts(tenant, customer_id, consistent=again, pointer="/customer")
        totals.check_currency(facts, new.currency)
        refund = Refund(
            id=refund_store.refund_id(tenant, number, at),
            number=number,
            customer_id=facts.customer_id,
            currency=new.currency,
            amount=new.amount,
            refunded_at=at,
            reason=new.reason,
            fingerprint=new.fingerprint(facts.customer_id),
            origin=origin,
            created=True,
        )
        transaction = Transaction(tenant)
        transaction.remember(once, refund)
        transaction.create(RefundItem.of(tenant, refund), _TakenError)
        _tell(transaction, refund, history)
        change = TotalsChange(refunds=1, refunded=new.amount, currency=new.currency)
        change_totals(transaction, facts, change)
        transaction.commit()
        return refund

    try:
        return contended(attempt, FactsMovedError)
    except _TakenError as taken:
        return _again(tenant, new, taken, customer_id or "", once)


def _tell(transaction: Transaction, refund: Refund, history: bool) -> None:
    refunded = events.OrderRefunded(
        number=refund.number,
        amount=refund.amount,
        currency=refund.currency,
        refund_id=refund.id,
        job=refund.origin.job if refund.origin else None,
    )
    subject = customer_subject(transaction.tenant, refund.customer_id)
    transaction.emit(refunded, subject, at=refund.refunded_at, history=history)


def _again(tenant: Tenant, new: NewRefund, taken: _TakenError, customer_id: str, once: Once | None) -> Refund:
    if taken.raw is None:
        raise taken
    refund = RefundItem.from_raw_data(taken.raw).refund()
    same_moment = (
        new.refunded_at is None or rules.past(new.refunded_at, new.refunded_at, "") == refund.refunded_at
    )
    if not same_moment or refund.fingerprint != new.fingerprint(customer_id):
        raise ConflictError(f"there is another refund with the number {refund.number!r}")
    if once is not None:
        transaction = Transaction(tenant)
        transaction.remember(once, refund)
        transaction.commit()
    return refund


def remove_refund(tenant: Tenant, refund_id: str, job: str, *, now: datetime) -> Refund | None:
    """Take back a refund that an import job brought, and its part of the totals; None if it is gone already.

    Raises ConflictError when the job did not bring it.
    """

    def attempt(again: bool) -> Refund | None:
        refund = refund_store.load(tenant, refund_id, consistent=True)
        if refund is None:
            return None
        if refund.origin is None or refund.origin.job != job:
            raise ConflictError("this job did not bring the refund")
        facts = totals.existing_facts(tenant, refund.customer_id, consistent=again)
        transaction = Transaction(tenant)
        transaction.delete(RefundItem.of(tenant, refund), RefundItem.pk.exists(), MovedError())
        change_totals(transaction, facts, TotalsChange(refunds=-1, refunded=-refund.amount))
        removed = events.OrderRefundRemoved(
            **refund.model_dump(include={"number", "amount", "currency", "refunded_at"}),
            refund_id=refund.id,
            job=job,
        )
        transaction.emit(removed, customer_subject(tenant, refund.customer_id), at=now, history=True)
        transaction.commit()
        return refund

    return contended(attempt, FactsMovedError)


def get_refund(tenant: Tenant, refund_id: str) -> Refund:
    """Raises NotFoundError."""
    refund = refund_store.load(tenant, refund_id)
    if refund is None:
        raise NotFoundError("there is no such refund")
    return refund


def list_refunds(tenant: Tenant, *, limit: int = 25, cursor: str | None = None) -> Page[Refund]:
    """Refunds without an order, newest first."""
    return refund_store.page(tenant, limit=limit, cursor=cursor)
