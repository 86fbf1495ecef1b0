"""Recording and listing visits."""

from datetime import datetime

from regulars.commerce.buyers import check_customer
from regulars.commerce.orders import past
from regulars.commerce.visits import store
from regulars.commerce.visits.events import VisitRecorded
from regulars.commerce.visits.model import Had, NewVisit, Visit
from regulars.commerce.visits.store import VisitItem
from regulars.customers import customer_subject
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import new_id
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


def record(
    tenant: Tenant, customer_id: str, new: NewVisit, *, now: datetime, once: Once | None = None
) -> Visit:
    """Record a visit, now if not said otherwise. Raises NotFoundError for an unknown customer, InvalidError for a moment in
    the future."""
    at = past(new.visited_at or now, now, "/visited_at")
    check_customer(tenant, customer_id)
    visit = Visit(
        id=new_id("vis", at),
        customer_id=customer_id,
        visited_at=at,
        items=tuple(Had(**item.model_dump()) for item in new.items),
        **new.model_dump(exclude={"visited_at", "items"}),
    )
    recorded = VisitRecorded(
        visit_id=visit.id,
        product_ids=[item.product_id for item in visit.items if item.product_id],
        **visit.model_dump(
            include={"location", "party_size", "seating", "spend", "currency", "order_number"}
        ),
    )
    transaction = Transaction(tenant)
    transaction.remember(once, visit)
    transaction.create(VisitItem.of(tenant, visit))
    transaction.emit(recorded, customer_subject(tenant, customer_id), at=at)
    transaction.commit()
    return visit


def list_visits(
    tenant: Tenant, customer_id: str, *, limit: int = 25, cursor: str | None = None
) -> Page[Visit]:
    """A customer's visits, latest first. Raises NotFoundError for an unknown customer."""
    check_customer(tenant, customer_id)
    return store.page(tenant, customer_id, limit=limit, cursor=cursor)
