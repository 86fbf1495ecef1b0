"""Jobs as they lie in the table: one item a job and, of a job in parts, one beside it for each part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant


class State(StrEnum):
    UPLOADING = "uploading"
    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


ACTIVE = frozenset({State.QUEUED, State.RUNNING, State.UNDOING})
_COUNTS = ("read", "created", "updated", "unchanged", "refused")


class WorkItem(Item):
    """What a worker holds by a lease and writes its progress to: a whole job, or a part of one."""

    state = UnicodeAttribute()
    counts = JsonAttribute()
    percent = NumberAttribute(default=0)
    eta_seconds = NumberAttribute(null=True)
    message = UnicodeAttribute(null=True)
    started_at = TimeAttribute(null=True)
    finished_at = TimeAttribute(null=True)
    step = NumberAttribute(default=0)
    checkpoint = JsonAttribute(null=True)
    stumbles = NumberAttribute(default=0)
    lease = UnicodeAttribute(null=True)
    written_by = UnicodeAttribute(null=True)
    lease_until = TimeAttribute(null=True)

    @property
    def done(self) -> float:
        """0 to 1."""
        return 1.0 if self.state == State.SUCCEEDED else int(self.percent) / 100


class JobItem(WorkItem):
    """`parts` is how many there are (none: the job is carried on whole). Of `rounds`, `round` is the one at hand: every part
    has work to do in each."""

    kind = UnicodeAttribute(default="job")
    id = UnicodeAttribute()
    type = UnicodeAttribute()
    name = UnicodeAttribute()
    created_at = TimeAttribute()
    created_by = UnicodeAttribute(null=True)
    undo_until = TimeAttribute(null=True)
    spec = JsonAttribute()
    files = JsonAttribute()
    stopping = BooleanAttribute(default=False)
    parts = NumberAttribute(null=True)
    round = NumberAttribute(null=True)
    rounds = NumberAttribute(null=True)


class PartItem(WorkItem):
    kind = UnicodeAttribute(default="job part")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is read. `counts` has at least read, created, updated, unchanged and refused; `percent` is whole;
    `spec` is what was asked for, `files` names what can be fetched (`source`, `errors`, `result`, `report`). What a job in
    `parts` counts, its percent and its seconds left are of all parts together."""

    id: str
    type: str
    name: str
    state: State
    counts: dict[str, int]
    percent: int
    eta_seconds: int | None
    message: str | None
    created_at: datetime
    created_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    undo_until: datetime | None
    spec: dict[str, Any]
    files: dict[str, str]
    step: int
    checkpoint: dict[str, Any]
    lease_until: datetime | None
    parts: int
    round: int

    @classmethod
    def of(cls, item: JobItem, parts: Sequence[PartItem] = ()) -> "Job":
        return cls(
            item.id,
            item.type,
            item.name,
            State(item.state),
            dict.fromkeys(_COUNTS, 0) | (counts_of(parts) if parts else item.counts),
            _percent(item, parts) if parts else int(item.percent),
            _seconds_left(item, parts)
            if parts
            else None
            if item.eta_seconds is None
            else int(item.eta_seconds),
            item.message,
            item.created_at,
            item.created_by,
            item.started_at,
            item.finished_at,
            item.undo_until,
            item.spec,
            item.files,
            int(item.step),
            item.checkpoint or {},
            item.lease_until,
            int(item.parts or 0),
            int(item.round or 0),
        )


def counts_of(parts: Sequence[PartItem]) -> dict[str, int]:
    """What all parts have counted together."""
    whole: Counter[str] = Counter()
    for part in parts:
        whole.update(part.counts)
    return dict(whole)


def _percent(item: JobItem, parts: Sequence[PartItem]) -> int:
    done = int(item.round or 0) + sum(part.done for part in parts) / len(parts)
    return min(99, int(100 * done / int(item.rounds or 1)))


def _seconds_left(item: JobItem, parts: Sequence[PartItem]) -> int | None:
    """What is left of all parts and rounds, at the speed of the parts that are in somebody's hands now."""
    speed = sum((1 - part.done) / int(part.eta_seconds) for part in parts if part.lease and part.eta_seconds)
    to_come = len(parts) * (int(item.rounds or 1) - int(item.round or 0) - 1)
    left = sum(1 - part.done for part in parts) + to_come
    return int(left / speed) if speed else None


def place_of(tenant: Tenant, job_id: str) -> tuple[str, str]:
    return tenant.partition("J", job_id), "JOB"


def part_place(tenant: Tenant, job_id: str, part: int) -> tuple[str, str]:
    return tenant.partition("J", job_id), f"PART#{part:02d}"


def parts_of(tenant: Tenant, job_id: str) -> list[PartItem]:
    """All parts of a job in their order, as they are now."""
    return list(PartItem.each(place_of(tenant, job_id)[0], PartItem.sk.startswith("PART#"), consistent=True))


def assignments(changes: dict[str, Any]) -> list[Action]:
    """What sets attributes of a job or a part to values; None takes an attribute away."""
    return [
        getattr(JobItem, name).remove() if value is None else getattr(JobItem, name).set(value)
        for name, value in changes.items()
    ]
