"""Where a tenant's segments are defined: one partition with all definitions, read whole and remembered by its revision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.expressions.update import Action

from regulars.kernel.errors import ConflictError, MalformedError
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.model import Kind, Segment, Status

CATALOGUE = "CATALOGUE"
_DEFINITION, _THRESHOLD = "D#", "T#"


class CatalogueMovedError(ConflictError):
    """Another segment was written at the same moment: read the catalogue again and repeat."""


class CatalogueItem(Item):
    """`revision` moves with everything in the partition, so that one small read tells whether what is remembered is right.
    `time_zone` is the tenant's: all evaluations change over to another one at the same moment."""

    kind = UnicodeAttribute(default="catalogue")
    revision = NumberAttribute(default=0)
    time_zone = UnicodeAttribute()


class SegmentItem(Item):
    kind = UnicodeAttribute(default="segment")
    type = UnicodeAttribute()
    name = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    rule = JsonAttribute(null=True)
    previous = JsonAttribute(null=True)
    quiet = BooleanAttribute(default=False)
    status = UnicodeAttribute()
    definition = NumberAttribute(default=1)
    job = UnicodeAttribute(null=True)
    key = UnicodeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)
    created_at = TimeAttribute()
    updated_at = TimeAttribute()
    evaluated_at = TimeAttribute(null=True)
    version = VersionAttribute()

    @property
    def segment_id(self) -> str:
        return str(self.sk).removeprefix(_DEFINITION)


class ThresholdItem(Item):
    """The value from which on a customer is in the top (or bottom) part of a field; `population` have the field at all."""

    kind = UnicodeAttribute(default="threshold")
    value = NumberAttribute()
    population = NumberAttribute()
    computed_at = TimeAttribute()

    @property
    def key(self) -> str:
        return str(self.sk).removeprefix(_THRESHOLD)


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything in the partition, as of one revision."""

    revision: int
    time_zone: str
    segments: tuple[Segment, ...]
    thresholds: dict[str, float]


def _partition(tenant: Tenant) -> str:
    return tenant.partition("SEG")


def segment_key(tenant: Tenant, segment_id: str) -> tuple[str, str]:
    """`(pk, sk)` of a definition."""
    return _partition(tenant), _DEFINITION + segment_id


def position_of(tenant: Tenant, segment_id: str) -> dict[str, Any]:
    """Where a definition lies, in DynamoDB's form."""
    pk, sk = segment_key(tenant, segment_id)
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def id_in(tenant: Tenant, position: dict[str, Any]) -> str:
    """Whose position it is. Raises MalformedError for one of another list."""
    segment_id: str = position.get("sk", {}).get("S", "").removeprefix(_DEFINITION)
    if position != position_of(tenant, segment_id):
        raise MalformedError("the cursor is not one of this list")
    return segment_id


def read_revision(tenant: Tenant) -> int | None:
    """The revision now, or None without a catalogue. Consistent: 1 request unit."""
    item = CatalogueItem.read(_partition(tenant), CATALOGUE, consistent=True)
    return None if item is None else int(item.revision)


def read_all(tenant: Tenant) -> Stored | None:
    """The whole catalogue, or None if the tenant has none yet. 1 request unit per 4 KB."""
    # The revision first: whatever is newer than it in the rest is read again at the next look.
    head = CatalogueItem.read(_partition(tenant), CATALOGUE, consistent=True)
    if head is None:
        return None
    items = SegmentItem.each(_partition(tenant), SegmentItem.sk.startswith(_DEFINITION), consistent=True)
    thresholds = ThresholdItem.each(
        _partition(tenant), ThresholdItem.sk.startswith(_THRESHOLD), consistent=True
    )
    return Stored(
        int(head.revision),
        head.time_zone,
        tuple(segment_of(item) for item in items),
        {item.key: _plain(item.value) for item in thresholds},
    )


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else float(number)


def read_item(tenant: Tenant, segment_id: str) -> SegmentItem | None:
    """A definition's item, consistently."""
    return SegmentItem.read(_partition(tenant), _DEFINITION + segment_id, consistent=True)


