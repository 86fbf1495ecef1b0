"""Static segments: customers are put in and taken out by hand (SEG-8). Each is a step of that customer's memberships like
any other: exactly once, with its event, and segments that refer to the list are judged in the same step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from regulars.customers import CustomerRef, Facts, facts_of_many, is_customer_id, known_by
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError, Fault, InvalidError, NotFoundError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import MAX_WRITES, Transaction
from regulars.segments.asking import Question, reached, rules_of
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.members_store import SUM_SHARDS, MembershipWriter
from regulars.segments.membership import advance
from regulars.segments.model import Change, Kind, State
from regulars.segments.rules.values import Document, millis
from regulars.segments.state_store import Moved, StateMovedError, read_states

_ATTEMPTS = 12
_BATCH = 100
# What one step may take of a transaction; what refers to the list beyond that is left to the customer's timer.
_MOST_CHANGES = 16


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """What became of those who were named; `unknown` as they were named."""

    added: int
    removed: int
    unchanged: int
    unknown: list[str]


def add_members(
    tenant: Tenant, segment_id: str, refs: Sequence[CustomerRef], *, now: datetime
) -> MembersChanged:
    """Put up to 1,000 customers into a static segment. Raises NotFoundError, ConflictError for one with a rule."""
    return change_members(tenant, segment_id, add=refs, now=now)


def remove_members(
    tenant: Tenant, segment_id: str, refs: Sequence[CustomerRef], *, now: datetime
) -> MembersChanged:
    """Take up to 1,000 customers out of a static segment. Raises NotFoundError, ConflictError for one with a rule."""
    return change_members(tenant, segment_id, remove=refs, now=now)


def change_members(
    tenant: Tenant,
    segment_id: str,
    *,
    add: Sequence[CustomerRef] = (),
    remove: Sequence[CustomerRef] = (),
    now: datetime,
    once: Once | None = None,
) -> MembersChanged:
    """Put customers in, then take customers out. Those who are not known are named in the answer and stop nobody."""
    recall(tenant, once)
    _the_list(tenant, segment_id)
    found = _resolved(tenant, [*add, *remove])
    wanted_in, wanted_out = (
        list(dict.fromkeys(one for one in some if one is not None))
        for some in (found[: len(add)], found[len(add) :])
    )
    added = put_in(tenant, segment_id, wanted_in, now=now)
    removed = put_in(tenant, segment_id, wanted_out, now=now, out=True)
    named = zip([*add, *remove], found, strict=True)
    unknown = list(dict.fromkeys(_name_of(ref) for ref, one in named if one is None))
    unchanged = len(wanted_in) - added + len(wanted_out) - removed
    result = MembersChanged(added, removed, unchanged, unknown)
    if once is not None:
        tx = Transaction(tenant)
        tx.remember(once, result)
        tx.commit()
    return result


def known_customers(tenant: Tenant, refs: Sequence[CustomerRef]) -> list[str]:
    """The ids of customers, each once. Raises InvalidError pointing at those under `/members` who are not known."""
    found = _resolved(tenant, refs)
    if None in found:
        faults = [
            Fault(f"/members/{place}", f"no customer is known as {_name_of(refs[place])}")
            for place, one in enumerate(found)
            if one is None
        ]
        raise InvalidError("some members are not known", faults[:50])
    return list(dict.fromkeys(one for one in found if one is not None))


def _name_of(ref: CustomerRef) -> str:
    return ref.id or ref.external_id or ref.email or ""


def _resolved(tenant: Tenant, refs: Sequence[CustomerRef]) -> list[str | None]:
    """The id of each, None of those who are not known. About 1 request unit each, 100 a request."""
    by_email = known_by(tenant, "email", {ref.email for ref in refs if ref.email})
    by_own = known_by(tenant, "external_id", {ref.external_id for ref in refs if ref.external_id})
    ids = [ref.id or by_own.get(ref.external_id or "") or by_email.get(ref.email or "") for ref in refs]
    asked = list(dict.fromkeys(one for one in ids if one is not None and is_customer_id(one)))
    known: set[str] = set()
    for some in _batches(asked):
        known |= facts_of_many(tenant, some, consistent=True).keys()
    return [one if one in known else None for one in ids]


def _batches(customer_ids: Sequence[str]) -> Iterator[list[str]]:
    return (list(customer_ids[start : start + _BATCH]) for start in range(0, len(customer_ids), _BATCH))


def _the_list(tenant: Tenant, segment_id: str) -> Catalogue:
    catalogue = catalogue_of(tenant)
    if catalogue is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    if catalogue.segments[segment_id].kind is not Kind.STATIC:
        raise ConflictError("this segment takes its members by its rule")
    return catalogue


def put_in(
    tenant: Tenant, segment_id: str, customer_ids: Sequence[str], *, now: datetime, out: bool = False
) -> int:
    """Have customers in the list (or out of it); answers how many were not so before. Raises NotFoundError, ConflictError."""
    moved, waiting = 0, list(customer_ids)
    for attempt in range(_ATTEMPTS):
        beaten: list[str] = []
        for some in _batches(waiting):
            turn = _Turn.of(tenant, segment_id, some, now, out)
            # Who is fought over is written alone, so that the others of a transaction do not lose with them.
            for steps in turn.portions(alone=attempt > 0):
                try:
                    _commit(turn.catalogue, steps)
                    moved += len(steps)
                except StateMovedError:
                    beaten += [step.customer_id for step in steps]
        if not beaten:
            return moved
        waiting = beaten
        full_jitter(0.02, min(attempt, 5))
    raise ConflictError("others keep changing the same customers; try again")


def _commit(catalogue: Catalogue, steps: Sequence[Moved]) -> None:
    tx = Transaction(catalogue.tenant)
    writer = MembershipWriter(tx, catalogue.zone)
    for step in steps:
        writer.add(step)
    writer.finish()
    tx.commit()


@dataclass(frozen=True, slots=True)
class _Turn:
    """Up to 100 customers with all that decides, read in the order that the fence asks for (docs/adr/0012)."""

    catalogue: Catalogue
    segment_id: str
    states: dict[str, State]
    facts: dict[str, Facts]
    now: datetime
    out: bool

    @classmethod
    def of(
        cls, tenant: Tenant, segment_id: str, customer_ids: list[str], now: datetime, out: bool
    ) -> "_Turn":
        states = read_states(tenant, customer_ids)
        catalogue = _the_list(tenant, segment_id)
        facts = facts_of_many(tenant, customer_ids, consistent=True)
        return cls(catalogue, segment_id, states, facts, now, out)

    def portions(self, *, alone: bool) -> Iterator[list[Moved]]:
        """The steps of those who are not as wanted, as many together as a transaction holds."""
        steps: list[Moved] = []
        for customer_id, facts in self.facts.items():
            state = self.states.get(customer_id, State())
            if (self.segment_id in state.members) != self.out:
                continue
            step = self._step(customer_id, facts, state)
            if steps and (alone or _writes([*steps, step]) > MAX_WRITES):
                yield steps
                steps = []
            steps.append(step)
        if steps:
            yield steps

    def _step(self, customer_id: str, facts: Facts, state: State) -> Moved:
        at, members = millis(self.now), dict(state.members)
        since = members.pop(self.segment_id) if self.out else None
        if not self.out:
            members[self.segment_id] = at
        change = Change(self.segment_id, not self.out, at, "list", since=since)
        moved = replace(state, members=members)
        readers = self.catalogue.dependants(self.segment_id)
        if not readers:
            return Moved(customer_id, state, moved, (change,))
        # What is due by time is left to the timer: here only what refers to the list is judged.
        overdue = {one: due for one, due in state.next.items() if due <= at}
        rested = replace(moved, next={one: due for one, due in state.next.items() if due > at})
        outcome = advance(self.catalogue, rested, self._document(facts), readers, "list", at)
        if len(outcome.changes) >= _MOST_CHANGES:
            return Moved(
                customer_id, state, replace(moved, next=overdue | dict.fromkeys(readers, at)), (change,)
            )
        after = replace(outcome.state, next=overdue | dict(outcome.state.next))
        reasons = {segment: f"{type(error).__name__}: {error}"[:300] for segment, error in outcome.errors}
        return Moved(customer_id, state, after, (change, *outcome.changes), reasons)

    def _document(self, facts: Facts) -> Document:
        catalogue = self.catalogue
        rules = rules_of(catalogue, reached(catalogue, catalogue.dependants(self.segment_id)))
        return Question.of(rules, millis(self.now)).document(facts)


def _writes(steps: Sequence[Moved]) -> int:
    """How many writes steps take together, at the most."""
    segments = {change.segment for step in steps for change in step.changes}
    return sum(4 + 3 * len(step.changes) for step in steps) + 2 * min(SUM_SHARDS, len(steps)) * len(segments)
