"""Who else uses a segment (campaigns, automations …), so that it is not deleted under them."""

from collections.abc import Set
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.members_store import sums_partition
from regulars.segments.store import SegmentItem, segment_key

_HEAD, _USE = "USES", "USE#"


@dataclass(frozen=True, slots=True)
class Use:
    """Something that uses a segment: what kind of thing, its id and its name."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Uses:
    """All uses, as of a revision that moves with each of them."""

    revision: int
    noted: tuple[Use, ...]


class UsesItem(Item):
    """Moves with each use that is noted or dropped, so that a deletion cannot overlook one."""

    kind = UnicodeAttribute(default="segment uses")
    revision = NumberAttribute(default=0)


class UseItem(Item):
    kind = UnicodeAttribute(default="segment use")
    what = UnicodeAttribute()
    id = UnicodeAttribute()
    name = UnicodeAttribute()


def _place(tenant: Tenant, segment_id: str, kind: str, use_id: str) -> tuple[str, str]:
    return sums_partition(tenant, segment_id), f"{_USE}{kind}#{use_id}"


def note_use(tx: Transaction, segment_id: str, kind: str, id: str, name: str) -> None:
    """Add to `tx` that something uses a segment (again: its name may have changed). The commit raises NotFoundError if there
    is no such segment."""
    place = segment_key(tx.tenant, segment_id)
    tx.check(SegmentItem(*place), SegmentItem.pk.exists(), NotFoundError("there is no such segment"))
    tx.save(UseItem(*_place(tx.tenant, segment_id, kind, id), what=kind, id=id, name=name))
    _move(tx, segment_id)


def drop_use(tx: Transaction, segment_id: str, kind: str, id: str) -> None:
    """Add to `tx` that something uses a segment no longer."""
    item = UseItem(*_place(tx.tenant, segment_id, kind, id))
    tx.delete(item, UseItem.pk.exists() | UseItem.pk.does_not_exist())
    _move(tx, segment_id)


def keep_uses(tx: Transaction, use: Use, *, before: Set[str], after: Set[str], renamed: bool = False) -> None:
    """Add to `tx` which segments something uses now and which no longer; under a new name, all that it uses."""
    for segment_id in sorted(after if renamed else after - before):
        note_use(tx, segment_id, use.kind, use.id, use.name)
    for segment_id in sorted(before - after):
        drop_use(tx, segment_id, use.kind, use.id)


def _move(tx: Transaction, segment_id: str) -> None:
    head = UsesItem(sums_partition(tx.tenant, segment_id), _HEAD)
    tx.update(head, [UsesItem.kind.set("segment uses"), UsesItem.revision.add(1)])


def uses_of(tenant: Tenant, segment_id: str) -> Uses:
    """What was noted, consistently. 1 request unit per 4 KB."""
    pk = sums_partition(tenant, segment_id)
    # The revision first: whatever is noted after it makes a deletion by it fail.
    head = UsesItem.read(pk, _HEAD, consistent=True)
    items = UseItem.each(pk, UseItem.sk.startswith(_USE), consistent=True)
    noted = tuple(Use(item.what, item.id, item.name) for item in items)
    return Uses(int(head.revision) if head else 0, noted)


def require_unused(tx: Transaction, segment_id: str, revision: int) -> None:
    """Add to `tx` that no use was noted since `revision` was read; the commit raises ConflictError otherwise."""
    head = UsesItem(sums_partition(tx.tenant, segment_id), _HEAD)
    unmoved = UsesItem.revision == revision if revision else UsesItem.pk.does_not_exist()
    tx.delete(head, unmoved, ConflictError("something began to use this segment at the same moment"))
