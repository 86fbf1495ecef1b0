"""From an anonymous id to a customer: claimed once, and the events follow."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from regulars.behaviour import store
from regulars.behaviour.events import CustomerIdentified
from regulars.behaviour.model import Identified
from regulars.behaviour.store import AliasItem
from regulars.commerce import check_customer
from regulars.customers import customer_subject
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.idempotency import Once
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction

# A move is two writes.
_MOVES = 40


def identify(
    tenant: Tenant, anonymous_id: str, customer_id: str, *, now: datetime, once: Once | None = None
) -> Identified:
    """Say that an anonymous id is a customer. The first word counts: the same again changes nothing.

    Raises NotFoundError for an unknown customer, GoneError for a deleted one, ConflictError when the id is another customer's.
    """
    check_customer(tenant, customer_id)
    made = Identified(anonymous_id=anonymous_id, customer_id=customer_id, at=now)
    transaction = Transaction(tenant)
    transaction.remember(once, made)
    transaction.create(AliasItem.of(tenant, anonymous_id, customer_id, now), _TakenError())
    transaction.emit(
        CustomerIdentified(anonymous_id=anonymous_id), customer_subject(tenant, customer_id), at=now
    )
    try:
        transaction.commit()
    except _TakenError as taken:
        return _again(tenant, anonymous_id, customer_id, taken, once)
    return made


class _TakenError(ConflictError):
    """The anonymous id belongs to somebody."""


def _again(
    tenant: Tenant, anonymous_id: str, customer_id: str, taken: _TakenError, once: Once | None
) -> Identified:
    alias = store.load_alias(tenant, anonymous_id)
    if alias is None:
        raise taken
    if alias.customer != customer_id:
        raise ConflictError("this anonymous id belongs to another customer")
    made = Identified(anonymous_id=anonymous_id, customer_id=customer_id, at=alias.at)
    if once is not None:
        transaction = Transaction(tenant)
        transaction.remember(once, made)
        transaction.commit()
    return made


def stitch(envelope: Envelope) -> int:
    """Consumer of `customer.identified`: move what is in the anonymous id's partition into the customer's timeline.

    Each event moves in a transaction that creates one and deletes the other, so a crash or a second delivery changes nothing
    more. An event that is moved is published again under its customer, with the marks of who has handled it already. The
    number of events moved is answered.
    """
    tenant = envelope.owner()
    identified = envelope.read(CustomerIdentified)
    alias = store.load_alias(tenant, identified.anonymous_id)
    if alias is None:
        return 0
    moved = 0
    for part in _chunks(store.anonymous_events(tenant, identified.anonymous_id)):
        _move(tenant, part, alias.customer)
        moved += len(part)
    return moved


def _chunks(items: Iterator[EventItem]) -> Iterator[list[EventItem]]:
    while part := list(islice(items, _MOVES)):
        yield part


class _MovedBeforeError(ConflictError):
    """An event is in the customer's timeline already."""


def _move(tenant: Tenant, items: list[EventItem], customer_id: str) -> None:
    transaction = Transaction(tenant)
    for item in items:
        transaction.delete(EventItem(item.pk, item.sk), EventItem.pk.exists(), _GoneError())
        transaction.create(store.moved(tenant, item, customer_id), _MovedBeforeError())
    try:
        transaction.commit()
    except (_GoneError, _MovedBeforeError):
        if len(items) == 1:
            return _drop(tenant, items[0])
        for item in items:
            _move(tenant, [item], customer_id)


class _GoneError(ConflictError):
    """An event has left the anonymous partition: another delivery of the same event moves it too."""


def _drop(tenant: Tenant, item: EventItem) -> None:
    """Take away what is in the customer's timeline already."""
    transaction = Transaction(tenant)
    transaction.delete(EventItem(item.pk, item.sk), EventItem.pk.exists() | EventItem.pk.does_not_exist())
    transaction.commit()
