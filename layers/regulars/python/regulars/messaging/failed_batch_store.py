"""Batches that the queue has given up, in the table, beside their dispatch."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.sends import Batch
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

_FAILED = "FAILED#"


class FailedBatchItem(Item):
    kind = UnicodeAttribute(default="failed batch")
    number = NumberAttribute()
    customers = JsonAttribute()
    reason = UnicodeAttribute()
    at = TimeAttribute()


def _place(tenant: Tenant, dispatch_id: str, number: int) -> tuple[str, str]:
    return tenant.partition("DSP", dispatch_id), f"{_FAILED}{number:012d}"


def save_failed(work: Batch, reason: str, now: datetime) -> None:
    """Note a batch; what was noted of it before is replaced."""
    tx = Transaction(work.tenant)
    place = _place(work.tenant, work.dispatch_id, work.number)
    tx.save(
        FailedBatchItem(*place, number=work.number, customers=list(work.customer_ids), reason=reason, at=now)
    )
    tx.commit()


def forget_failed(tenant: Tenant, dispatch_id: str, number: int) -> None:
    FailedBatchItem(*_place(tenant, dispatch_id, number)).delete()


def read_failed(tenant: Tenant, dispatch_id: str, number: int) -> FailedBatchItem | None:
    """1 request unit."""
    return FailedBatchItem.read(*_place(tenant, dispatch_id, number), consistent=True)


def each_failed(tenant: Tenant, dispatch_id: str, most: int | None = None) -> Iterator[FailedBatchItem]:
    """What is noted of a dispatch, by number. 0.5 request units for each 4 KB, two batches or so."""
    pk = tenant.partition("DSP", dispatch_id)
    return islice(FailedBatchItem.each(pk, FailedBatchItem.sk.startswith(_FAILED)), most)
