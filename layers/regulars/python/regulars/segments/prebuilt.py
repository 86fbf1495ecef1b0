"""A tenant's catalogue begins with the prebuilt segments, evaluated in one run."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import natural_id, time_of
from regulars.kernel.jobs import Job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.platform import get_tenant
from regulars.segments.bulk import start_evaluation
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.events import SegmentCreated, about_segments
from regulars.segments.model import Kind, Segment, Status
from regulars.segments.prebuilt_rules import PREBUILT, Prebuilt
from regulars.segments.rules import parse_rule
from regulars.segments.store import create_catalogue, create_segment_item
from regulars.segments.thresholds import arm_nightly
from regulars.segments.vocabulary import vocabulary_of


class _BegunError(ConflictError):
    """Somebody else began the catalogue at the same moment."""


def ensure_prebuilt(tenant: Tenant, *, now: datetime) -> Catalogue:
    """The tenant's catalogue, made with the prebuilt segments if there is none. Raises NotFoundError for a tenant without
    settings."""
    found = catalogue_of(tenant)
    if found is not None:
        return found
    with suppress(_BegunError):
        _begin(tenant, now)
    found = catalogue_of(tenant)
    assert found is not None
    return found


def prebuilt_id(tenant: Tenant, key: str) -> str:
    """The id of a prebuilt segment, the same for ever."""
    return natural_id("seg", time_of(tenant.id), tenant.id, "prebuilt", key)


def _begin(tenant: Tenant, now: datetime) -> None:
    zone = get_tenant(tenant).time_zone
    segments = [_segment(tenant, one, now) for one in PREBUILT]

    def write(tx: Transaction, job: Job) -> None:
        create_catalogue(tx, zone, _BegunError())
        arm_nightly(tx, ZoneInfo(zone), now)
        for segment in segments:
            create_segment_item(tx, replace(segment, job=job.id))
            created = SegmentCreated(segment_id=segment.id, kind=segment.kind.value)
            tx.emit(created, about_segments(tenant, segment.id), at=now)

    ids = [one.id for one in segments]
    start_evaluation(tenant, ids, now=now, name="Prebuilt segments", defined=segments, also=write)


def _segment(tenant: Tenant, one: Prebuilt, now: datetime) -> Segment:
    root = one.root(lambda key: prebuilt_id(tenant, key))
    rule = parse_rule({"version": 1, "root": root}, vocabulary_of(tenant))
    return Segment(
        prebuilt_id(tenant, one.key),
        one.name,
        Kind.DYNAMIC,
        rule.dump(),
        now,
        now,
        Status.EVALUATING,
        one.description,
        quiet=True,
        key=one.key,
    )
