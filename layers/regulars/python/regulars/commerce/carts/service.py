"""Use cases of carts. The timer of abandonment moves in the very transaction that changes the cart."""

from datetime import datetime, timedelta

from regulars.commerce.buyers import check_customer
from regulars.commerce.carts import store
from regulars.commerce.carts.events import CartAbandoned, CartUpdated
from regulars.commerce.carts.model import Cart, CartInput, filled, same_content
from regulars.commerce.carts.store import CartItem
from regulars.commerce.contention import MovedError, contended
from regulars.commerce.orders import Bought
from regulars.customers import customer_subject, facts_of
from regulars.kernel.errors import NotFoundError, StaleError
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, disarm, settle
from regulars.kernel.transaction import Transaction
from regulars.platform import settings_of

ABANDON = "cart.abandon"


def put(
    tenant: Tenant, customer_id: str, given: CartInput, *, now: datetime, if_match: int | None = None
) -> Cart:
    """Make the customer's cart as given. The same content again tells nothing but counts as a sign of life.

    Raises NotFoundError for an unknown customer, GoneError for a deleted one, StaleError if the cart is not at version
    `if_match`.
    """
    idle = timedelta(minutes=settings_of(tenant).cart_idle_minutes)
    check_customer(tenant, customer_id)

    def attempt(again: bool) -> Cart:
        before = store.load(tenant, customer_id, consistent=again or if_match is not None)
        if if_match is not None and (before is None or before.version != if_match):
            raise StaleError
        after = filled(
            before, given, customer_id=customer_id, cart_id=new_id("cart", now), now=now, idle=idle
        )
        transaction = Transaction(tenant)
        transaction.save(CartItem.of(tenant, after), otherwise=MovedError())
        _rearm(transaction, before, after)
        if not same_content(before, after):
            _emit_updated(transaction, after, now)
        transaction.commit()
        return after

    return contended(attempt)


def _emit_updated(transaction: Transaction, cart: Cart, now: datetime) -> None:
    updated = CartUpdated(
        cart_id=cart.id,
        lines=[Bought.of(line) for line in cart.lines],
        total=cart.total,
        currency=cart.currency,
    )
    transaction.emit(updated, customer_subject(transaction.tenant, cart.customer_id), at=now)


def _timer(tenant: Tenant, customer_id: str, due: datetime) -> Timer:
    return Timer(tenant, ABANDON, customer_id, due)


def _rearm(transaction: Transaction, before: Cart | None, after: Cart | None) -> None:
    was = before.abandons_at if before else None
    due = after.abandons_at if after else None
    if was == due:
        return
    customer_id = (after or before).customer_id  # type: ignore[union-attr]
    if was is not None:
        disarm(transaction, _timer(transaction.tenant, customer_id, was))
    if due is not None:
        arm(transaction, _timer(transaction.tenant, customer_id, due))


def get(tenant: Tenant, customer_id: str) -> Cart:
    """Raises NotFoundError when the customer has no cart, GoneError for a deleted customer."""
    check_customer(tenant, customer_id)
    cart = store.load(tenant, customer_id)
    if cart is None:
        raise NotFoundError("this customer has no cart")
    return cart


def clear(tenant: Tenant, customer_id: str, *, now: datetime) -> None:
    """Throw the cart away; without one nothing happens. Raises NotFoundError for an unknown customer."""
    check_customer(tenant, customer_id)

    def attempt(again: bool) -> None:
        cart = store.load(tenant, customer_id, consistent=True)
        if cart is None:
            return
        transaction = Transaction(tenant)
        _take_away(transaction, cart)
        if cart.lines:
            _emit_updated(transaction, cart.model_copy(update={"lines": (), "total": 0}), now)
        transaction.commit()

    contended(attempt)


def _take_away(transaction: Transaction, cart: Cart) -> None:
    item = CartItem.of(transaction.tenant, cart)
    transaction.delete(item, CartItem.version == cart.version, MovedError())
    _rearm(transaction, cart, None)


def convert(transaction: Transaction, customer_id: str) -> str | None:
    """Let the order that `transaction` places take the customer's cart; the cart's id, or None without one.

    The commit raises MovedError when the cart changed meanwhile: begin again.
    """
    cart = store.load(transaction.tenant, customer_id, consistent=True)
    if cart is None:
        return None
    _take_away(transaction, cart)
    return cart.id


def abandon(timer: Timer, now: datetime) -> None:
    """Work of the timer `cart.abandon`: tell once that the cart was abandoned, if nothing happened to it since it was armed
    and the customer has not been deleted.

    Raises AlreadyHandledError when this timer's work has been done. Before its time it does nothing.
    """
    if now < timer.due:
        return

    def attempt(again: bool) -> None:
        tenant = timer.tenant
        cart = store.load(tenant, timer.subject, consistent=True)
        transaction = Transaction(tenant)
        settle(transaction, timer)
        if cart is not None and cart.abandons_at == timer.due and facts_of(tenant, timer.subject) is not None:
            after = cart.model_copy(
                update={"abandons_at": None, "abandoned_at": timer.due, "version": cart.version + 1}
            )
            transaction.save(CartItem.of(tenant, after), otherwise=MovedError())
            abandoned = CartAbandoned(
                cart_id=cart.id,
                lines=[Bought.of(line) for line in cart.lines],
                total=cart.total,
                currency=cart.currency,
            )
            transaction.emit(abandoned, customer_subject(tenant, cart.customer_id), at=timer.due)
        transaction.commit()

    contended(attempt)
