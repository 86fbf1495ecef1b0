"""Adds what became of deliveries to the sums, a row once a transaction."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from regulars.kernel.transaction import Transaction
from regulars.messaging.delivery_store import shard_of
from regulars.messaging.dispatch_store import gate_key
from regulars.messaging.local_time import zone_of
from regulars.messaging.model import Delivery
from regulars.messaging.sending.people import Shop
from regulars.messaging.tally_rows import counted_at
from regulars.messaging.tally_store import Place, bump, day_place, dispatch_place


class Change(NamedTuple):
    """What a delivery adds, by measure."""

    delivery: Delivery
    counts: Counter[str]


def add_sums(
    tx: Transaction, shop: Shop, changes: Iterable[Change], now: datetime, number: int | None = None
) -> None:
    """Days, hours of dispatches and their gates; `number` chooses the gate and the shard for all of them, else each delivery
    its own. The days are those in which the deliveries were attempted."""
    rows: dict[Place, Counter[str]] = {}
    for one, counts in changes:
        shard = shard_of(one.id) if number is None else number
        rows.setdefault(_day(tx, shop, one, shard), Counter()).update(counts)
        if one.dispatch_id:
            named = Counter({f"{one.channel.value}_{name}": amount for name, amount in counts.items()})
            hour = f"HOUR#{now.astimezone(UTC):%Y%m%d%H}"
            for place in (
                gate_key(tx.tenant, one.dispatch_id, shard),
                dispatch_place(tx.tenant, one.dispatch_id, hour, shard % 8),
            ):
                rows.setdefault(place, Counter()).update(named)
    for place, counts in rows.items():
        bump(tx, place, counts)


def _day(tx: Transaction, shop: Shop, one: Delivery, shard: int) -> Place:
    local = counted_at(one).astimezone(zone_of(shop.profile.time_zone))
    day = local.date().isoformat()
    return day_place(tx.tenant, day, one.channel.value, one.template, local.hour, shard % 8, one.category)
