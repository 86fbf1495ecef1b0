"""Visit items, in their customer's partition in order of time."""

from typing import Self

from pynamodb.attributes import UnicodeAttribute

from regulars.commerce.visits.model import Visit
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant


class VisitItem(Item):
    kind = UnicodeAttribute(default="visit")
    id = UnicodeAttribute()
    customer = UnicodeAttribute()
    visited_at = TimeAttribute()
    data = JsonAttribute()

    @classmethod
    def of(cls, tenant: Tenant, visit: Visit) -> Self:
        return cls(
            tenant.partition("C", visit.customer_id),
            "V#" + visit.id.rpartition("_")[2],
            id=visit.id,
            customer=visit.customer_id,
            visited_at=visit.visited_at,
            data=visit.model_dump(exclude={"id", "customer_id", "visited_at"}, exclude_none=True),
        )

    def visit(self) -> Visit:
        return Visit(id=self.id, customer_id=self.customer, visited_at=self.visited_at, **self.data)


def page(tenant: Tenant, customer_id: str, *, limit: int, cursor: str | None) -> Page[Visit]:
    """Latest first."""
    found = VisitItem.page(
        tenant.partition("C", customer_id),
        VisitItem.sk.startswith("V#"),
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
    )
    return page_of(found, VisitItem.visit)
