"""What an event adds to a tenant's statistics. Pure: statistics are a sum over events, so any order of arrival gives the same.

Two kinds of effect: increments of counters (additive: the event is marked so that it counts once) and a customer's recency,
from which "active in the last 30 days" follows without looking at every customer (see `Recency`).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.customers import is_activity
from regulars.kernel.events import Envelope

TOTAL = "total"
NONE = "none"
MEASURES = (
    "new_customers",
    "deleted_customers",
    "orders",
    "gross",
    "refunds",
    "refunded",
    "cancelled",
    "cancelled_gross",
    "active",
    "buyers",
    "returning",
    "customers",
)

# `(bucket, measure)` and `(dimension, value, measure)` to amounts.
Sums = Counter[tuple[str, str]]
Splits = Counter[tuple[str, str, str]]


@dataclass(slots=True)
class Increments:
    """What is to be added: `sums` by local day and in total, `splits` by a dimension's value."""

    sums: Sums = field(default_factory=Counter)
    splits: Splits = field(default_factory=Counter)

    def add(self, day: str, **amounts: int) -> None:
        """Amounts of a local day, which also go into the total."""
        for measure, amount in amounts.items():
            self.sums[day, measure] += amount
            self.sums[TOTAL, measure] += amount

    def split(self, dimension: str, value: Any, **amounts: int) -> None:
        for measure, amount in amounts.items():
            self.splits[dimension, str(value or NONE)[:80], measure] += amount

    def merge(self, other: "Increments") -> None:
        self.sums.update(other.sums)
        self.splits.update(other.splits)


@dataclass(frozen=True, slots=True)
class Local:
    """How a tenant reads days and money: its zone, and the currency that sums are in."""

    zone: ZoneInfo
    currency: str

    def day(self, moment: datetime | str) -> str:
        """The calendar day of a moment, `2026-11-20`."""
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return at.astimezone(self.zone).date().isoformat()

    def money(self, event: Envelope, name: str) -> int:
        """An amount of an event, or 0 if it is in another currency: sums never mix them."""
        return int(event.data[name]) if event.data.get("currency", self.currency) == self.currency else 0


Rule = Callable[[Increments, Envelope, Local], None]


def _customer_created(to: Increments, event: Envelope, local: Local) -> None:
    to.add(local.day(event.time), new_customers=1)
    for dimension in ("status", "source", "country"):
        to.split(dimension, event.data.get(dimension), customers=1)


def _customer_updated(to: Increments, event: Envelope, local: Local) -> None:
    for dimension, was in event.data.get("was", {}).items():
        to.split(dimension, was, customers=-1)
        to.split(dimension, event.data.get(dimension), customers=1)


def _customer_deleted(to: Increments, event: Envelope, local: Local) -> None:
    """What a deleted customer bought stays sold. One whom an undone import takes back (`history`) was never new."""
    if event.history:
        to.add(local.day(event.data["created_at"]), new_customers=-1)
    else:
        to.add(local.day(event.time), deleted_customers=1)
    for dimension in ("status", "source", "country"):
        to.split(dimension, event.data.get(dimension), customers=-1)


def _order_placed(to: Increments, event: Envelope, local: Local) -> None:
    gross = local.money(event, "total")
    to.add(local.day(event.time), orders=1, gross=gross)
    to.split("channel", event.data.get("channel"), orders=1, gross=gross)


def _order_lines_added(to: Increments, event: Envelope, local: Local) -> None:
    to.add(local.day(event.data["placed_at"]), gross=local.money(event, "added"))


def _order_cancelled(to: Increments, event: Envelope, local: Local) -> None:
    total = local.money(event, "total")
    to.add(local.day(event.data["placed_at"]), orders=-1, gross=-total)
    to.add(local.day(event.time), cancelled=1, cancelled_gross=total)


def _order_removed(to: Increments, event: Envelope, local: Local) -> None:
    if not event.data.get("cancelled"):
        to.add(local.day(event.data["placed_at"]), orders=-1, gross=-local.money(event, "total"))


def _order_refunded(to: Increments, event: Envelope, local: Local) -> None:
    to.add(local.day(event.time), refunds=1, refunded=local.money(event, "amount"))


def _order_refund_removed(to: Increments, event: Envelope, local: Local) -> None:
    to.add(local.day(event.data["refunded_at"]), refunds=-1, refunded=-local.money(event, "amount"))


RULES: dict[str, Rule] = {
    "customer.created": _customer_created,
    "customer.updated": _customer_updated,
    "customer.deleted": _customer_deleted,
    "order.placed": _order_placed,
    "order.lines_added": _order_lines_added,
    "order.cancelled": _order_cancelled,
    "order.removed": _order_removed,
    "order.refunded": _order_refunded,
    "order.refund_removed": _order_refund_removed,
}
# These also change how many orders a customer has (see `Recency`).
_ORDERS = {"order.placed": 1, "order.cancelled": -1, "order.removed": -1}


def counts(event: Envelope) -> bool:
    """Whether the event adds to counters, so that it must be counted once only."""
    return event.name in RULES


def increments_of(event: Envelope, local: Local) -> Increments:
    """What one event adds; nothing for most."""
    increments = Increments()
    if rule := RULES.get(event.name):
        rule(increments, event, local)
    return increments


@dataclass(frozen=True, slots=True)
class Recency:
    """A customer's last day of activity and of ordering, and how many orders count.

    The customer is counted in exactly one day's `active` (the last one), so the sum over the last 30 days is the number of
    distinct customers who were active in them: exact, and moved on by two increments at the most once a day and customer.
    The same holds for `buyers` and, with two orders or more, `returning`. A cancelled order still marks its day.
    """

    active: str = ""
    ordered: str = ""
    orders: int = 0
    gone: bool = False

    @staticmethod
    def is_touched_by(name: str) -> bool:
        """Whether events of this name can change a recency."""
        return is_activity(name) or name in _ORDERS or name == "customer.deleted"

    def after(self, event: Envelope, local: Local) -> "Recency":
        """The recency with one more event; the order of events does not matter."""
        orders = self.orders + _ORDERS.get(event.name, 0)
        if event.name == "order.removed" and event.data.get("cancelled"):
            orders = self.orders
        changed = replace(self, orders=orders, gone=self.gone or event.name == "customer.deleted")
        if is_activity(event.name):
            changed = replace(changed, active=max(self.active, local.day(event.time)))
        if event.name == "order.placed":
            changed = replace(changed, ordered=max(self.ordered, local.day(event.time)))
        return changed

    def counted(self) -> Sums:
        """Where the customer is counted."""
        found: Sums = Counter()
        if self.gone:
            return found
        if self.active:
            found[self.active, "active"] = 1
        if self.ordered and self.orders >= 1:
            found[self.ordered, "buyers"] = 1
        if self.ordered and self.orders >= 2:
            found[self.ordered, "returning"] = 1
        return found


def moves(old: Recency, new: Recency) -> Sums:
    """The increments that take a customer from where they were counted to where they are now."""
    found: Sums = Counter(new.counted())
    found.subtract(old.counted())
    return Counter({key: amount for key, amount in found.items() if amount})
