"""A customer's facts: one compact item with the list row and all aggregates.

Who writes what: the row (name, status, country … and the traits) changes with the profile, by this capability; the totals
change in the order's own transaction, by commerce, through `change_totals`; counts and last-seen moments are kept by
`keep_facts`, through `activity_store.note_activity`. Each group has its own attributes, so the three never overwrite each other.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.table import Found, Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

SHARDS = 64
# Kinds beyond this many share one counter, so that an item stays small whatever a shop's page sends.
MAX_KINDS = 60
MAX_CHOICES = 20
OTHER_KIND = "other"
# Spend may be negative (a refund of an order from before our time); the key must sort all the same.
_SPEND_ZERO = 10**14


class FactsMovedError(ConflictError):
    """The facts changed, or went, after they were read: read them again and repeat."""


class FactsItem(Item):
    kind = UnicodeAttribute(default="facts")
    name = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    external_id = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    tags = UnicodeSetAttribute(null=True)
    country = UnicodeAttribute(null=True)
    city = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    source = UnicodeAttribute(null=True)
    traits = JsonAttribute(null=True)
    created_at = TimeAttribute()
    currency = UnicodeAttribute(null=True)
    orders = NumberAttribute(default=0)
    gross = NumberAttribute(default=0)
    refunds = NumberAttribute(default=0)
    refunded = NumberAttribute(default=0)
    spent = NumberAttribute(default=0)
    first_order_at = TimeAttribute(null=True)
    last_order_at = TimeAttribute(null=True)
    revision = NumberAttribute(default=0)
    last_activity_at = TimeAttribute(null=True)
    counts = JsonAttribute(default=dict)
    seen = JsonAttribute(default=dict)
    habits = JsonAttribute(default=dict)
    points = JsonAttribute(null=True)
    activity_revision = NumberAttribute(default=0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a customer without asking their history. Money is in minor units of `currency`.

    `traits` is what else of the profile rules ask for, as JSON, of that only what is set (see `model.traits_of`). `points` has
    for each loyalty program the latest movement's number and the points that can be spent after it.
    """

    tenant: Tenant
    customer_id: str
    status: str
    created_at: datetime
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None
    tags: frozenset[str] = frozenset()
    country: str | None = None
    city: str | None = None
    language: str | None = None
    source: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None
    orders: int = 0
    gross: int = 0
    refunds: int = 0
    refunded: int = 0
    spent: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    revision: int = 0
    last_activity_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    habits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    points: Mapping[str, Sequence[int]] = field(default_factory=dict)
    activity_revision: int = 0

    @property
    def average_order(self) -> int | None:
        """Gross per order in minor units, rounded half up; None without orders."""
        return (2 * self.gross + self.orders) // (2 * self.orders) if self.orders else None


_NUMBERS = ("orders", "gross", "refunds", "refunded", "spent", "revision", "activity_revision")
# Kept only when there is something in them.
_OPTIONAL = ("tags", "traits", "points")
_PLAIN = tuple(
    one.name for one in fields(Facts) if one.name not in {*_NUMBERS, "tenant", "customer_id", *_OPTIONAL}
)

_READ_AS: dict[type[Any], Callable[[Any], Any]] = {
    UnicodeAttribute: lambda value: value["S"],
    TimeAttribute: lambda value: datetime.fromisoformat(value["S"]),
    JsonAttribute: lambda value: json.loads(value["S"]),
    NumberAttribute: lambda value: int(value["N"]),
    UnicodeSetAttribute: lambda value: frozenset(value["SS"]),
}
_READERS = {
    name: _READ_AS[type(FactsItem.get_attributes()[name])] for name in (*_PLAIN, *_NUMBERS, *_OPTIONAL)
}


@dataclass(frozen=True, slots=True)
class TotalsChange:
    """By how much the totals change; money in minor units.

    `at` is the moment of an order that is added: it widens the span from first to last order. When an order is taken away, its
    taker gives the span of those that remain as `first_order_at` and `last_order_at` (left out: the span stays). Without any
    order left there is no span.
    """

    orders: int = 0
    gross: int = 0
    refunds: int = 0
    refunded: int = 0
    at: datetime | None = None
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    currency: str | None = None


def facts_key(tenant: Tenant, customer_id: str) -> tuple[str, str]:
    """`(pk, sk)` of a customer's facts; the shard is a hash of the id."""
    return facts_shard(tenant, zlib.crc32(customer_id.encode()) % SHARDS), customer_id


def facts_shard(tenant: Tenant, shard: int) -> str:
    """The partition of a shard, 0 to `SHARDS` - 1: all of them together hold every customer."""
    return tenant.partition("F", f"{shard:02d}")


def list_partition(tenant: Tenant) -> str:
    """Partition of `by_list` with all customers; its sort keys begin with the moment of creation."""
    return tenant.partition("L", "customer")


