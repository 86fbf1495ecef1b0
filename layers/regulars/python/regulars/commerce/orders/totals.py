"""From an order's change to its customer's totals, in the order's own transaction."""

from regulars.commerce.orders import store
from regulars.commerce.orders.model import Order, Status
from regulars.commerce.orders.rules import counted
from regulars.customers import Facts, TotalsChange, change_totals, facts_of
from regulars.kernel.errors import Fault, InvalidError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform import settings_of


def existing_facts(tenant: Tenant, customer_id: str | None, *, consistent: bool, pointer: str = "") -> Facts:
    """A customer's facts. Raises NotFoundError (at `pointer`) if there is no such customer.

    An older copy does no harm: what is written depends on its revision. Only an absence is asked for twice.
    """
    facts = facts_of(tenant, customer_id, consistent=consistent) if customer_id else None
    if facts is None and customer_id and not consistent:
        facts = facts_of(tenant, customer_id, consistent=True)
    if facts is None:
        raise NotFoundError(
            "there is no such customer",
            [Fault(pointer, "there is no such customer")] if pointer else (),
        )
    return facts


def check_currency(facts: Facts, currency: str) -> None:
    """Totals are in one currency, the tenant's; a customer who has any shows which. Raises InvalidError for another one."""
    expected = facts.currency or settings_of(facts.tenant).currency
    if expected != currency:
        raise InvalidError.of("/currency", f"should be {expected}, the currency that is counted in here")


def move(transaction: Transaction, facts: Facts, before: Order | None, after: Order | None) -> None:
    """Add to the transaction by how much the totals change when `before` becomes `after`; nothing if they do not."""
    order = after or before
    assert order is not None
    change = counted(after) - counted(before)
    if not (change.orders or change.gross or change.refunds or change.refunded):
        return
    first = last = None
    if change.orders < 0 and order.placed_at in (facts.first_order_at, facts.last_order_at):
        first, last = store.span_without(transaction.tenant, order)
    change_totals(
        transaction,
        facts,
        TotalsChange(
            orders=change.orders,
            gross=change.gross,
            refunds=change.refunds,
            refunded=change.refunded,
            at=order.placed_at if change.orders > 0 else None,
            first_order_at=first,
            last_order_at=last,
            currency=order.currency,
        ),
    )


def moves(before: Order | None, after: Order | None) -> bool:
    """Whether a change of an order moves its customer's totals."""
    return counted(before) != counted(after)


def counts(order: Order) -> bool:
    """Whether the order is in its customer's totals."""
    return order.status is not Status.CANCELLED
