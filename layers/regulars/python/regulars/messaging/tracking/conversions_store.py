"""What was put down to which messages, by order: so that a refund takes back what was given, from the rows that got it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import ulid
from regulars.kernel.table import Item, JsonAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.tally_store import Place, bump

_PREFIX = "CONVERSION#"


@dataclass(frozen=True, slots=True)
class Credit:
    """A delivery that shares in an order, and the rows that count it: each with the channel its counters are named by. `held` if
    it was held out for comparison."""

    delivery_id: str
    rows: tuple[tuple[str, str, str], ...]
    held: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """An order: `net` is what of it counts now, in minor units; `standing` whether it still counts as an order.

    `touches` share it, first to last; those at the places `credited` are converted by it. `watched` are deliveries in whose days
    it falls.
    """

    order_id: str
    net: int
    standing: bool
    touches: tuple[Credit, ...] = ()
    credited: tuple[int, ...] = ()
    watched: tuple[Credit, ...] = ()
    revision: int = 0

    def converted(self) -> set[str]:
        """The deliveries that this order converts."""
        return {one.delivery_id for one in self.creditors} if self.standing else set()

    @property
    def creditors(self) -> tuple[Credit, ...]:
        """The touches that it converts while it stands."""
        return tuple(self.touches[place] for place in self.credited)

    def followed(self) -> set[str]:
        """The deliveries that this order follows."""
        return {one.delivery_id for one in self.watched} if self.standing else set()


class ConversionItem(Item):
    kind = UnicodeAttribute(default="conversion")
    data = JsonAttribute()
    revision = NumberAttribute(default=0)

    @classmethod
    def place(cls, tenant: Tenant, customer_id: str, order_id: str) -> Place:
        return tenant.partition("C", customer_id), _PREFIX + order_id.rpartition("_")[2]

    @classmethod
    def of(cls, tenant: Tenant, customer_id: str, conversion: Conversion) -> Self:
        data = {
            "order": conversion.order_id,
            "net": conversion.net,
            "standing": conversion.standing,
            "touches": _packed(conversion.touches),
            "credited": list(conversion.credited),
            "watched": _packed(conversion.watched),
        }
        place = cls.place(tenant, customer_id, conversion.order_id)
        return cls(*place, data=data, revision=conversion.revision)

    def conversion(self) -> Conversion:
        return Conversion(
            self.data["order"],
            self.data["net"],
            self.data["standing"],
            _unpacked(self.data["touches"]),
            tuple(self.data["credited"]),
            _unpacked(self.data["watched"]),
            int(self.revision),
        )


class ConvertingItem(Item):
    """One a customer, written with each change of their conversions: two orders at once count one after the other."""

    kind = UnicodeAttribute(default="converting")
    revision = NumberAttribute(default=0)


@dataclass(slots=True)
class Ledger:
    """A customer's conversions about a moment, as they are now; `revision` guards them all."""

    revision: int
    conversions: dict[str, Conversion] = field(default_factory=dict)


def read_ledger(tenant: Tenant, customer_id: str, at: datetime, days: int) -> Ledger:
    """The orders placed up to `days` before and after `at` that were put down to messages. 1 request unit, and 1 per 4 KB."""
    pk = tenant.partition("C", customer_id)
    head = ConvertingItem.read(pk, "CONVERTING", consistent=True)
    first, last = (_PREFIX + ulid(at + timedelta(days=side * days))[:10] for side in (-1, 1))
    items = ConversionItem.each(pk, ConversionItem.sk.between(first, last + "~"), consistent=True)
    found = [item.conversion() for item in items]
    return Ledger(int(head.revision) if head else 0, {one.order_id: one for one in found})


def save_conversion(tx: Transaction, customer_id: str, conversion: Conversion, ledger: Ledger) -> None:
    """Write one conversion; the commit raises ConflictError when any of the customer's has changed since the ledger was read."""
    tx.save(ConversionItem.of(tx.tenant, customer_id, replace(conversion, revision=conversion.revision + 1)))
    unmoved = (
        ConvertingItem.revision == ledger.revision if ledger.revision else ConvertingItem.pk.does_not_exist()
    )
    head = ConvertingItem(tx.tenant.partition("C", customer_id), "CONVERTING", revision=ledger.revision + 1)
    tx.save(head, unmoved, ConflictError("another order of the customer counts at this moment"))


class Sums:
    """Changes of many rows, one write a row."""

    def __init__(self) -> None:
        self._rows: dict[Place, Counter[str]] = defaultdict(Counter)

    def add(self, credit: Credit, measure: str, amount: int) -> None:
        """Add to a counter in all rows of a delivery."""
        for pk, sk, channel in credit.rows:
            self._rows[pk, sk][f"{channel}_{measure}" if channel else measure] += amount

    def add_watched(self, credit: Credit, amount: int, customers: int) -> None:
        """Add customers who ordered after a message, and what they spent. Of those from whom it was held out nothing else is
        known, so they count as converted by it, too."""
        self.add(credit, "buyers", customers)
        self.add(credit, "buyers_revenue", amount)
        if credit.held:
            self.add(credit, "converted", customers)
            for model in ("last", "first", "linear"):
                self.add(credit, f"revenue_{model}", amount)

    def write(self, tx: Transaction) -> None:
        for place, counts in self._rows.items():
            bump(tx, place, counts)


def _packed(credits: tuple[Credit, ...]) -> list[Any]:
    return [[one.delivery_id, [list(row) for row in one.rows], int(one.held)] for one in credits]


def _unpacked(data: list[Any]) -> tuple[Credit, ...]:
    return tuple(
        Credit(one, tuple((pk, sk, channel) for pk, sk, channel in rows), bool(held))
        for one, rows, held in data
    )
