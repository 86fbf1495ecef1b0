"""One customer and one segment: is the customer in it and why, since when, when may that change, and how it was in the past."""

from dataclasses import dataclass
from datetime import datetime

from regulars.customers import facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.segments.asking import Question
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.model import Segment, State, Status
from regulars.segments.rules import Explanation
from regulars.segments.rules.values import Millis, millis, moment_of
from regulars.segments.spells_store import spell_at
from regulars.segments.state_store import read_states
from regulars.segments.vocabulary import vocabulary_of


@dataclass(frozen=True, slots=True)
class Explained:
    """`member` is what is kept, `since` and `next_change` (when time alone may change it next) go with that. `explanation` is
    the rule's judgement of this moment, None of a list. `stale` if the two differ, or the segment is not evaluated yet, or
    could not be for this customer: that will be made good by itself."""

    segment_id: str
    customer_id: str
    member: bool
    since: datetime | None
    next_change: datetime | None
    stale: bool
    explanation: Explanation | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """A segment that a customer is in, and since when."""

    segment: Segment
    since: datetime


def explain(tenant: Tenant, segment_id: str, customer_id: str, *, now: datetime) -> Explained:
    """Why a customer is in a segment or not, every condition with the value seen. About 3.5 request units, and the history if
    the rule asks for it. Raises NotFoundError for a segment or customer that is not there."""
    state = _state(tenant, customer_id)
    catalogue = _catalogue(tenant, segment_id)
    facts = facts_of(tenant, customer_id, consistent=True)
    if facts is None:
        raise NotFoundError("there is no such customer")
    segment, since = catalogue.segments[segment_id], state.members.get(segment_id)
    rule = catalogue.compiled(segment_id)
    if rule is None:
        return _explained(segment, customer_id, since, None, False, None)
    at = millis(now)
    known = set(state.members) & catalogue.segments.keys()
    document = Question.of([rule], at).document(facts, known)
    explanation = rule.explain(document, at, vocabulary_of(tenant))
    stale = (
        explanation.matches != (since is not None)
        or segment.status is not Status.READY
        or segment_id in state.failed
    )
    following = rule.next_change(document, at)
    return _explained(segment, customer_id, since, following, stale, explanation)


def _explained(
    segment: Segment,
    customer_id: str,
    since: Millis | None,
    following: Millis | None,
    stale: bool,
    explanation: Explanation | None,
) -> Explained:
    return Explained(
        segment.id,
        customer_id,
        since is not None,
        _moment(since),
        _moment(following),
        stale,
        explanation,
    )


def _moment(at: Millis | None) -> datetime | None:
    """None for never, and for what lies beyond the years that a date can have."""
    try:
        return None if at is None else moment_of(at)
    except (OverflowError, ValueError):
        return None


def _state(tenant: Tenant, customer_id: str) -> State:
    return read_states(tenant, [customer_id]).get(customer_id, State())


def _catalogue(tenant: Tenant, segment_id: str) -> Catalogue:
    catalogue = catalogue_of(tenant)
    if catalogue is None or segment_id not in catalogue.segments:
        raise NotFoundError("there is no such segment")
    return catalogue


def was_member(tenant: Tenant, segment_id: str, customer_id: str, at: datetime) -> bool:
    """Whether a customer was in a segment at a moment of the past. About 1 request unit, and 0.5 for every 30 or so who left
    the segment since then, of a sixteenth of all. Raises NotFoundError for a segment that is not there."""
    _catalogue(tenant, segment_id)
    return spell_at(tenant, segment_id, customer_id, at) is not None


def customer_segments(tenant: Tenant, customer_id: str) -> list[Belonging]:
    """The segments that a customer is in, by name. 2 request units."""
    members = _state(tenant, customer_id).members
    catalogue = catalogue_of(tenant)
    if catalogue is None:
        return []
    known = [
        Belonging(segment, moment_of(members[one]))
        for one, segment in catalogue.segments.items()
        if one in members
    ]
    return sorted(known, key=lambda one: (one.segment.name.casefold(), one.segment.id))
