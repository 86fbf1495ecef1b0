"""Counters and recencies in the table.

Each rebuild makes a new generation of them under its own keys; one item says which generation is read.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from regulars.insights.model import MEASURES, Recency, Splits, Sums
from regulars.kernel.errors import ConflictError
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

# A counter is spread over this many items, so that none is hot; reading one costs as many queries.
SHARDS = 4
CUSTOMER_SHARDS = 16


class CounterItem(Item):
    """Amounts of one bucket (a day, `total`, or a dimension's value) in one shard."""

    kind = UnicodeAttribute(default="counter")
    new_customers = NumberAttribute(default=0)
    deleted_customers = NumberAttribute(default=0)
    orders = NumberAttribute(default=0)
    gross = NumberAttribute(default=0)
    refunds = NumberAttribute(default=0)
    refunded = NumberAttribute(default=0)
    cancelled = NumberAttribute(default=0)
    cancelled_gross = NumberAttribute(default=0)
    active = NumberAttribute(default=0)
    buyers = NumberAttribute(default=0)
    returning = NumberAttribute(default=0)
    customers = NumberAttribute(default=0)

    def amounts(self) -> dict[str, int]:
        given = {measure: int(getattr(self, measure) or 0) for measure in MEASURES}
        return {measure: amount for measure, amount in given.items() if amount}


class RecencyItem(Item):
    kind = UnicodeAttribute(default="recency")
    active = UnicodeAttribute(null=True)
    ordered = UnicodeAttribute(null=True)
    orders = NumberAttribute(default=0)
    gone = BooleanAttribute(default=False)
    revision = NumberAttribute(default=0)

    def recency(self) -> Recency:
        return Recency(self.active or "", self.ordered or "", int(self.orders), bool(self.gone))


class GenerationItem(Item):
    kind = UnicodeAttribute(default="generation")
    current = NumberAttribute(default=0)
    building = NumberAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Generations:
    """Which generation is read, and which one is being built beside it."""

    current: int = 0
    building: int | None = None

    @property
    def written(self) -> list[int]:
        """Those that a live event is counted in."""
        return [self.current] if self.building is None else [self.current, self.building]


@dataclass(frozen=True, slots=True)
class Stored:
    """A recency as it was read; `revision` 0 means that there was none."""

    recency: Recency = field(default_factory=Recency)
    revision: int = 0


def _generation_key(tenant: Tenant) -> tuple[str, str]:
    return tenant.partition("X", "generation"), "GENERATION"


def read_generations(tenant: Tenant, *, consistent: bool = False) -> Generations:
    item = GenerationItem.read(*_generation_key(tenant), consistent=consistent)
    if item is None:
        return Generations()
    return Generations(int(item.current), None if item.building is None else int(item.building))


def announce_generation(tenant: Tenant, generations: Generations) -> None:
    """Say which generation is being built; an earlier rebuild that still runs will fail at its end."""
    _write(tenant, generations, None)


def swap_generation(tenant: Tenant, built: int) -> None:
    """Have a generation read that was announced and is complete. Raises ConflictError if another one was begun meanwhile."""
    _write(tenant, Generations(built), GenerationItem.building == built)


def _write(tenant: Tenant, generations: Generations, condition: Condition | None) -> None:
    item = GenerationItem(
        *_generation_key(tenant), current=generations.current, building=generations.building
    )
    transaction = Transaction(tenant)
    transaction.save(item, condition, ConflictError("another rebuild has begun"))
    transaction.commit()


def sums_partition(tenant: Tenant, generation: int, shard: int) -> str:
    return tenant.partition("X", f"sums-{generation}", str(shard))


def splits_partition(tenant: Tenant, generation: int, shard: int) -> str:
    return tenant.partition("X", f"splits-{generation}", str(shard))


def customers_partition(tenant: Tenant, generation: int, shard: int) -> str:
    return tenant.partition("X", f"recency-{generation}", f"{shard:02d}")


def _recency_key(tenant: Tenant, generation: int, customer_id: str) -> tuple[str, str]:
    shard = zlib.crc32(customer_id.encode()) % CUSTOMER_SHARDS
    return customers_partition(tenant, generation, shard), customer_id


def read_recencies(tenant: Tenant, generation: int, customer_ids: Iterable[str]) -> dict[str, Stored]:
    """The recencies of up to 100 customers, as they are now."""
    ids = list(customer_ids)
    found = {one: Stored() for one in ids}
    keys = [_recency_key(tenant, generation, one) for one in ids]
    for item in RecencyItem.batch_get(keys, consistent_read=True) if keys else ():
        found[item.sk] = Stored(item.recency(), int(item.revision))
    return found


def put_recency(
    transaction: Transaction, generation: int, customer_id: str, read: Stored, recency: Recency
) -> None:
    """Replace a recency that is still what was read; the commit raises ConflictError if it is not."""
    item = RecencyItem(
        *_recency_key(transaction.tenant, generation, customer_id),
        active=recency.active or None,
        ordered=recency.ordered or None,
        orders=recency.orders,
        gone=recency.gone,
        revision=read.revision + 1,
    )
    unmoved = RecencyItem.revision == read.revision if read.revision else RecencyItem.pk.does_not_exist()
    transaction.save(item, unmoved, ConflictError("a customer's recency moved"))


def add_sums(transaction: Transaction, generation: int, shard: int, sums: Sums) -> None:
    buckets: dict[str, dict[str, int]] = {}
    for (bucket, measure), amount in sums.items():
        buckets.setdefault(bucket, {})[measure] = amount
    for bucket, amounts in buckets.items():
        _add(transaction, sums_partition(transaction.tenant, generation, shard), bucket, amounts)


def add_splits(transaction: Transaction, generation: int, shard: int, splits: Splits) -> None:
    values: dict[str, dict[str, int]] = {}
    for (dimension, value, measure), amount in splits.items():
        values.setdefault(f"{dimension}#{value}", {})[measure] = amount
    for bucket, amounts in values.items():
        _add(transaction, splits_partition(transaction.tenant, generation, shard), bucket, amounts)


def _add(transaction: Transaction, pk: str, bucket: str, amounts: dict[str, int]) -> None:
    actions: list[Action] = [
        getattr(CounterItem, measure).add(amount) for measure, amount in amounts.items() if amount
    ]
    if actions:
        transaction.update(CounterItem(pk, bucket), [*actions, CounterItem.kind.set("counter")])


def read_sums(tenant: Tenant, generation: int, first: str, last: str) -> dict[str, Counter[str]]:
    """Amounts by bucket from `first` to `last` inclusive (days sort before `total`). About 0.5 request units a shard."""
    found: dict[str, Counter[str]] = {}
    for shard in range(SHARDS):
        between = CounterItem.sk.between(first, last)
        for item in CounterItem.each(sums_partition(tenant, generation, shard), between):
            found.setdefault(item.sk, Counter()).update(item.amounts())
    return found


def read_splits(tenant: Tenant, generation: int) -> dict[str, dict[str, Counter[str]]]:
    """Amounts by dimension and value."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for shard in range(SHARDS):
        for item in CounterItem.each(splits_partition(tenant, generation, shard)):
            dimension, _, value = item.sk.partition("#")
            found.setdefault(dimension, {}).setdefault(value, Counter()).update(item.amounts())
    return found


def counted_customers(tenant: Tenant, generation: int) -> Iterator[str]:
    """Every customer that a generation has counted anything of, deleted ones too."""
    for shard in range(CUSTOMER_SHARDS):
        for item in RecencyItem.each(customers_partition(tenant, generation, shard)):
            yield item.sk


def remove_generation(tenant: Tenant, generation: int) -> None:
    """Delete all items of a generation."""
    partitions = [sums_partition(tenant, generation, shard) for shard in range(SHARDS)]
    partitions += [splits_partition(tenant, generation, shard) for shard in range(SHARDS)]
    partitions += [customers_partition(tenant, generation, shard) for shard in range(CUSTOMER_SHARDS)]
    with Item.batch_write() as batch:
        for partition in partitions:
            for item in Item.each(partition):
                batch.delete(item)
