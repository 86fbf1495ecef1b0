"""What all writes of definitions have in common: the checks, the catalogue they were made by, the job that evaluates."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError, Fault, NotFoundError
from regulars.kernel.jobs import Job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.bulk import start_evaluation
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.model import Segment
from regulars.segments.references import check_references, with_readers
from regulars.segments.rules import parse_rule
from regulars.segments.store import CatalogueMovedError, SegmentItem, move_catalogue, read_item
from regulars.segments.vocabulary import vocabulary_of

_ATTEMPTS = 10
T = TypeVar("T")


def by_the_latest(write: Callable[[], T]) -> T:
    """Do something by the latest catalogue, again for as long as others are faster. Raises ConflictError in the end."""
    for attempt in range(_ATTEMPTS):
        try:
            return write()
        except CatalogueMovedError:
            full_jitter(0.02, min(attempt, 5))
    raise ConflictError("others keep changing segments; try again")


def at_hand(tenant: Tenant, segment_id: str) -> tuple[Catalogue, SegmentItem]:
    """The catalogue and a definition as they are now. Raises NotFoundError."""
    catalogue, item = catalogue_of(tenant), read_item(tenant, segment_id)
    if catalogue is None or item is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    return catalogue, item


def check_name(catalogue: Catalogue, name: str, own: str = "") -> None:
    """Raises ConflictError if another segment has the name, in capitals or not."""
    for one in catalogue.segments.values():
        if one.id != own and one.name.casefold() == name.casefold():
            fault = Fault("/name", f"another segment is named “{one.name}”")
            raise ConflictError(fault.detail, [fault])


def checked_rule(catalogue: Catalogue, given: dict[str, Any], own: Segment | None = None) -> dict[str, Any]:
    """The rule as it is kept. Raises InvalidError with pointers from `/rule` on, also for a reference that leads nowhere or back
    to the segment itself."""
    rule = parse_rule(given, vocabulary_of(catalogue.tenant)).dump()
    check_references(rule, catalogue.segments, own)
    return rule


def write_evaluated(
    catalogue: Catalogue,
    segment: Segment,
    write: Callable[[Transaction, Segment], None],
    *,
    now: datetime,
    by: str,
    refresh: bool = False,
) -> Segment:
    """Write a segment that everybody is to be judged by, together with the job that does so; all that refer to it are
    judged too. Raises CatalogueMovedError."""
    written = [segment]

    def also(tx: Transaction, job: Job) -> None:
        written[0] = replace(segment, job=job.id)
        write(tx, written[0])
        move_catalogue(tx, catalogue.revision)

    start_evaluation(
        catalogue.tenant,
        with_readers(catalogue.segments, [segment.id]),
        now=now,
        by=by,
        name=f"Segment “{segment.name}”",
        defined=[segment],
        also=also,
        refresh=refresh,
    )
    return written[0]
