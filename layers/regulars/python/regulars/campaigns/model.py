"""Campaigns as values and what may become of them: a table of allowed moves, no table, no clock.

A campaign has a plan (see `plan`) and runs: one, or one an occurrence if it recurs. A run sends in phases: `first` (all, or the
test's share), `rest` (the remainder, to the winner) and `resend` (to those who did not open).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from regulars.campaigns.plan import Plan
from regulars.kernel.errors import ConflictError


class Status(StrEnum):
    """`paused`: begun or planned, and nothing goes out; `needs_approval`: its moment passed while nobody was there."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    NEEDS_APPROVAL = "needs_approval"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Move(StrEnum):
    """What people do to a campaign (down to `cancel`), and what happens to it."""

    SEND = "send"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    START = "start"
    ASK = "ask"
    REST = "rest"
    COMPLETE = "complete"
    FAIL = "fail"


_S = Status
# From where each move is allowed, and where it leads. Whoever resumes what had not begun goes back to `scheduled`.
MOVES: Mapping[Move, Mapping[Status, Status]] = {
    Move.SEND: {_S.DRAFT: _S.SENDING},
    Move.SCHEDULE: {_S.DRAFT: _S.SCHEDULED, _S.SCHEDULED: _S.SCHEDULED, _S.NEEDS_APPROVAL: _S.SCHEDULED},
    Move.UNSCHEDULE: {_S.SCHEDULED: _S.DRAFT, _S.NEEDS_APPROVAL: _S.DRAFT},
    Move.APPROVE: {_S.NEEDS_APPROVAL: _S.SENDING},
    Move.PAUSE: {_S.SENDING: _S.PAUSED, _S.SCHEDULED: _S.PAUSED},
    Move.RESUME: {_S.PAUSED: _S.SENDING, _S.FAILED: _S.SENDING},
    Move.CANCEL: dict.fromkeys(
        (_S.SCHEDULED, _S.SENDING, _S.PAUSED, _S.NEEDS_APPROVAL, _S.FAILED), _S.CANCELLED
    ),
    Move.START: {_S.SCHEDULED: _S.SENDING},
    Move.ASK: {_S.SCHEDULED: _S.NEEDS_APPROVAL, _S.PAUSED: _S.NEEDS_APPROVAL},
    Move.REST: {_S.SENDING: _S.SCHEDULED},
    Move.COMPLETE: {_S.SENDING: _S.COMPLETED},
    Move.FAIL: {_S.SENDING: _S.FAILED},
}
# What people may still change, and what may be put out of sight.
CHANGEABLE = frozenset({_S.DRAFT, _S.SCHEDULED, _S.NEEDS_APPROVAL})
ARCHIVABLE = frozenset({_S.DRAFT, _S.COMPLETED, _S.CANCELLED, _S.FAILED})
# Nothing more goes out.
OVER = frozenset({_S.COMPLETED, _S.CANCELLED})
HOLD_OUT = "hold_out"
# A batch that failed every time is set aside within this time.
STALLED = timedelta(hours=2)


class Phase(StrEnum):
    FIRST = "first"
    REST = "rest"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Branch:
    """One dispatch of a run: what a phase sends to one variant's customers. `planned` are customers put into its batches."""

    id: str
    phase: Phase
    variant: str
    planned: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One sending of a campaign. `at` is the moment its deliveries' ids are made of; `passes` are the quarter-hours still to
    come in the phase at hand, `later` what waits with a timer (`pass`, `decide`, `resend`, `check`) and `later_at` for when.
    `job` plans now, for the pass `planning` (None: the phase's own beginning), as the run's `step`-th; of the last look at
    results, `seen` were handled, and more came last at `seen_at`; `decision` is what the test came to, once and for all."""

    number: int
    at: datetime
    due_at: datetime
    phase: Phase = Phase.FIRST
    phase_at: datetime | None = None
    branches: tuple[Branch, ...] = ()
    passes: tuple[datetime, ...] = ()
    planning: datetime | None = None
    job: str = ""
    later: str = ""
    later_at: datetime | None = None
    step: int = 0
    looks: int = 0
    seen: int = 0
    seen_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    decision: Mapping[str, Any] | None = None
    ended_at: datetime | None = None

    @property
    def winner(self) -> str:
        return str(self.decision["winner"]) if self.decision else ""

    @property
    def planned(self) -> int:
        return sum(one.planned for one in self.branches)

    def stalled(self, now: datetime) -> bool:
        """Whether results have been waited for, without one, for longer than the queue tries a batch."""
        return self.later == "check" and self.seen_at is not None and now - self.seen_at > STALLED


@dataclass(frozen=True, slots=True)
class Campaign:
    """`version` counts what people changed (it is the ETag), `revision` every write. `due_at` is when it begins next by
    itself, for the occurrence that is `nominal_at` by the tenant's clocks (later than `due_at` where each recipient's own
    count). `note` says in words why it waits or failed."""

    id: str
    name: str
    status: Status
    plan: Plan
    created_at: datetime
    updated_at: datetime
    created_by: str = ""
    archived: bool = False
    due_at: datetime | None = None
    nominal_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    note: str = ""
    runs: int = 0
    run: Run | None = None
    version: int = 1
    revision: int = 0

    @property
    def running(self) -> bool:
        """Whether a run has begun and not ended."""
        return self.run is not None and self.run.ended_at is None


def moved(status: Status, move: Move) -> Status:
    """Where a move leads. Raises ConflictError when it is not allowed now."""
    allowed = MOVES[move]
    if status not in allowed:
        raise ConflictError(f"this campaign is {status.value.replace('_', ' ')}, so it cannot {_DOING[move]}")
    return allowed[status]


_DOING = {
    Move.SEND: "be sent: only a draft can",
    Move.SCHEDULE: "be scheduled",
    Move.UNSCHEDULE: "be taken back to a draft",
    Move.APPROVE: "be approved: nothing waits for it",
    Move.PAUSE: "be paused",
    Move.RESUME: "be resumed: it is not paused",
    Move.CANCEL: "be cancelled",
    Move.START: "begin",
    Move.ASK: "wait for approval",
    Move.REST: "wait for its next occurrence",
    Move.COMPLETE: "be completed",
    Move.FAIL: "fail",
}


def unchangeable(status: Status) -> ConflictError:
    """What to raise when somebody changes a campaign that is past changing."""
    told = status.value.replace("_", " ")
    return ConflictError(f"this campaign is {told}; it can be changed before it begins only. Duplicate it")
