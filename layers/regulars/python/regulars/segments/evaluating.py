"""Live evaluation: what an event, a moment or a threshold makes of a customer's memberships.

The fence (docs/adr/0012): the state is read first, then the catalogue and the facts, all consistently, and the state's
revision moves with every evaluation. So whoever judged by older facts or rules cannot write after whoever judged by newer ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from regulars.customers import Facts, customer_partition, facts_of_many
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import Envelope
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, settle
from regulars.kernel.transaction import Transaction
from regulars.segments.asking import Question, reached, rules_of
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.members_store import MembershipWriter
from regulars.segments.membership import Outcome, advance
from regulars.segments.model import Because, Change, State
from regulars.segments.rules.values import Millis, millis
from regulars.segments.state_store import (
    Moved,
    StateMovedError,
    read_states,
    write_alone,
)

_ATTEMPTS = 12
_BATCH = 100
# A change takes up to six writes: spells, an event, two sums; the state and its timer three.
_MOST_CHANGES = 16
_log = logger("segments")


@dataclass(frozen=True, slots=True)
class Cause:
    """Which segments are to be judged for a customer and why; `history` if all that woke them was imported from the past.
    `fired` is the moment of the customer's timer if it is what woke them."""

    woken: frozenset[str] = frozenset()
    because: Because = "event"
    history: bool = False
    fired: Millis | None = None


def evaluate_events(tenant: Tenant, envelopes: Iterable[Envelope], now: datetime) -> int:
    """Judge the segments that read what the events changed; answers how many judgements that took."""
    own = [one for one in envelopes if one.key.pk == customer_partition(tenant, one.subject)]
    catalogue = catalogue_of(tenant) if own else None
    if catalogue is None:
        return 0
    causes: dict[str, Cause] = {}
    for envelope in own:
        woken = catalogue.woken_by(envelope)
        if woken or envelope.name == "customer.deleted":
            before = causes.get(envelope.subject, Cause(history=True))
            history = before.history and envelope.history
            causes[envelope.subject] = Cause(before.woken | woken, history=history)
    return evaluate(tenant, causes, now)


def evaluate_timer(timer: Timer, now: datetime) -> int:
    """The moment has come at which time alone may change a customer's memberships; answers how many judgements that took.
    A timer that is no longer the customer's is taken away and does nothing."""
    tenant, customer_id, due = timer.tenant, timer.subject, millis(timer.due)
    state = read_states(tenant, [customer_id]).get(customer_id, State())
    if state.timer != due:
        alone = Transaction(tenant)
        settle(alone, timer)
        alone.commit()
        return 0
    return evaluate(tenant, {customer_id: Cause(because="time", fired=due)}, now)


def evaluate(tenant: Tenant, causes: Mapping[str, Cause], now: datetime) -> int:
    """Judge customers by id, each for its cause; answers how many judgements that took. Raises ConflictError when others
    keep changing one of them."""
    judged, waiting = 0, dict(causes)
    for attempt in range(_ATTEMPTS):
        moved: dict[str, Cause] = {}
        for some in _batches(list(waiting)):
            for turn in _turns(tenant, some, now):
                try:
                    judged += turn.take(waiting[turn.customer_id])
                except StateMovedError:
                    moved[turn.customer_id] = waiting[turn.customer_id]
        if not moved:
            return judged
        waiting = moved
        full_jitter(0.01, min(attempt, 6))
    raise ConflictError("others keep evaluating the same customers")


def _batches(customer_ids: list[str]) -> Iterator[list[str]]:
    return (customer_ids[start : start + _BATCH] for start in range(0, len(customer_ids), _BATCH))


def _turns(tenant: Tenant, customer_ids: list[str], now: datetime) -> Iterator["_Turn"]:
    """Each customer's turn, with all that decides read in the order that the fence asks for."""
    states = read_states(tenant, customer_ids)
    catalogue = catalogue_of(tenant)
    if catalogue is None:
        return
    facts = facts_of_many(tenant, customer_ids, consistent=True)
    for one in customer_ids:
        yield _Turn(catalogue, one, facts.get(one), states.get(one, State()), now)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One customer's turn: their facts (None: deleted) and state as read."""

    catalogue: Catalogue
    customer_id: str
    facts: Facts | None
    state: State
    now: datetime

    def take(self, cause: Cause) -> int:
        """Judge and write; answers how many judgements that took. Raises StateMovedError."""
        if self.facts is None:
            self._leave_all()
            return 0
        now = millis(self.now)
        woken = cause.woken & self.catalogue.dynamic
        due = {one: at for one, at in self.state.next.items() if at <= now}
        if not woken and not due and cause.fired is None:
            return 0
        rules = rules_of(self.catalogue, reached(self.catalogue, {*woken, *due}))
        document = Question.of(rules, min(due.values(), default=now)).document(self.facts)
        outcome = advance(self.catalogue, self.state, document, woken, cause.because, now)
        for segment, error in outcome.errors:
            _log.error("a segment could not be evaluated", extra={"segment": segment}, exc_info=error)
        self._write(outcome, cause)
        return outcome.judged

    def _write(self, outcome: Outcome, cause: Cause) -> None:
        reasons = {segment: f"{type(error).__name__}: {error}"[:300] for segment, error in outcome.errors}
        before, fired = self.state, cause.fired is not None
        for after, changes in _portions(self.state, outcome, millis(self.now)):
            step = Moved(self.customer_id, before, after, changes, reasons, fired, history=cause.history)
            before, fired = commit_step(self.catalogue, step), False

    def _leave_all(self) -> None:
        """A deleted customer leaves every segment and keeps no state."""
        if not self.state.revision:
            return
        at = millis(self.now)
        changes = [Change(one, False, at, "event", True, since) for one, since in self.state.members.items()]
        before = self.state
        while len(changes) > _MOST_CHANGES:
            some, changes = tuple(changes[:_MOST_CHANGES]), changes[_MOST_CHANGES:]
            after = replace(before, members=_applied(before.members, some))
            before = commit_step(self.catalogue, Moved(self.customer_id, before, after, some))
        gone = Moved(self.customer_id, before, State(), tuple(changes), gone=True)
        commit_step(self.catalogue, gone)


def commit_step(catalogue: Catalogue, step: Moved) -> State:
    """Write one customer's step in a transaction of its own; answers the state as it is kept. Raises StateMovedError."""
    if step.alone and step.before.revision:
        return write_alone(catalogue.tenant, step)
    tx = Transaction(catalogue.tenant)
    writer = MembershipWriter(tx, catalogue.zone)
    kept = writer.add(step)
    writer.finish()
    tx.commit()
    return kept


def _portions(before: State, outcome: Outcome, now: Millis) -> Iterator[tuple[State, tuple[Change, ...]]]:
    """The way from a state to the next in steps that fit a transaction. After each but the last, what is still to come is due
    at once, so that a crash in between is made good by the timer."""
    members, changes = before.members, outcome.changes
    while len(changes) > _MOST_CHANGES:
        some, changes = changes[:_MOST_CHANGES], changes[_MOST_CHANGES:]
        members = _applied(members, some)
        due = dict(outcome.state.next) | {change.segment: now for change in changes}
        yield replace(outcome.state, members=members, next=due), some
    yield outcome.state, changes


def _applied(members: Mapping[str, Millis], changes: Iterable[Change]) -> dict[str, Millis]:
    applied = dict(members)
    for change in changes:
        if change.entered:
            applied[change.segment] = change.at
        else:
            applied.pop(change.segment, None)
    return applied
