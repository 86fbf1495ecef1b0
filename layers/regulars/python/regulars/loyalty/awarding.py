"""Points for paid orders, and back with their refunds.

- An order earns once it is reported paid, not when it is packed or shipped: with payment on delivery goods leave before any
  money came. Its day, for periods, weekdays and windows, is that of its placing, when the customer chose; the pending period,
  and the day that caps count, begin with the payment.
- Events are only the occasion. What is done follows from the order as it stands: its movements have business keys of their own
  (`order:<id>`, `refund:<id>:<number>`, `cancel:<id>`) and moments of its own, so that repeating all of it adds nothing.
- Whoever awards looks at the order again after the points are there: a refund that was made before was handled before too,
  perhaps, and found nothing to take back; one that is made after finds the points.
- A program's status is asked when the payment is handled, and refunds take back whatever became of the program.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.commerce import contended, orders
from regulars.commerce.orders import Order, Status
from regulars.customers import Facts, facts_of
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.pagination import MAX_LIMIT
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.loyalty import ledger_store
from regulars.loyalty.circumstances import basket_of, fulfilled_rules
from regulars.loyalty.earning import Circumstances, SoFar, Source, Step, calculate
from regulars.loyalty.earning_rules import Caps
from regulars.loyalty.ledger import share_to_take_back
from regulars.loyalty.ledger_service import claw_back, earn
from regulars.loyalty.ledger_store import Membership
from regulars.loyalty.lots import months_later
from regulars.loyalty.movements import Cause, Kind, Movement, NothingToMoveError
from regulars.loyalty.program_service import list_programs
from regulars.loyalty.programs import Program, ProgramStatus
from regulars.loyalty.standing_store import members_of
from regulars.platform import settings_of

# Nothing of these is left to earn from.
_UNDONE = (Status.CANCELLED, Status.REFUNDED)


class _CountedAnewError(ConflictError):
    """The member's points were moved after they were counted for caps."""


@dataclass(frozen=True, slots=True)
class _Purchase:
    """A paid order and whose it is."""

    tenant: Tenant
    order: Order
    facts: Facts
    paid_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class _Reversal:
    """Up to which part (`refunded` of `total`) of an order's points are taken back by a refund or the cancellation."""

    key: str
    at: datetime
    refunded: int
    total: int


def award(tenant: Tenant, order_id: str, *, now: datetime) -> None:
    """Give a paid order's points in each program that is active, less what was refunded meanwhile.

    Nothing for an order that is not paid, or gone, as for a customer who is. 3.5 request units, and for each program about
    11, beside what its rules ask and, where points are capped, all of the member's movements.
    """
    order = _order(tenant, order_id)
    paid_at = _paid_at(order) if order is not None else None
    if order is None or paid_at is None:
        return
    facts = facts_of(tenant, order.customer_id, consistent=True)
    if facts is None:
        return
    if order.status not in _UNDONE:
        zone = ZoneInfo(settings_of(tenant).time_zone)
        purchase = _Purchase(tenant, order, facts, paid_at, zone)
        for program in _active(tenant):
            _award(purchase, program, now)
    take_back(tenant, order_id)


def take_back(tenant: Tenant, order_id: str) -> None:
    """Take back an order's points in proportion to what was refunded of it, all of them if it was cancelled.

    Nothing for an order that never earned: when it does, that takes the refunds into account.
    """
    order = _order(tenant, order_id)
    if order is None or not (reversals := list(_reversals(order))):
        return
    if facts_of(tenant, order.customer_id, consistent=True) is None:
        return
    for program_id in members_of(tenant, order.customer_id):
        _take_back(Membership(tenant, order.customer_id, program_id), order, reversals)


def _order(tenant: Tenant, order_id: str) -> Order | None:
    with suppress(NotFoundError):
        return orders.get(tenant, order_id, consistent=True)
    return None


def _paid_at(order: Order) -> datetime | None:
    return next((entry.at for entry in order.statuses if entry.status is Status.PAID), None)


