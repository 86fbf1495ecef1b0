"""Order items. Everything that is not searched is one compact JSON text: an order of three lines is below 1 KB, keys included."""

import json
from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute, VersionAttribute

from regulars.commerce.orders.model import Order, OrderLine, OrderRefund, Origin, Status, StatusEntry
from regulars.kernel.clock import iso
from regulars.kernel.errors import InvalidError
from regulars.kernel.ids import digest, natural_id, tail
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant

# Bytes. An item may have 400 KB, and an event on the bus, which carries the lines too, 256.
_MOST = 200_000
_SHORT = {
    "discount": "dis",
    "shipping": "shi",
    "tax": "tax",
    "channel": "cha",
    "payment_method": "pay",
    "delivery_method": "del",
    "coupon": "cou",
    "note": "note",
    "cart_id": "cart",
}


class OrderItem(Item):
    """`g1sk` and `g2sk` are `<placed_at>#<order id>`; the id is kept nowhere else."""

    kind = UnicodeAttribute(default="order")
    customer = UnicodeAttribute()
    status = UnicodeAttribute()
    data = JsonAttribute()
    updated_at = TimeAttribute(attr_name="at")
    version = VersionAttribute()

    @classmethod
    def of(cls, tenant: Tenant, order: Order) -> Self:
        """The item of an order; its stored version is one before the order's, so that saving it makes them equal.

        Raises InvalidError for an order that is too large to be kept.
        """
        place = f"{iso(order.placed_at)}#{order.id}"
        item = cls(
            *order_key(tenant, order.number),
            g1pk=tenant.partition("L", "order"),
            g1sk=place,
            g2pk=customer_orders(tenant, order.customer_id),
            g2sk=place,
            customer=order.customer_id,
            status=order.status.value,
            data=_packed(order),
            updated_at=order.updated_at,
        )
        if order.version > 1:
            item.version = order.version - 1
        return item

    def order(self) -> Order:
        at, _, identifier = (self.g1sk or "").partition("#")
        return Order(
            id=identifier,
            customer_id=self.customer,
            placed_at=datetime.fromisoformat(at),
            updated_at=self.updated_at,
            version=int(self.version or 0),
            **_unpacked(self.data),
        )


def _packed(order: Order) -> dict[str, Any]:
    data: dict[str, Any] = {
        "no": order.number,
        "cur": order.currency,
        "tot": order.total,
        "fp": order.fingerprint,
        "li": [_packed_line(line) for line in order.lines],
        "st": [[entry.status.value, iso(entry.at)] for entry in order.statuses],
        "re": [[each.number, each.amount, iso(each.at), each.reason] for each in order.refunds],
    }
    data |= {short: getattr(order, name) for name, short in _SHORT.items()}
    if order.origin is not None:
        data["or"] = [order.origin.job, list(order.origin.rows), int(order.origin.touched)]
    kept = {name: value for name, value in data.items() if value}
    if len(json.dumps(kept, ensure_ascii=False).encode()) > _MOST:
        raise InvalidError.of("/lines", "the order is too large")
    return kept


def _packed_line(line: OrderLine) -> list[Any]:
    """Product, quantity, unit price, and then, as far as needed: total, name, configuration."""
    total = line.total if line.total != line.quantity * line.unit_price else None
    packed: list[Any] = [
        line.product_id,
        line.quantity,
        line.unit_price,
        total,
        line.name,
        line.configuration,
    ]
    while packed[-1] is None:
        packed.pop()
    return packed


def _unpacked(data: dict[str, Any]) -> dict[str, Any]:
    origin = data.get("or")
    return {name: data[short] for name, short in _SHORT.items() if short in data} | {
        "number": data["no"],
        "currency": data["cur"],
        "total": data.get("tot", 0),
        "fingerprint": data.get("fp", ""),
        "lines": tuple(_unpacked_line(*line) for line in data["li"]),
        "statuses": tuple(
            StatusEntry(status=Status(status), at=datetime.fromisoformat(at))
            for status, at in data.get("st", ())
        ),
        "refunds": tuple(
            OrderRefund(number=number, amount=amount, at=datetime.fromisoformat(at), reason=reason)
            for number, amount, at, reason in data.get("re", ())
        ),
        "origin": Origin(job=origin[0], rows=tuple(origin[1]), touched=bool(origin[2])) if origin else None,
    }


def _unpacked_line(
    product_id: str,
    quantity: int,
    unit_price: int,
    total: int | None = None,
    name: str | None = None,
    configuration: dict[str, str] | None = None,
) -> OrderLine:
    return OrderLine(
        product_id=product_id,
        name=name,
        quantity=quantity,
        unit_price=unit_price,
        total=quantity * unit_price if total is None else total,
        configuration=configuration,
    )


def order_id(tenant: Tenant, number: str, placed_at: datetime) -> str:
    """The id of the order with a number: its key is the number alone, so the item itself makes the number unique."""
    return natural_id("ord", placed_at, tenant.id, "order", number)


def order_key(tenant: Tenant, number: str) -> tuple[str, str]:
    return tenant.partition("O", digest(tenant.id, "order", number)), "ORDER"


def customer_orders(tenant: Tenant, customer_id: str) -> str:
    """Partition of `by_sort` with a customer's orders in order of time."""
    return tenant.partition("C", customer_id, "orders")


def load(tenant: Tenant, identifier: str, *, consistent: bool = False) -> Order | None:
    """The order with an id, or None."""
    item = OrderItem.read(tenant.partition("O", tail(identifier)), "ORDER", consistent=consistent)
    order = item.order() if item else None
    return order if order is not None and order.id == identifier else None


def load_number(tenant: Tenant, number: str, *, consistent: bool = False) -> Order | None:
    """The order with a number, or None."""
    item = OrderItem.read(*order_key(tenant, number), consistent=consistent)
    return item.order() if item else None


def page(
    tenant: Tenant,
    *,
    limit: int,
    cursor: str | None,
    customer_id: str | None = None,
    status: Status | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Order]:
    """Orders placed from `since` to before `until`, newest first."""
    index, attribute = ("by_sort", OrderItem.g2sk) if customer_id else ("by_list", OrderItem.g1sk)
    pk = customer_orders(tenant, customer_id) if customer_id else tenant.partition("L", "order")
    # Nothing sorts after "~"; a bare moment sorts before every order of that moment.
    low, high = iso(since) if since else "0", iso(until) if until else "~"
    found = OrderItem.page(
        pk,
        attribute.between(low, high),
        index=index,
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
        only=OrderItem.status == status.value if status else None,
    )
    return page_of(found, OrderItem.order)


def span_without(tenant: Tenant, order: Order) -> tuple[datetime | None, datetime | None]:
    """The moments of the customer's first and last order that counts, `order` left aside."""
    return _end(tenant, order, newest_first=False), _end(tenant, order, newest_first=True)


def _end(tenant: Tenant, order: Order, *, newest_first: bool) -> datetime | None:
    found = OrderItem.page(
        customer_orders(tenant, order.customer_id),
        OrderItem.g2sk >= "0",
        index="by_sort",
        limit=2,
        newest_first=newest_first,
        only=OrderItem.status != Status.CANCELLED.value,
    )
    others = (each for each in map(OrderItem.order, found.items) if each.id != order.id)
    return next((each.placed_at for each in others), None)
