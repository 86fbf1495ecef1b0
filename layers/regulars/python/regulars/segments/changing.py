"""Use cases of segments that are there: change, delete, evaluate again."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.kernel.errors import ConflictError, Fault, InvalidError, NotFoundError, StaleError
from regulars.kernel.jobs import ACTIVE, Job, create_job, get_job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.catalogue import Catalogue
from regulars.segments.clearing import CLEAR
from regulars.segments.describing import SegmentChange
from regulars.segments.events import SegmentChanged, SegmentDeleted, about_segments
from regulars.segments.model import Kind, Segment, Status
from regulars.segments.references import readers_of
from regulars.segments.store import (
    CatalogueMovedError,
    delete_segment_item,
    move_catalogue,
    save_segment,
    segment_of,
)
from regulars.segments.uses_store import Use, require_unused, uses_of
from regulars.segments.writing import at_hand, by_the_latest, check_name, checked_rule, write_evaluated

_PARTS = ("name", "description", "rule")


def dependants(tenant: Tenant, segment_id: str) -> list[Use]:
    """What uses a segment: others whose rules refer to it, and what campaigns, automations … have noted. Raises
    NotFoundError."""
    catalogue, _ = at_hand(tenant, segment_id)
    return [*_readers(catalogue, segment_id), *uses_of(tenant, segment_id).noted]


def _readers(catalogue: Catalogue, segment_id: str) -> list[Use]:
    return [Use("segment", one.id, one.name) for one in readers_of(catalogue.segments, segment_id)]


def change_segment(
    tenant: Tenant,
    segment_id: str,
    change: SegmentChange,
    *,
    now: datetime,
    version: int | None = None,
    by: str = "",
) -> Segment:
    """Change what `change` names; only another rule starts an evaluation, and who enters or leaves by that alone makes events
    only if it says `notify`. Raises NotFoundError, StaleError (`version`), InvalidError, ConflictError (name)."""

    def write() -> Segment:
        catalogue, item = at_hand(tenant, segment_id)
        before = segment_of(item)
        if version not in {None, before.version}:
            raise StaleError
        after = _changed(catalogue, before, change)
        fields = [name for name in _PARTS if getattr(after, name) != getattr(before, name)]
        if not fields:
            return before
        after = replace(after, updated_at=now)

        def put(tx: Transaction, segment: Segment) -> None:
            save_segment(tx, item, segment, CatalogueMovedError())
            changed = SegmentChanged(segment_id=segment.id, fields=fields, definition=segment.definition)
            tx.emit(changed, about_segments(tenant, segment.id), at=now)

        if "rule" in fields:
            after = write_evaluated(catalogue, after, put, now=now, by=by)
        else:
            tx = Transaction(tenant)
            put(tx, after)
            move_catalogue(tx, catalogue.revision)
            tx.commit()
        return replace(after, version=before.version + 1)

    return by_the_latest(write)


def _changed(catalogue: Catalogue, before: Segment, change: SegmentChange) -> Segment:
    if change.name is not None:
        check_name(catalogue, change.name, before.id)
    after = replace(
        before,
        name=before.name if change.name is None else change.name,
        description=before.description if change.description is None else change.description,
    )
    if change.rule is None:
        return after
    if before.kind is Kind.STATIC:
        raise InvalidError.of("/rule", "a static segment is a list and has no rule")
    rule = checked_rule(catalogue, change.rule, after)
    return after if rule == before.rule else _with_rule(before, after, rule, notify=change.notify)


def _with_rule(before: Segment, after: Segment, rule: dict[str, Any], *, notify: bool) -> Segment:
    # By which rule those are in it, or not, who are not looked at yet: that of the last version that was evaluated.
    standing = before.previous if before.quiet else before.rule
    return replace(
        after,
        rule=rule,
        definition=before.definition + 1,
        status=Status.EVALUATING,
        quiet=not notify,
        previous=None if notify else standing,
    )


def delete_segment(
    tenant: Tenant, segment_id: str, *, now: datetime, version: int | None = None, by: str = ""
) -> None:
    """Remove a segment: its definition at once, who is and was in it by a job. Raises NotFoundError, StaleError, and
    ConflictError naming all that uses it."""

    def write() -> None:
        catalogue, item = at_hand(tenant, segment_id)
        if version not in {None, int(item.version)}:
            raise StaleError
        uses = uses_of(tenant, segment_id)
        if users := [*_readers(catalogue, segment_id), *uses.noted]:
            raise _in_use(users)

        def also(tx: Transaction, job: Job) -> None:
            delete_segment_item(tx, item, CatalogueMovedError())
            require_unused(tx, segment_id, uses.revision)
            move_catalogue(tx, catalogue.revision)
            tx.emit(SegmentDeleted(segment_id=segment_id), about_segments(tenant, segment_id), at=now)

        name = f"Deleted segment “{item.name}”"
        create_job(tenant, CLEAR, name, {"segment": segment_id}, now=now, by=by, also=also)

    by_the_latest(write)


def _in_use(users: list[Use]) -> ConflictError:
    named = ", ".join(f"the {one.kind} “{one.name}”" for one in users[:5])
    more = f" and {len(users) - 5} more" if len(users) > 5 else ""
    faults = [Fault(f"/{one.kind}s/{one.id}", f"the {one.kind} “{one.name}” uses it") for one in users[:50]]
    return ConflictError(f"it is used by {named}{more}", faults)


def refresh_segment(tenant: Tenant, segment_id: str, now: datetime, *, by: str = "") -> Job:
    """Judge everybody by a segment again, and by those that refer to it; answers the job. If one is at it already, that one.
    Raises NotFoundError, ConflictError for a list."""

    def write() -> Job:
        catalogue, item = at_hand(tenant, segment_id)
        before = segment_of(item)
        if before.kind is Kind.STATIC:
            raise ConflictError("a static segment is a list: there is nothing to evaluate")
        if before.status is Status.EVALUATING and (job := _at_work(tenant, before)) is not None:
            return job
        again = write_evaluated(
            catalogue,
            replace(before, status=Status.EVALUATING),
            lambda tx, segment: save_segment(tx, item, segment, CatalogueMovedError()),
            now=now,
            by=by,
            refresh=True,
        )
        return get_job(tenant, again.job or "")

    return by_the_latest(write)


def _at_work(tenant: Tenant, segment: Segment) -> Job | None:
    try:
        job = get_job(tenant, segment.job or "")
    except NotFoundError:
        return None
    return job if job.state in ACTIVE else None