def _active(tenant: Tenant) -> Iterator[Program]:
    cursor: str | None = None
    while True:
        page = list_programs(tenant, status=ProgramStatus.ACTIVE, limit=MAX_LIMIT, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _award(purchase: _Purchase, program: Program, now: datetime) -> None:
    of = Membership(purchase.tenant, purchase.order.customer_id, program.id)
    if ledger_store.read_receipt(of, _key(purchase.order)) is not None:
        return
    fulfilled = fulfilled_rules(purchase.tenant, program, purchase.facts, now)
    # Two orders at once would both find room under a cap: who counted before the other moved counts again.
    contended(lambda again: _earn(of, purchase, program, fulfilled), _CountedAnewError)


def _earn(of: Membership, purchase: _Purchase, program: Program, fulfilled: frozenset[str]) -> None:
    order, points = purchase.order, program.points
    counted = ledger_store.all_movements(of) if _is_capped(program) else None
    given = Circumstances(
        at=order.placed_at.astimezone(purchase.zone),
        # A member's tier is the first, in which everybody begins.
        tier=program.tiers[0].name,
        first_order=_is_first(order, purchase.facts),
        fulfilled=fulfilled,
        so_far=_so_far(counted or [], purchase),
    )
    bought = [(line.product_id, line.total) for line in order.lines]
    basket = basket_of(of.tenant, bought, order.currency, order.discount)
    found = calculate(program, basket, given)
    if found.points <= 0:
        return

    def unmoved(tx: Transaction, movement: Movement) -> None:
        if counted is not None and movement.number != len(counted) + 1:
            raise _CountedAnewError

    available_at = purchase.paid_at + timedelta(days=points.pending_days)
    months = points.expiry_months
    earn(
        of,
        Cause(_key(order), purchase.paid_at, about=order.id, explanation=[_told(one) for one in found.steps]),
        found.points,
        available_at=available_at,
        expires_at=months_later(available_at, months, purchase.zone) if months else None,
        also=unmoved,
    )


def _is_first(order: Order, facts: Facts) -> bool:
    """By the moments of placing, so that of two orders that are paid at once exactly one is the first."""
    return facts.first_order_at is not None and order.placed_at <= facts.first_order_at


def _is_capped(program: Program) -> bool:
    return any(caps != Caps() for caps in (program.points.caps, *(rule.caps for rule in program.rules)))


def _so_far(movements: list[Movement], purchase: _Purchase) -> Mapping[str, SoFar]:
    """What orders gave the member, the program's sum and each rule's, by the explanations. What was taken back since still
    counts: buying and returning brings no more than buying."""
    day = purchase.paid_at.astimezone(purchase.zone).date()
    found: dict[str, SoFar] = {}
    for movement in movements:
        if movement.kind is not Kind.EARNED:
            continue
        today = movement.cause.at.astimezone(purchase.zone).date() == day
        for name, points in _given(movement):
            before = found.get(name, SoFar())
            found[name] = SoFar(before.today + points * today, before.ever + points)
    return found


def _given(movement: Movement) -> Iterator[tuple[str, int]]:
    """The points of a movement under "", and those of each rule under its name."""
    yield "", movement.points
    for step in movement.cause.explanation:
        if step["source"] == Source.RULE:
            yield step["name"], step["points"]


def _told(step: Step) -> dict[str, Any]:
    """A step as it is kept with its movement."""
    told = {"source": step.source.value, "points": step.points, "explanation": step.explanation}
    return told | ({"name": step.name} if step.name else {})


def _key(order: Order) -> str:
    return f"order:{order.id}"


def _reversals(order: Order) -> Iterator[_Reversal]:
    refunded = 0
    for refund in order.refunds:
        refunded += refund.amount
        yield _Reversal(f"refund:{order.id}:{refund.number}", refund.at, refunded, order.total)
    for entry in order.statuses:
        if entry.status is Status.CANCELLED:
            yield _Reversal(f"cancel:{order.id}", entry.at, order.total, order.total)


def _take_back(of: Membership, order: Order, reversals: list[_Reversal]) -> None:
    receipt = ledger_store.read_receipt(of, _key(order))
    if receipt is None:
        return
    for one in reversals:
        if share_to_take_back(receipt.points, receipt.undone, one.refunded, one.total) > 0:
            _claw_back(of, order, one)


def _claw_back(of: Membership, order: Order, one: _Reversal) -> None:
    # Another worker may have done it meanwhile, or the points have expired.
    with suppress(NothingToMoveError):
        claw_back(
            of,
            Cause(one.key, one.at, about=order.id),
            _key(order),
            lambda receipt: share_to_take_back(receipt.points, receipt.undone, one.refunded, one.total),
        )
