"""What an event adds to a tenant's statistics. Pure: statistics are a sum over events, so any order of arrival gives the same.

Two kinds of effect: increments of counters (additive: the event is marked so that it counts once) and a customer's recency,
from which "active in the last 30 days" follows without looking at every customer (see `Recency`).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

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


def local_day(moment: datetime, zone: ZoneInfo) -> str:
    """The calendar day of a moment in the tenant's zone, `2026-11-20`."""
    return moment.astimezone(zone).date().isoformat()


def _day_of(data: Mapping[str, Any], name: str, zone: ZoneInfo) -> str:
    return local_day(datetime.fromisoformat(data[name]), zone)


Rule = Callable[[Increments, Envelope, ZoneInfo], None]


def _customer_created(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    to.add(local_day(event.time, zone), new_customers=1)
    for dimension in ("status", "source", "country"):
        to.split(dimension, event.data.get(dimension), customers=1)


def _customer_updated(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    for dimension, was in event.data.get("was", {}).items():
        to.split(dimension, was, customers=-1)
        to.split(dimension, event.data.get(dimension), customers=1)


def _customer_deleted(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    to.add(local_day(event.time, zone), deleted_customers=1)
    for dimension in ("status", "source", "country"):
        to.split(dimension, event.data.get(dimension), customers=-1)


def _order_placed(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    to.add(local_day(event.time, zone), orders=1, gross=event.data["total"])
    to.split("channel", event.data.get("channel"), orders=1, gross=event.data["total"])


def _order_lines_added(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    to.add(_day_of(event.data, "placed_at", zone), gross=event.data["added"])


def _order_cancelled(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    total = event.data["total"]
    to.add(_day_of(event.data, "placed_at", zone), orders=-1, gross=-total)
    to.add(local_day(event.time, zone), cancelled=1, cancelled_gross=total)


def _order_removed(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    if not event.data.get("cancelled"):
        to.add(_day_of(event.data, "placed_at", zone), orders=-1, gross=-event.data["total"])


def _order_refunded(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    to.add(local_day(event.time, zone), refunds=1, refunded=event.data["amount"])


def _order_refund_removed(to: Increments, event: Envelope, zone: ZoneInfo) -> None:
    to.add(_day_of(event.data, "refunded_at", zone), refunds=-1, refunded=-event.data["amount"])


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


def increments_of(event: Envelope, zone: ZoneInfo) -> Increments:
    """What one event adds; nothing for most."""
    increments = Increments()
    if rule := RULES.get(event.name):
        rule(increments, event, zone)
    return increments


def is_activity(name: str) -> bool:
    """Whether an event is something that the customer did, rather than staff, an import job or we."""
    topic, _, what = name.partition(".")
    return name == "order.placed" or (topic in {"behaviour", "cart", "visit"} and what != "abandoned")


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

    def after(self, event: Envelope, zone: ZoneInfo) -> "Recency":
        """The recency with one more event; the order of events does not matter."""
        orders = self.orders + _ORDERS.get(event.name, 0)
        if event.name == "order.removed" and event.data.get("cancelled"):
            orders = self.orders
        changed = replace(self, orders=orders, gone=self.gone or event.name == "customer.deleted")
        if is_activity(event.name):
            changed = replace(changed, active=max(self.active, local_day(event.time, zone)))
        if event.name == "order.placed":
            changed = replace(changed, ordered=max(self.ordered, local_day(event.time, zone)))
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
