"""What only imports do: further lines of an order that the same job brought (an invoice may be scattered over a file)."""

from collections.abc import Sequence
from datetime import datetime

from regulars.commerce.orders import events, rules
from regulars.commerce.orders.changes import change
from regulars.commerce.orders.model import NewLine, Order, OrderLine, Origin
from regulars.commerce.products import categories_of
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import Event
from regulars.kernel.tenancy import Tenant


def append_lines(
    tenant: Tenant, order_id: str, lines: Sequence[NewLine], *, job: str, row: int, now: datetime
) -> Order:
    """Add the lines of another group of rows (`row` names it) to an order of the import `job`; the same group counts once.

    Totals move by the difference. Raises ConflictError when the job did not bring the order or it was cancelled or refunded
    meanwhile, NotFoundError when it is gone.
    """
    added = tuple(OrderLine.of(line) for line in lines)
    categories = categories_of(tenant, (line.product_id for line in added))

    def decide(order: Order) -> Order:
        if order.origin is None or order.origin.job != job:
            raise ConflictError("this job did not bring the order")
        if row in order.origin.rows:
            return order
        if order.refunds or rules.counted(order).orders == 0:
            raise ConflictError("the order has been cancelled or refunded meanwhile")
        origin: Origin = order.origin.model_copy(update={"rows": (*order.origin.rows, row)})
        return rules.with_lines(order, added).model_copy(update={"origin": origin})

    def tell(order: Order, left: int) -> tuple[Event, datetime]:
        told = events.OrderLinesAdded(
            order_id=order.id,
            number=order.number,
            added=sum(line.total for line in added),
            total=order.total,
            currency=order.currency,
            placed_at=order.placed_at,
            lines=events.bought(added, categories),
            job=events.job_of(order),
        )
        return told, order.placed_at

    return change(tenant, order_id, decide, tell, now=now, history=True, touch=False)
