"""One customer as rules see them: fields from the facts, history from the timeline."""

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from regulars.customers import Facts, is_activity, latest_at_most
from regulars.kernel.clock import iso
from regulars.kernel.tenancy import Tenant
from regulars.platform import settings_of
from regulars.segments.attribute_fields import attribute_field_of
from regulars.segments.fields import FIELD_OF
from regulars.segments.history_store import events_since
from regulars.segments.kinds import BOUGHT, KIND_OF, sources_of
from regulars.segments.occurrences import occurrences
from regulars.segments.rules.values import Document, Millis, Occurrence, Value, moment_of

if TYPE_CHECKING:
    from regulars.segments.rules import Reads

# Milliseconds by which other computers' clocks may differ: the removal of an order, by ours, may seem to be before the order.
_SKEW = 5 * 60 * 1000


def document_of(
    facts: Facts,
    reads: "Reads",
    *,
    segments: Set[str] = frozenset(),
    history: Mapping[str, Sequence[Occurrence]] | None = None,
) -> Document:
    """The document with what `reads` names. Reads nothing but, every 30 seconds, the schema of custom attributes if rules name
    some; a field that is not known any more is missing."""
    fields = {name: _value(facts, name) for name in reads.fields}
    return Document(fields, history or {}, segments)


def _value(facts: Facts, name: str) -> Value:
    field = FIELD_OF.get(name) or attribute_field_of(facts.tenant, name)
    return field.read(facts) if field is not None else None


def read_history(
    tenant: Tenant,
    facts: Facts,
    kinds: Set[str],
    since: Millis | None,
    *,
    consistent: bool = True,
) -> dict[str, list[Occurrence]]:
    """The occurrences of each kind, newest first, from `since` on (None: ever); those that lie ahead too, so that it can be known
    when they begin to count.

    Kinds of which the facts know that there is nothing cost nothing; otherwise one Query of all events since then, of whatever
    kind (see `events_since`): about 1 request unit for ten of them, half of it when not consistent.
    """
    asked = {kind for kind in kinds if _may_have(facts, kind, since)}
    found: dict[str, list[Occurrence]] = {kind: [] for kind in kinds}
    if asked:
        names = {name for kind in asked for name in sources_of(kind)}
        start = None if since is None else since - _SKEW
        told = events_since(tenant, facts.customer_id, names, start, consistent=consistent)
        happened = occurrences(asked, told, lambda: facts.currency or settings_of(tenant).currency)
        found |= {kind: [one for one in ones if _is_from(since, one)] for kind, ones in happened.items()}
    return found


def _is_from(since: Millis | None, one: Occurrence) -> bool:
    return since is None or one.at >= since


def _may_have(facts: Facts, kind: str, since: Millis | None) -> bool:
    """Whether there can be an occurrence from `since` on; kinds that nobody counts can always have one."""
    if kind in KIND_OF and not KIND_OF[kind].available:
        return False
    if kind == "order.refunded":
        return facts.refunds > 0
    counted = "order.placed" if kind == BOUGHT else kind
    if not is_activity(counted):
        return True
    latest = latest_at_most(facts, counted)
    return latest is not None and (since is None or since <= 0 or latest >= iso(moment_of(since)))
