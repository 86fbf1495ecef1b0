"""Segments as values, and what becomes of one customer's memberships as time and facts move. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from regulars.segments.rules.values import Millis

Because = Literal["event", "time", "edit", "list", "threshold"]


class Kind(StrEnum):
    """`static` segments are lists kept by hand; `dynamic` ones have a rule."""

    DYNAMIC = "dynamic"
    STATIC = "static"


class Status(StrEnum):
    """`evaluating` until the bulk run over all customers is through; `failed` when that run failed."""

    READY = "ready"
    EVALUATING = "evaluating"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's definition. `rule` is the tree as JSON (None of a static one); `definition` counts its versions.

    While an edit that is not to be told of is evaluated, `previous` is the rule before (None: nobody was in), and `quiet` is
    set: a membership that changes by the edit alone makes no event. `key` names a prebuilt segment.
    """

    id: str
    name: str
    kind: Kind
    rule: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    status: Status = Status.READY
    description: str = ""
    definition: int = 1
    quiet: bool = False
    previous: dict[str, Any] | None = None
    job: str | None = None
    key: str | None = None
    created_by: str | None = None
    evaluated_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class State:
    """One customer's memberships: since when in each segment, when each segment's value may next change by time alone,
    which evaluations failed (how often), and for when the customer's one timer is armed."""

    members: Mapping[str, Millis] = field(default_factory=dict)
    next: Mapping[str, Millis] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    timer: Millis | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A customer entered or left a segment. `silent` ones make no event. `since` is when a leaver had entered."""

    segment: str
    entered: bool
    at: Millis
    because: Because
    silent: bool = False
    since: Millis | None = None
