"""Placing and reading orders."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from regulars.commerce.buyers import check_customer
from regulars.commerce.contention import contended
from regulars.commerce.orders import events, rules, store, totals
from regulars.commerce.orders.model import NewOrder, Order, OrderLine, Origin, Status, StatusEntry
from regulars.commerce.orders.store import OrderItem
from regulars.commerce.products import categories_of
from regulars.customers import Facts, FactsMovedError, customer_subject, resolve
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.idempotency import Once
from regulars.kernel.ids import ulid
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


class OrderDiffersError(ConflictError):
    """The number belongs to another order, which `order` is."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"there is another order with the number {order.number!r}")
        self.order = order


class _TakenError(ConflictError):
    def __init__(self, raw: dict[str, Any] | None) -> None:
        super().__init__()
        self.raw = raw


# What else belongs into the transaction of an order that is placed: the cart that it was.
Converts = Callable[[Transaction, str], str | None]


def place(
    tenant: Tenant,
    new: NewOrder,
    *,
    now: datetime,
    once: Once | None = None,
    history: bool = False,
    origin: Origin | None = None,
    converts: Converts | None = None,
) -> Order:
    """Place an order: the order, its event, the customer's totals and the caller's key in one transaction.

    Idempotent by number: the same content again gives the order as it stands (`created` false; a status that is new to it is
    taken as a report), other content raises OrderDiffersError. Raises NotFoundError for an unknown customer, InvalidError for
    a moment in the future or another currency than the tenant's. `history` marks
    the events as past; `origin` (one row of a job) lets `append_lines` and `remove_imported` know the order again;
    `converts` takes the customer's cart away in the same transaction.
    """
    placed_at = rules.past(new.placed_at or now, now, "/placed_at")
    number = new.number or ulid(now)
    customer_id = resolve(tenant, new.customer, verify=False)
    categories = categories_of(tenant, (line.product_id for line in new.lines))

    def attempt(again: bool) -> Order:
        facts = totals.existing_facts(tenant, customer_id, consistent=again, pointer="/customer")
        totals.check_currency(facts, new.currency)
        transaction = Transaction(tenant)
        cart_id = converts(transaction, facts.customer_id) if converts and new.from_cart else None
        order = _order(tenant, new, number, facts.customer_id, placed_at, now, origin, cart_id)
        # The key's guard comes first: of two failed conditions the first one is answered.
        transaction.remember(once, order)
        transaction.create(OrderItem.of(tenant, order), _TakenError)
        _tell(transaction, order, facts, categories, history)
        totals.move(transaction, facts, None, order)
        transaction.commit()
        return order

    try:
        return contended(attempt, FactsMovedError)
    except _TakenError as taken:
        return _again(tenant, new, taken, customer_id or "", origin, now, once)


def _order(
    tenant: Tenant,
    new: NewOrder,
    number: str,
    customer_id: str,
    placed_at: datetime,
    now: datetime,
    origin: Origin | None,
    cart_id: str | None,
) -> Order:
    reached = Status(new.status.value)
    statuses = () if reached is Status.PLACED else (StatusEntry(status=reached, at=placed_at),)
    kept = (
        "currency",
        "discount",
        "shipping",
        "tax",
        "channel",
        "payment_method",
        "delivery_method",
        "coupon",
    )
    return Order(
        id=store.order_id(tenant, number, placed_at),
        number=number,
        customer_id=customer_id,
        lines=tuple(OrderLine.of(line) for line in new.lines),
        total=new.due,
        placed_at=placed_at,
        statuses=statuses,
        note=new.note,
        cart_id=cart_id,
        fingerprint=new.fingerprint(customer_id),
        origin=origin,
        updated_at=now,
        version=1,
        created=True,
        **{name: getattr(new, name) for name in kept},
    )


def _tell(
    transaction: Transaction, order: Order, facts: Facts, categories: events.Categories, history: bool
) -> None:
    subject = customer_subject(transaction.tenant, order.customer_id)
    after = facts.orders + rules.counted(order).orders
    placed = events.placed(order, facts.orders + 1, categories)
    transaction.emit(placed, subject, at=order.placed_at, history=history)
    for entry in order.statuses:
        if entry.status is Status.CANCELLED:
            transaction.emit(events.cancelled(order, left=after), subject, at=entry.at, history=history)
        else:
            changed = events.status_changed(order, entry.status)
            transaction.emit(changed, subject, at=entry.at, history=history)


def _again(
    tenant: Tenant,
    new: NewOrder,
    taken: _TakenError,
    customer_id: str,
    origin: Origin | None,
    now: datetime,
    once: Once | None,
) -> Order:
    """The answer to an order whose number is there already."""
    from regulars.commerce.orders.changes import report

    if taken.raw is None:
        raise taken
    order = OrderItem.from_raw_data(taken.raw).order()
    if not _same(order, new, customer_id) or _further_row(order, origin):
        raise OrderDiffersError(order)
    if new.status.value == Status.PLACED.value and once is None:
        return order
    return report(tenant, order.id, Status(new.status.value), now=now, once=once)


def _same(order: Order, new: NewOrder, customer_id: str) -> bool:
    same_moment = new.placed_at is None or rules.past(new.placed_at, new.placed_at, "") == order.placed_at
    return same_moment and order.fingerprint == new.fingerprint(customer_id)


def _further_row(order: Order, origin: Origin | None) -> bool:
    """Whether this is another group of rows of the very job that brought the order."""
    if origin is None or order.origin is None or order.origin.job != origin.job:
        return False
    return not set(origin.rows) <= set(order.origin.rows)


def get(tenant: Tenant, order_id: str, *, consistent: bool = False) -> Order:
    """Raises NotFoundError."""
    order = store.load(tenant, order_id, consistent=consistent)
    if order is None:
        raise NotFoundError("there is no such order")
    return order


def by_number(tenant: Tenant, number: str) -> Order | None:
    """The order with the shop's number, or None."""
    return store.load_number(tenant, number)


def list_orders(
    tenant: Tenant,
    *,
    limit: int = 25,
    cursor: str | None = None,
    customer_id: str | None = None,
    status: Status | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Order]:
    """Orders placed from `since` to before `until`, newest first.

    Raises NotFoundError for an unknown customer, GoneError for a deleted one.
    """
    if customer_id is not None:
        check_customer(tenant, customer_id)
    return store.page(
        tenant,
        limit=limit,
        cursor=cursor,
        customer_id=customer_id,
        status=status,
        since=since,
        until=until,
    )
