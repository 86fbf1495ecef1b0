"""Writing many customers' steps: packed into few transactions, one by one where somebody else was faster."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from regulars.kernel.errors import ConflictError
from regulars.kernel.transaction import MAX_WRITES, Transaction
from regulars.segments.catalogue import Catalogue
from regulars.segments.evaluating import commit_step
from regulars.segments.members_store import MembershipWriter
from regulars.segments.state_store import (
    Moved,
    StateMovedError,
)

# The most customers of one transaction: if one of them moved, all of them are written one by one.
_MOST = 25
# State, a check of the facts, and timer twice; of a change: member, spell and event, and two sums that all of a shard share.
_STEP, _CHANGE, _SUMS = 4, 3, 2


@dataclass(slots=True)
class Written:
    """What came of steps: what there is to count (entered, left, changed customers), and the customers whom somebody else has
    evaluated since they were read: nothing was written for them."""

    counts: Counter[str] = field(default_factory=Counter)
    moved: list[str] = field(default_factory=list)

    def note(self, step: Moved) -> None:
        """Count a step that was written."""
        self.counts.update("entered" if change.entered else "left" for change in step.changes)
        self.counts["changed"] += bool(step.changes)


def write_steps(catalogue: Catalogue, steps: list[Moved]) -> Written:
    """Write steps of customers of one shard. Raises UnavailableError."""
    written = Written()
    for pack in _packs(steps):
        try:
            _commit(catalogue, pack)
        except ConflictError:
            # Somebody moved one of them, or keeps writing the same sums.
            for step in pack:
                _write_alone(catalogue, step, written)
        else:
            for step in pack:
                written.note(step)
    return written


def _packs(steps: list[Moved]) -> Iterator[list[Moved]]:
    """Steps by what fits a transaction."""
    pack: list[Moved] = []
    segments: set[str] = set()
    size = 0
    for step in steps:
        own = _STEP + _CHANGE * len(step.changes) + len(step.after.failed) + len(step.before.failed)
        among = segments | {change.segment for change in step.changes}
        if pack and (len(pack) == _MOST or size + own + _SUMS * len(among) > MAX_WRITES):
            yield pack
            pack, size, among = [], 0, {change.segment for change in step.changes}
        pack.append(step)
        segments, size = among, size + own
    if pack:
        yield pack


def _commit(catalogue: Catalogue, pack: list[Moved]) -> None:
    tx = Transaction(catalogue.tenant)
    writer = MembershipWriter(tx, catalogue.zone)
    for step in pack:
        writer.add(step)
    writer.finish()
    tx.commit()


def _write_alone(catalogue: Catalogue, step: Moved, written: Written) -> None:
    try:
        commit_step(catalogue, step)
    except StateMovedError:
        written.moved.append(step.customer_id)
    else:
        written.note(step)
