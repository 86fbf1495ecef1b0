"""Keeping facts: what a customer's events say about them beyond the totals, which are exact in the order's transaction.

Per kind of activity how often and when last, how often each category, payment method and channel was chosen, and the balance of
points. Activities are counted once by their marks; a balance carries the number of its movement, so it needs none.
"""

from collections import Counter
from datetime import datetime

from regulars.customers import (
    Activity,
    counted_as,
    customer_partition,
    facts_of_many,
    is_activity,
    latest_points,
    note_activity,
)
from regulars.kernel.consume import handle_once
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

CONSUMER = "facts"
# Two writes each in one transaction at the worst: the facts of 49 customers and the marks of 49 events.
_BATCH = 49


def keep_facts(tenant: Tenant, envelopes: list[Envelope]) -> None:
    """Bring customers' facts up to date with events, once each however often they come. Those of a deleted customer are only
    marked."""
    telling = [envelope for envelope in envelopes if says_something(tenant, envelope)]
    for start in range(0, len(telling), _BATCH):
        handle_once(tenant, telling[start : start + _BATCH], CONSUMER, _note, additive=_is_counted)


def says_something(tenant: Tenant, envelope: Envelope) -> bool:
    """Whether an event is an activity of a known customer, or tells their balance of points."""
    own = envelope.key.pk == customer_partition(tenant, envelope.subject)
    return own and (_is_counted(envelope) or _tells_points(envelope))


def _is_counted(envelope: Envelope) -> bool:
    return is_activity(envelope.name)


def _tells_points(envelope: Envelope) -> bool:
    return envelope.name.startswith("points.")


def _note(transaction: Transaction, pending: list[Envelope]) -> None:
    by_customer: dict[str, list[Envelope]] = {}
    for envelope in pending:
        by_customer.setdefault(envelope.subject, []).append(envelope)
    # A stale read does no harm: the update's condition fails, and all is read again.
    found = facts_of_many(transaction.tenant, list(by_customer))
    for customer_id, facts in found.items():
        note_activity(transaction, facts, activity_of(by_customer[customer_id]))


def activity_of(events: list[Envelope]) -> Activity:
    """What the events add up to."""
    counts: Counter[str] = Counter()
    seen: dict[str, datetime] = {}
    habits: dict[str, Counter[str]] = {}
    for event in filter(_is_counted, events):
        kind = counted_as(event.name)
        counts[kind] += 1
        seen[kind] = max(seen.get(kind, event.time), event.time)
        if event.name == "order.placed":
            for what, choice in _choices(event):
                habits.setdefault(what, Counter())[choice] += 1
    told = ((event.data["program_id"], event.data) for event in events if _tells_points(event))
    points = latest_points(*({program_id: (data["number"], data["balance"])} for program_id, data in told))
    return Activity(counts, seen, habits, points)


def _choices(order: Envelope) -> list[tuple[str, str]]:
    """What was chosen with an order; a category counts once an order."""
    chosen = [("payment", order.data.get("payment_method")), ("channel", order.data.get("channel"))]
    bought = {line["category"] for line in order.data["lines"] if line.get("category")}
    chosen += [("category", category) for category in sorted(bought)]
    return [(what, choice[:80]) for what, choice in chosen if choice]
