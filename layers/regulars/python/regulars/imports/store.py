"""Items in a job's own partition: what each chunk is about to do (for undo and for doing it again), and values seen before."""

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from regulars.kernel.ids import digest
from regulars.kernel.table import Item, JsonAttribute
from regulars.kernel.tenancy import Tenant

Plan = dict[str, Any]
# Longer than an undo or a resumed run may take.
_KEEP = timedelta(days=30)


class UndoItem(Item):
    """What a chunk sets out to do, and what was there before it."""

    kind = UnicodeAttribute(default="undo")
    plan = BinaryAttribute(legacy_encoding=False)


class SeenItem(Item):
    """A value that must be in one row of a file only, with the first line that has it."""

    kind = UnicodeAttribute(default="seen")
    line = NumberAttribute()


class BeforeItem(Item):
    """A customer's profile before and after an import changed it, written in the transaction of that change."""

    kind = UnicodeAttribute(default="before")
    customer = UnicodeAttribute()
    images = JsonAttribute()


def before_item(
    tenant: Tenant, job_id: str, run: int, customer_id: str, images: tuple[Plan, Plan], now: datetime
) -> BeforeItem:
    """The record of a customer that is changed; for the transaction that does it."""
    return BeforeItem(
        tenant.partition("J", job_id),
        f"BEFORE#{run:04d}#{customer_id}",
        customer=customer_id,
        images=list(images),
        expires_at=int((now + _KEEP).timestamp()),
    )


def changed_customers(tenant: Tenant, job_id: str, run: int, after: str) -> Iterator[tuple[str, Plan, Plan]]:
    """Customers that a run changed, in the order of their ids after `after`: id, profile before, profile after."""
    head = f"BEFORE#{run:04d}#"
    for item in BeforeItem.each(
        tenant.partition("J", job_id),
        BeforeItem.sk.between(head + (after and f"{after}~"), f"{head}~"),
        consistent=True,
    ):
        yield item.customer, item.images[0], item.images[1]


def _undo_item(tenant: Tenant, job_id: str, run: int, chunk: int, plan: Plan, now: datetime) -> UndoItem:
    packed = zlib.compress(json.dumps(plan, separators=(",", ":")).encode(), 6)
    return UndoItem(
        tenant.partition("J", job_id),
        f"UNDO#{run:04d}#{chunk:08d}",
        plan=packed,
        expires_at=int((now + _KEEP).timestamp()),
    )


def plan_of(tenant: Tenant, job_id: str, run: int, chunk: int) -> Plan | None:
    """The plan of a chunk that was begun before."""
    item = UndoItem.read(tenant.partition("J", job_id), f"UNDO#{run:04d}#{chunk:08d}", consistent=True)
    return unpacked(item) if item else None


def unpacked(item: UndoItem) -> Plan:
    """An item's plan."""
    plan: Plan = json.loads(zlib.decompress(item.plan))
    return plan


def keep_plan(tenant: Tenant, job_id: str, run: int, chunk: int, plan: Plan, now: datetime) -> Plan:
    """Write a chunk's plan down before anything of it is done; the one that is there already stands."""
    try:
        _undo_item(tenant, job_id, run, chunk, plan, now).save(condition=Item.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return plan_of(tenant, job_id, run, chunk) or plan
    return plan


def plans_backwards(tenant: Tenant, job_id: str, run: int, before: int | None) -> Iterator[tuple[int, Plan]]:
    """The plans of a run from the last chunk (or the one before `before`) back to the first."""
    low, high = f"UNDO#{run:04d}#", f"UNDO#{run:04d}#{'~' if before is None else f'{before - 1:08d}'}"
    if before == 0:
        return
    pk = tenant.partition("J", job_id)
    for item in UndoItem.query(
        pk, UndoItem.sk.between(low, high), scan_index_forward=False, consistent_read=True, page_size=5
    ):
        yield int(item.sk.rpartition("#")[2]), unpacked(item)


def first_lines(
    tenant: Tenant, job_id: str, run: int, values: Iterable[tuple[str, int]], now: datetime
) -> dict[str, int]:
    """For each value of these rows (value, line) the first line of the file that had it. Doing it again gives the same."""
    pk = tenant.partition("J", job_id)
    wanted: dict[str, int] = {}
    for value, line in values:
        wanted.setdefault(value, line)
    keys = {value: f"SEEN#{run:04d}#{digest(value)}" for value in wanted}
    known: dict[str, int] = {}
    names = list(keys.values())
    for start in range(0, len(names), 100):
        batch = [(pk, sk) for sk in names[start : start + 100]]
        known |= {item.sk: int(item.line) for item in SeenItem.batch_get(batch, consistent_read=True)}
    expires = int((now + _KEEP).timestamp())
    with SeenItem.batch_write() as writer:
        for value, sk in keys.items():
            if sk not in known:
                writer.save(SeenItem(pk, sk, line=wanted[value], expires_at=expires))
    return {value: known.get(sk, wanted[value]) for value, sk in keys.items()}
