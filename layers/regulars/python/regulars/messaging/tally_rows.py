"""In which rows a delivery counts (see `tally_store`): its dispatch's gate and hours, and the tenant's day.

A delivery belongs to the day and hour in which it was attempted, whenever it is opened or brings an order: what is divided by
one another is of the same messages, and no rate passes 100 %. A dispatch's hours tell when things happened.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.delivery_store import shard_of
from regulars.messaging.model import Delivery
from regulars.messaging.tally_store import Place, bump, day_place, dispatch_place, gate_place


def counted_at(delivery: Delivery) -> datetime:
    """The moment whose local day and hour a delivery counts in; the same from its hand-over on."""
    return delivery.attempted_at or delivery.created_at


def day_row(tenant: Tenant, delivery: Delivery, zone: str) -> Place:
    """The row of the tenant's day that a delivery counts in."""
    local = counted_at(delivery).astimezone(ZoneInfo(zone))
    return day_place(
        tenant,
        local.date().isoformat(),
        delivery.channel.value,
        delivery.template,
        local.hour,
        shard_of(delivery.id),
        delivery.category,
    )


def hour_row(tenant: Tenant, delivery: Delivery, at: datetime) -> Place:
    """The row of a dispatch for the hour of `at`."""
    hour = at.astimezone(UTC).strftime("%Y%m%d%H")
    return dispatch_place(tenant, delivery.dispatch_id, f"HOUR#{hour}", shard_of(delivery.id))


def link_row(tenant: Tenant, delivery: Delivery, link: str) -> Place:
    """The row of a dispatch for a link."""
    return dispatch_place(tenant, delivery.dispatch_id, f"LINK#{link}", shard_of(delivery.id))


def by_channel(delivery: Delivery, counts: Mapping[str, int]) -> dict[str, int]:
    """Counters as a dispatch names them."""
    return {f"{delivery.channel.value}_{name}": amount for name, amount in counts.items()}


def tally(
    tx: Transaction,
    delivery: Delivery,
    counts: Mapping[str, int],
    zone: str,
    at: datetime,
    *,
    gate: bool = True,
) -> None:
    """Add what happened `at` to a delivery to its rows: three writes, one without a dispatch. `gate` is false for who writes
    the gate anyway."""
    if delivery.dispatch_id:
        named = by_channel(delivery, counts)
        if gate:
            bump(tx, gate_place(tx.tenant, delivery.dispatch_id, delivery.id), named)
        bump(tx, hour_row(tx.tenant, delivery, at), named)
    bump(tx, day_row(tx.tenant, delivery, zone), counts)