def segment_of(item: SegmentItem) -> Segment:
    """The domain value of an item."""
    return Segment(
        id=item.segment_id,
        name=item.name,
        kind=Kind(item.type),
        rule=item.rule,
        created_at=item.created_at,
        updated_at=item.updated_at,
        status=Status(item.status),
        description=item.description or "",
        definition=int(item.definition),
        quiet=bool(item.quiet),
        previous=item.previous,
        job=item.job,
        key=item.key,
        created_by=item.created_by,
        evaluated_at=item.evaluated_at,
        version=int(item.version),
    )


def create_segment_item(tx: Transaction, segment: Segment) -> None:
    """Add to `tx` a new definition. The commit raises CatalogueMovedError if it is there: the same request has just made it."""
    tx.create(_item_of(tx.tenant, segment), CatalogueMovedError())


def save_segment(tx: Transaction, item: SegmentItem, segment: Segment, otherwise: Exception) -> None:
    """Add to `tx` a definition in place of the one that was read as `item`; `otherwise` if it is no longer that."""
    fresh = _item_of(tx.tenant, segment)
    fresh.version = item.version
    tx.save(fresh, otherwise=otherwise)


def mark_segment(tx: Transaction, segment: Segment, otherwise: Exception) -> None:
    """Add to `tx` how far the evaluation of a definition is, which is no edit: the version stays, and whoever has the definition
    open can still save it. `otherwise` if the definition is another by now."""
    item = SegmentItem(_partition(tx.tenant), _DEFINITION + segment.id)
    actions: list[Action] = [
        SegmentItem.status.set(segment.status.value),
        SegmentItem.quiet.set(segment.quiet),
        SegmentItem.job.set(segment.job) if segment.job else SegmentItem.job.remove(),
        SegmentItem.previous.set(segment.previous) if segment.previous else SegmentItem.previous.remove(),
    ]
    if segment.evaluated_at is not None:
        actions.append(SegmentItem.evaluated_at.set(segment.evaluated_at))
    same = SegmentItem.definition == segment.definition
    tx.update(item, actions, same, otherwise, versioned=False)


def delete_segment_item(tx: Transaction, item: SegmentItem, otherwise: Exception) -> None:
    """Add to `tx` the removal of the definition that was read as `item`."""
    tx.delete(item, SegmentItem.version == item.version, otherwise)


def _item_of(tenant: Tenant, segment: Segment) -> SegmentItem:
    return SegmentItem(
        _partition(tenant),
        _DEFINITION + segment.id,
        type=segment.kind.value,
        name=segment.name,
        description=segment.description or None,
        rule=segment.rule,
        previous=segment.previous,
        quiet=segment.quiet,
        status=segment.status.value,
        definition=segment.definition,
        job=segment.job,
        key=segment.key,
        created_by=segment.created_by,
        created_at=segment.created_at,
        updated_at=segment.updated_at,
        evaluated_at=segment.evaluated_at,
    )


def create_catalogue(tx: Transaction, time_zone: str, otherwise: Exception) -> None:
    """Add to `tx` the head of a new catalogue; `otherwise` if there is one."""
    tx.create(CatalogueItem(_partition(tx.tenant), CATALOGUE, revision=1, time_zone=time_zone), otherwise)


def move_catalogue(tx: Transaction, revision: int, time_zone: str | None = None) -> None:
    """Add to `tx` the next revision after the one that was read; the commit raises CatalogueMovedError if it has moved."""
    actions: list[Action] = [CatalogueItem.revision.set(revision + 1)]
    if time_zone is not None:
        actions.append(CatalogueItem.time_zone.set(time_zone))
    head = CatalogueItem(_partition(tx.tenant), CATALOGUE)
    tx.update(head, actions, CatalogueItem.revision == revision, CatalogueMovedError())


def save_thresholds(tx: Transaction, values: Iterable[tuple[str, float, int]], computed_at: datetime) -> None:
    """Add to `tx` thresholds as `(key, value, population)`."""
    for key, value, population in values:
        tx.save(
            ThresholdItem(
                _partition(tx.tenant),
                _THRESHOLD + key,
                value=value,
                population=population,
                computed_at=computed_at,
            )
        )
