"""A tenant's latest events, for the console's home: what people did today, not what an import brought."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.insights.activity_store import KEPT, activity_item, latest
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

# Behaviour comes in masses; the rest is nothing that happened in the shop.
_QUIET_TOPICS = frozenset({"behaviour", "tenant", "staff", "api_key"})
# Too many, or too small, to be news; what an undone import takes back is its job's to tell.
_QUIET = frozenset(
    {
        "cart.updated",
        "customer.updated",
        "order.lines_added",
        "order.refund_removed",
        "order.removed",
        "product.created",
        "product.updated",
    }
)


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """One event of the recent past; `data` as in its schema, without personal data."""

    id: str
    name: str
    time: datetime
    subject: str
    actor: str
    data: dict[str, Any]


def shows(envelope: Envelope) -> bool:
    """Whether an event is listed: no history, nothing of our own affairs, nothing small."""
    topic = envelope.name.partition(".")[0]
    return not envelope.history and topic not in _QUIET_TOPICS and envelope.name not in _QUIET


def note(transaction: Transaction, envelopes: list[Envelope], now: datetime) -> None:
    """List the events that are shown; listing one twice changes nothing."""
    for envelope in envelopes:
        if shows(envelope) and envelope.time > now - KEPT:
            transaction.save(activity_item(transaction.tenant, envelope))


def recent_activity(tenant: Tenant, limit: int = 20) -> list[ActivityEntry]:
    """The latest events, newest first."""
    return [
        ActivityEntry(item.id, item.name, item.time, item.subject, item.actor or "", item.data)
        for item in latest(tenant, limit)
    ]
