"""Items of refunds whose order is not known. Their number is their key, as with orders."""

from datetime import datetime
from typing import Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.commerce.orders.model import Origin
from regulars.commerce.orders.refund_model import Refund
from regulars.kernel.clock import iso
from regulars.kernel.ids import digest, natural_id, tail
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant


class RefundItem(Item):
    """`g1sk` is `<refunded_at>#<refund id>`."""

    kind = UnicodeAttribute(default="refund")
    number = UnicodeAttribute()
    customer = UnicodeAttribute()
    currency = UnicodeAttribute()
    amount = NumberAttribute()
    reason = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute(attr_name="fp")
    job = UnicodeAttribute(null=True)
    row = NumberAttribute(null=True)

    @classmethod
    def of(cls, tenant: Tenant, refund: Refund) -> Self:
        origin = refund.origin
        return cls(
            *refund_key(tenant, refund.number),
            g1pk=tenant.partition("L", "refund"),
            g1sk=f"{iso(refund.refunded_at)}#{refund.id}",
            number=refund.number,
            customer=refund.customer_id,
            currency=refund.currency,
            amount=refund.amount,
            reason=refund.reason,
            fingerprint=refund.fingerprint,
            job=origin.job if origin else None,
            row=origin.rows[0] if origin else None,
        )

    def refund(self) -> Refund:
        at, _, identifier = (self.g1sk or "").partition("#")
        return Refund(
            id=identifier,
            number=self.number,
            customer_id=self.customer,
            currency=self.currency,
            amount=int(self.amount),
            refunded_at=datetime.fromisoformat(at),
            reason=self.reason,
            fingerprint=self.fingerprint,
            origin=Origin.row(self.job, int(self.row)) if self.job else None,
        )


def refund_id(tenant: Tenant, number: str, at: datetime) -> str:
    return natural_id("ref", at, tenant.id, "refund", number)


def refund_key(tenant: Tenant, number: str) -> tuple[str, str]:
    return tenant.partition("O", digest(tenant.id, "refund", number)), "REFUND"


def load(tenant: Tenant, identifier: str, *, consistent: bool = False) -> Refund | None:
    """The refund with an id, or None."""
    item = RefundItem.read(tenant.partition("O", tail(identifier)), "REFUND", consistent=consistent)
    refund = item.refund() if item else None
    return refund if refund is not None and refund.id == identifier else None


def page(tenant: Tenant, *, limit: int, cursor: str | None) -> Page[Refund]:
    """Newest first."""
    found = RefundItem.page(
        tenant.partition("L", "refund"),
        index="by_list",
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
    )
    return page_of(found, RefundItem.refund)
