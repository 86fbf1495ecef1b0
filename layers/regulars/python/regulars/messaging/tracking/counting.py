"""What a signal adds to the sums."""

from collections import Counter, defaultdict
from datetime import datetime

from regulars.kernel.transaction import Transaction
from regulars.messaging.signals import Advance
from regulars.messaging.tally_rows import by_channel, counted_at, day_row, hour_row, link_row
from regulars.messaging.tally_store import Place, bump, gate_place


def count(transaction: Transaction, step: Advance, zone: str) -> None:
    """Add to the rows of a delivery what a signal told: one write without a dispatch, else three to six."""
    tenant, delivery = transaction.tenant, step.delivery
    counts = Counter(step.measures)
    if step.found:
        counts["unknown"] -= 1
    bump(transaction, day_row(tenant, delivery, zone), counts)
    if not delivery.dispatch_id:
        return
    bump(transaction, gate_place(tenant, delivery.dispatch_id, delivery.id), by_channel(delivery, counts))
    for place, changed in _hours(transaction, step).items():
        bump(transaction, place, by_channel(delivery, changed))
    if step.link:
        bump(transaction, link_row(tenant, delivery, step.link), by_channel(delivery, {"clicked": 1}))


def _hours(transaction: Transaction, step: Advance) -> dict[Place, Counter[str]]:
    """By hour what happened in it; a moment that turns out to be an earlier one moves to its hour."""
    found: dict[Place, Counter[str]] = defaultdict(Counter)

    def row(moment: datetime) -> Counter[str]:
        return found[hour_row(transaction.tenant, step.delivery, moment)]

    for one in step.noted:
        row(one.at)[one.measure] += 1
        if one.was is not None:
            row(one.was)[one.measure] -= 1
    if step.found:
        row(counted_at(step.delivery))["unknown"] -= 1
    return found
