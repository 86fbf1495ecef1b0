"""Use cases of segments: list, get, create. Each write is one transaction, which moves the catalogue on from the revision that
all checks were made by: of two who write at the same moment the later one checks again."""

from dataclasses import replace
from datetime import datetime

from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import natural_id, new_id, tail
from regulars.kernel.pagination import Page, decode_cursor, encode_cursor
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.describing import NewSegment
from regulars.segments.events import SegmentCreated, about_segments
from regulars.segments.lists import known_customers, put_in
from regulars.segments.model import Kind, Segment, Status
from regulars.segments.prebuilt import ensure_prebuilt
from regulars.segments.store import create_segment_item, id_in, move_catalogue, position_of
from regulars.segments.writing import by_the_latest, check_name, checked_rule, write_evaluated

MAX_SEGMENTS = 500


def list_segments(tenant: Tenant, now: datetime) -> list[Segment]:
    """All segments of a tenant, the oldest first; the prebuilt ones are made if there are none yet. 1 request unit when
    nothing has changed."""
    return sorted(ensure_prebuilt(tenant, now=now).segments.values(), key=lambda one: one.id)


def page_of_segments(
    tenant: Tenant, now: datetime, *, limit: int = 25, cursor: str | None = None
) -> Page[Segment]:
    """A page of them. Raises MalformedError for a cursor of another list."""
    position = decode_cursor(tenant, cursor)
    after = id_in(tenant, position) if position is not None else ""
    following = [one for one in list_segments(tenant, now) if one.id > after]
    found = following[:limit]
    return Page(found, encode_cursor(position_of(tenant, found[-1].id)) if len(following) > limit else None)


def get_segment(tenant: Tenant, segment_id: str) -> Segment:
    """A segment as it is now. Raises NotFoundError."""
    catalogue = catalogue_of(tenant)
    if catalogue is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    return catalogue.segments[segment_id]


def create_segment(
    tenant: Tenant, given: NewSegment, *, now: datetime, by: str = "", once: Once | None = None
) -> Segment:
    """A new segment. One with a rule is being evaluated when this returns; a list has its members.

    Raises InvalidError (rule, references, members that are not known), ConflictError (the name is taken, too many).
    """
    recall(tenant, once)
    members = known_customers(tenant, given.members)

    def write() -> Segment:
        catalogue = ensure_prebuilt(tenant, now=now)
        # Again, as of this catalogue: the same request at the same moment is no stranger with the same name.
        recall(tenant, once)
        segment = _new(catalogue, given, now, by, once)
        if segment.kind is Kind.DYNAMIC:
            return write_evaluated(catalogue, segment, lambda tx, new: _create(tx, new, once), now=now, by=by)
        if segment.id not in catalogue.segments:
            tx = Transaction(tenant)
            # With members to be put in, the key is remembered when they are.
            _create(tx, segment, None if members else once)
            move_catalogue(tx, catalogue.revision)
            tx.commit()
        return segment

    made = by_the_latest(write)
    if members:
        put_in(tenant, made.id, members, now=now)
        tx = Transaction(tenant)
        tx.remember(once, made)
        if len(tx):
            tx.commit()
    return made


def _new(catalogue: Catalogue, given: NewSegment, now: datetime, by: str, once: Once | None) -> Segment:
    tenant = catalogue.tenant
    segment_id = natural_id("seg", now, tenant.id, once.caller, once.key) if once else new_id("seg", now)
    # Begun by the same request, which died before all members were in.
    begun = next((one for one in catalogue.segments.values() if tail(one.id) == tail(segment_id)), None)
    if begun is not None and begun.kind is given.kind is Kind.STATIC:
        return begun
    if len(catalogue.segments) >= MAX_SEGMENTS:
        raise ConflictError(f"a tenant may have {MAX_SEGMENTS} segments at the most")
    check_name(catalogue, given.name)
    segment = Segment(
        segment_id,
        given.name,
        given.kind,
        None,
        now,
        now,
        description=given.description,
        created_by=by or None,
    )
    if given.rule is None:
        return segment
    rule = checked_rule(catalogue, given.rule)
    return replace(segment, rule=rule, status=Status.EVALUATING, quiet=not given.notify)


def _create(tx: Transaction, segment: Segment, once: Once | None) -> None:
    tx.remember(once, segment)
    create_segment_item(tx, segment)
    created = SegmentCreated(segment_id=segment.id, kind=segment.kind.value)
    tx.emit(created, about_segments(tx.tenant, segment.id), at=segment.created_at)
