"""Evaluation of segments over all customers, as a job in parts; `sweeping` does the work.

The job says which definitions it is about. When all parts are through, those that are still of the definition that the job
began with are ready; one that was edited meanwhile has a job of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from regulars.customers import FACTS_SHARDS
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import NotFoundError
from regulars.kernel.jobs import Job, State, create_job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.model import Because, Segment, Status
from regulars.segments.rules import compile_rule, load_rule
from regulars.segments.store import (
    CatalogueMovedError,
    Stored,
    mark_segment,
    move_catalogue,
    read_all,
    read_item,
    read_revision,
    segment_of,
)

JOB = "segments"
# A part takes every 16th of the 64 facts shards: 16 workers carry a million customers on in minutes and stay below what one
# partition of sums takes; the shards of a part have their sums in items of their own, which no other part writes.
PARTS = 16
# Until so long after an edit a live evaluation that read the catalogue before it may still write: no function runs longer.
IN_FLIGHT = timedelta(minutes=2)
# What a rule reads does not depend on it.
_ANY_ZONE = ZoneInfo("UTC")
_ATTEMPTS = 8
_AT_ONCE = 50

Write = Callable[[Transaction, Job], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a job of this type is to do. `segments` are the definitions by id that are judged for everybody; `measure` are the
    thresholds that are computed before. Whoever is between an old and a new value of a threshold is judged by its readers.
    `edited` if the definitions are newer than what live evaluations in flight may have read."""

    segments: dict[str, int]
    measure: tuple[str, ...] = ()
    because: Because = "edit"
    edited: bool = True

    def spec(self) -> dict[str, Any]:
        """As the job keeps it."""
        return {
            "segments": self.segments,
            "measure": list(self.measure),
            "because": self.because,
            "edited": self.edited,
        }

    @classmethod
    def of(cls, job: Job) -> "Ask":
        spec = job.spec
        return cls(spec["segments"], tuple(spec["measure"]), spec["because"], spec["edited"])


def shards_of(part: int) -> range:
    """The facts shards of a part."""
    return range(part, FACTS_SHARDS, PARTS)


def start_evaluation(
    tenant: Tenant,
    segment_ids: Iterable[str] | None,
    *,
    now: datetime,
    by: str = "",
    name: str = "Segments",
    also: Write | None = None,
    defined: Sequence[Segment] = (),
    refresh: bool = False,
) -> Job:
    """Have segments (None: all with a rule) judged for every customer; they are `evaluating` until then.

    By `also` the caller saves what it has `defined` in the job's own transaction, marked with the job's id: no crash leaves a
    segment waiting for a job that does not exist. A `refresh` computes the thresholds of the segments anew as well.
    Raises NotFoundError for a segment that is not there, CatalogueMovedError if others keep writing the catalogue.
    """
    for attempt in range(_ATTEMPTS):
        stored = read_all(tenant)
        segments = _wanted(stored, segment_ids, defined)
        measure = _thresholds(segments, () if refresh or stored is None else stored.thresholds)
        ask = Ask({one.id: one.definition for one in segments}, measure, edited=not refresh)
        try:
            return begin_job(tenant, ask, name, now=now, by=by, also=also or _marking(stored, segments))
        except CatalogueMovedError:
            if also is not None:
                raise
            full_jitter(0.02, attempt)
    raise CatalogueMovedError


def begin_job(
    tenant: Tenant, ask: Ask, name: str, *, now: datetime, by: str = "", also: Write = lambda tx, job: None
) -> Job:
    """A job that does what `ask` says; `also` adds to its transaction."""
    rounds = 2 if ask.measure else 1
    return create_job(tenant, JOB, name, ask.spec(), now=now, by=by, parts=PARTS, rounds=rounds, also=also)


def _wanted(stored: Stored | None, ids: Iterable[str] | None, defined: Sequence[Segment]) -> list[Segment]:
    known = {one.id: one for one in (*(stored.segments if stored else ()), *defined)}
    if ids is None:
        return [one for one in known.values() if one.rule is not None]
    wanted = list(dict.fromkeys(ids))
    if missing := [one for one in wanted if one not in known]:
        raise NotFoundError(f"there is no segment {missing[0]}")
    return [known[one] for one in wanted if known[one].rule is not None]


def _thresholds(segments: Iterable[Segment], known: Iterable[str]) -> tuple[str, ...]:
    rules = [compile_rule(load_rule(one.rule), _ANY_ZONE) for one in segments if one.rule is not None]
    return tuple(sorted({key for rule in rules for key in rule.reads.thresholds} - set(known)))


def _marking(stored: Stored | None, segments: list[Segment]) -> Write:
    """Marks the segments as evaluating; more than fit a transaction are judged without that being shown."""

    def write(tx: Transaction, job: Job) -> None:
        if stored is None or not segments or len(segments) > _AT_ONCE:
            return
        for one in segments:
            marked = replace(one, status=Status.EVALUATING, job=job.id)
            mark_segment(tx, marked, CatalogueMovedError())
        move_catalogue(tx, stored.revision)

    return write


def conclude(tenant: Tenant, job: Job, outcome: State, now: datetime) -> None:
    """Say of the job's segments how it went; harmless to repeat. Raises CatalogueMovedError if others keep writing."""
    ids = list(Ask.of(job).segments)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        write_catalogue(tenant, partial(_conclude_some, job, some, outcome, now))


def write_catalogue(tenant: Tenant, write: Callable[[Transaction], None]) -> None:
    """Commit what `write` adds, reading anew, together with the catalogue's next revision; nothing if it adds nothing.
    Raises CatalogueMovedError if others keep writing."""
    for attempt in range(_ATTEMPTS):
        revision = read_revision(tenant)
        tx = Transaction(tenant)
        write(tx)
        if revision is None or not len(tx):
            return
        move_catalogue(tx, revision)
        try:
            tx.commit()
        except CatalogueMovedError:
            full_jitter(0.02, attempt)
        else:
            return
    raise CatalogueMovedError


def _conclude_some(job: Job, ids: list[str], outcome: State, now: datetime, tx: Transaction) -> None:
    for segment_id in ids:
        _conclude_one(tx, job, segment_id, outcome, now)


def _conclude_one(tx: Transaction, job: Job, segment_id: str, outcome: State, now: datetime) -> None:
    item = read_item(tx.tenant, segment_id)
    before = None if item is None else segment_of(item)
    if item is None or before is None or before.definition != Ask.of(job).segments[segment_id]:
        return
    if before.job != job.id and before.status is not Status.READY:
        # A later job is about it.
        return
    after = _ready(before, now) if outcome is State.SUCCEEDED else _failed(before, job)
    if after != before:
        mark_segment(tx, after, CatalogueMovedError())


def _ready(segment: Segment, now: datetime) -> Segment:
    return replace(segment, status=Status.READY, evaluated_at=now, previous=None, quiet=False)


def _failed(segment: Segment, job: Job) -> Segment:
    return replace(segment, status=Status.FAILED) if segment.job == job.id else segment