def spend_partition(tenant: Tenant) -> str:
    """Partition of `by_sort` with all customers in the order of what they spent; see `spend_key`."""
    return tenant.partition("L", "customer", "spend")


def spend_key(spent: int, customer_id: str = "") -> str:
    """Sorts as text in the order of `spent` minor units, also below zero."""
    return f"{min(max(spent + _SPEND_ZERO, 0), 10**15 - 1):015d}#{customer_id}"


def facts_of(tenant: Tenant, customer_id: str, consistent: bool = False) -> Facts | None:
    """A customer's facts, or None. 0.5 request units, 1 when consistent."""
    item = FactsItem.read(*facts_key(tenant, customer_id), consistent=consistent)
    return from_item(tenant, item) if item else None


def facts_of_many(tenant: Tenant, customer_ids: list[str], *, consistent: bool = False) -> dict[str, Facts]:
    """The facts of up to 100 customers by id, of those that exist. 0.5 request units each, 1 when consistent."""
    found = FactsItem.raw_many((facts_key(tenant, one) for one in customer_ids), consistent=consistent)
    return {raw["sk"]["S"]: from_wire(tenant, raw) for raw in found}


def from_item(tenant: Tenant, item: FactsItem) -> Facts:
    """The domain value of a facts item."""
    given: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN}
    given |= {name: int(getattr(item, name) or 0) for name in _NUMBERS}
    given |= {"tags": frozenset(item.tags or ()), "traits": item.traits or {}, "points": item.points or {}}
    return Facts(tenant, item.sk, **given)


def from_wire(tenant: Tenant, raw: Mapping[str, Any]) -> Facts:
    """The same of what came over the wire: by way of an item it takes four times as long, and all customers are read often."""
    given: dict[str, Any] = {
        name: read(raw[name]) for name, read in _READERS.items() if name in raw and "NULL" not in raw[name]
    }
    return Facts(tenant, raw["sk"]["S"], **given)


def page_of_shard(
    tenant: Tenant, shard: int, *, limit: int, after: dict[str, Any] | None, consistent: bool = False
) -> Found[Facts]:
    """Facts of a shard in the order of ids; `after` is the previous page's `last`. 0.5 request units per 4 KB, 1 when
    consistent."""
    found = FactsItem.raw_page(facts_shard(tenant, shard), limit=limit, after=after, consistent=consistent)
    return Found([from_wire(tenant, raw) for raw in found.items], found.last)


def new_item(facts: Facts) -> FactsItem:
    """The item of a new customer, with its place in both lists."""
    given: dict[str, Any] = {name: getattr(facts, name) for name in (*_PLAIN, *_NUMBERS)}
    return FactsItem(
        *facts_key(facts.tenant, facts.customer_id),
        tags=set(facts.tags) or None,
        traits=dict(facts.traits) or None,
        points=dict(facts.points) or None,
        g1pk=list_partition(facts.tenant),
        g1sk=f"{iso(facts.created_at)}#{facts.customer_id}",
        g2pk=spend_partition(facts.tenant),
        g2sk=spend_key(facts.spent, facts.customer_id),
        **given,
    )


def change_totals(tx: Transaction, facts: Facts, change: TotalsChange) -> None:
    """Add to `tx` the new totals of `facts`, which must have been read consistently.

    The commit raises FactsMovedError when the totals changed since, or the customer is gone: read again and repeat.
    """
    first, last = _span(facts, change)
    spent = facts.spent + change.gross - change.refunded
    actions: list[Action] = [
        FactsItem.orders.set(facts.orders + change.orders),
        FactsItem.gross.set(facts.gross + change.gross),
        FactsItem.refunds.set(facts.refunds + change.refunds),
        FactsItem.refunded.set(facts.refunded + change.refunded),
        FactsItem.spent.set(spent),
        FactsItem.g2sk.set(spend_key(spent, facts.customer_id)),
        FactsItem.revision.set(facts.revision + 1),
        FactsItem.first_order_at.set(first) if first else FactsItem.first_order_at.remove(),
        FactsItem.last_order_at.set(last) if last else FactsItem.last_order_at.remove(),
    ]
    if facts.currency is None and change.currency is not None:
        actions.append(FactsItem.currency.set(change.currency))
    item = FactsItem(*facts_key(tx.tenant, facts.customer_id))
    tx.update(item, actions, FactsItem.revision == facts.revision, FactsMovedError())


def _span(facts: Facts, change: TotalsChange) -> tuple[datetime | None, datetime | None]:
    if facts.orders + change.orders <= 0:
        return None, None
    first = change.first_order_at or facts.first_order_at
    last = change.last_order_at or facts.last_order_at
    if change.at is not None:
        first = min(first or change.at, change.at)
        last = max(last or change.at, change.at)
    return first, last
