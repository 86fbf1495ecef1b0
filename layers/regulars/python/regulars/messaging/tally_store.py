"""Sums of what became of deliveries. They change in the transaction in which a delivery does, so they are exact.

Three rows take part: the dispatch's (a campaign's variant, by channel), its hours, and the tenant's day by channel, template,
hour and category. Each is split into shards, so that no row is written by all workers. Counters are top-level numbers, named
`<channel>_<measure>` in a dispatch's rows and `<measure>` elsewhere; measures are those of `signals.MEASURES`, `claimed`,
`deferred`, `not_sent`, `not_sent_<reason>`, `failed`, `unknown`, `soft_bounced`, `converted`, `revenue_last`, `revenue_first`,
`revenue_linear` (minor units) and `cost` (millionths of the currency unit).
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from regulars.kernel.ids import tail
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

SHARDS = 8
GATES = 16
Place = tuple[str, str]


class TallyItem(Item):
    """A row of counters, which are attributes without a declaration."""

    kind = UnicodeAttribute(default="tally")


def gate_place(tenant: Tenant, dispatch_id: str, delivery_id: str) -> Place:
    """The gate of a dispatch by which a delivery goes, which also holds the dispatch's sums."""
    gate = zlib.crc32(tail(delivery_id).encode()) % GATES
    return tenant.partition("DSP", dispatch_id), f"GATE#{gate:02d}"


def dispatch_place(tenant: Tenant, dispatch_id: str, row: str, shard: int) -> Place:
    """`row`: `HOUR#<yyyymmddhh UTC>` or `LINK#<number>`. (The dispatch's own sums are on its gates.)"""
    return tenant.partition("DSP", dispatch_id), f"{row}#{shard}"


def day_place(
    tenant: Tenant, day: str, channel: str, template: str, hour: int, shard: int, category: str
) -> Place:
    """The tenant's local day (`yyyy-mm-dd`); one Query a day reads all its rows. As a template is sent in one category as a rule,
    telling categories apart makes no more rows."""
    return tenant.partition("N", day), f"{channel}#{template}#{hour:02d}#{shard}#{category}"


def bump(transaction: Transaction, place: Place, measures: Mapping[str, int]) -> None:
    """Add to the counters of a row, which need not exist; a row that is more than a tally stays what it is."""
    changed = {name: amount for name, amount in measures.items() if amount}
    if not changed:
        return
    actions: list[Action] = [TallyItem.kind.set(TallyItem.kind | "tally")]
    actions += [Path([name]).add(amount) for name, amount in changed.items()]
    transaction.update(TallyItem(*place), actions)


def sums(rows: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """The counters of raw rows added up."""
    total: Counter[str] = Counter()
    for row in rows:
        for name, value in row.items():
            if "N" in value:
                total[name] += int(value["N"])
    return total


def rows_of(pk: str, prefix: str = "") -> Iterator[dict[str, Any]]:
    """The raw rows of a partition whose sort key begins with `prefix`. 0.5 request units per 4 KB."""
    sort = Item.sk.startswith(prefix) if prefix else None
    after: dict[str, Any] | None = None
    while True:
        found = TallyItem.raw_page(pk, sort, limit=500, after=after)
        yield from found.items
        if found.last is None:
            return
        after = found.last
