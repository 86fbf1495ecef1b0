"""Moving points: each movement is one transaction of member, movement, receipt, timer and event.

Every use case takes a `Cause` whose key is the business key. The same key again answers the movement that there was, after a
day as after ten years, and changes nothing; `cause.at` is the moment of the movement.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from regulars.commerce import check_customer, contended
from regulars.customers import customer_subject
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError
from regulars.kernel.idempotency import Once
from regulars.kernel.pagination import Page
from regulars.kernel.timers import Timer, arm, disarm, settle
from regulars.kernel.transaction import Transaction
from regulars.loyalty import ledger, ledger_store
from regulars.loyalty.ledger_events import (
    PointsAdjusted,
    PointsConfirmed,
    PointsEarned,
    PointsExpired,
    PointsMoved,
    PointsRedeemed,
    PointsReversed,
    PointsTransferred,
)
from regulars.loyalty.ledger_store import MemberMovedError, Membership
from regulars.loyalty.movements import Cause, Kind, Member, Movement, NothingToMoveError, Receipt

DUE = "points.due"

# What else belongs into the transaction of a movement: the coupon that is paid for, the stock it is taken from.
Also = Callable[[Transaction, Movement], None]

_EVENT_OF: dict[Kind, type[PointsMoved]] = {
    Kind.EARNED: PointsEarned,
    Kind.CONFIRMED: PointsConfirmed,
    Kind.REDEEMED: PointsRedeemed,
    Kind.EXPIRED: PointsExpired,
    Kind.CLAWED_BACK: PointsReversed,
    Kind.GIVEN_BACK: PointsReversed,
    Kind.ADJUSTED: PointsAdjusted,
    Kind.TRANSFERRED: PointsTransferred,
}


def earn(
    of: Membership,
    cause: Cause,
    points: int,
    *,
    available_at: datetime | None = None,
    expires_at: datetime | None = None,
    history: bool = False,
    also: Also | None = None,
) -> Movement:
    """Give points, pending until `available_at`. Raises InvalidError, NotFoundError or GoneError for the customer."""
    check_customer(of.tenant, of.customer_id)

    def decide(tx: Transaction, member: Member) -> ledger.Moved:
        return ledger.earn(member, cause, points, available_at=available_at, expires_at=expires_at)

    return _move(of, cause, decide, also=also, history=history)


def spend(
    of: Membership, cause: Cause, points: int, *, once: Once | None = None, also: Also | None = None
) -> Movement:
    """Take points that can be spent. Raises InsufficientPointsError, InvalidError, NotFoundError, GoneError."""
    check_customer(of.tenant, of.customer_id)
    return _move(of, cause, lambda tx, member: ledger.spend(member, cause, points), once=once, also=also)


def adjust(
    of: Membership,
    cause: Cause,
    points: int,
    *,
    expires_at: datetime | None = None,
    once: Once | None = None,
) -> Movement:
    """Staff add points, or take them (below zero). Raises as `earn` and `spend`."""
    check_customer(of.tenant, of.customer_id)

    def decide(tx: Transaction, member: Member) -> ledger.Moved:
        return ledger.adjust(member, cause, points, expires_at=expires_at)

    return _move(of, cause, decide, once=once)


def claw_back(
    of: Membership,
    cause: Cause,
    source: str,
    points: int | Callable[[Receipt], int],
    *,
    earned_by: str = "",
    also: Also | None = None,
) -> Movement:
    """Take back points that the key `source` brought, or as many as `points` says of its receipt
    (see `ledger.share_to_take_back`). `earned_by` is the customer who earned them, if they came to this one by a transfer.

    Raises NotFoundError without such a key, NothingToMoveError when nothing of it is owed.
    """
    owner = Membership(of.tenant, earned_by or of.customer_id, of.program_id)

    def decide(tx: Transaction, member: Member) -> ledger.Moved:
        receipt = _receipt(owner, source)
        wanted = points(receipt) if callable(points) else points
        if wanted == 0 and callable(points):
            raise NothingToMoveError
        after, movement = ledger.claw_back(member, cause, receipt, wanted)
        ledger_store.note_undone(tx, owner, receipt, -movement.points)
        return after, movement

    return _move(of, cause, decide, also=also)


def give_back(of: Membership, cause: Cause, source: str, *, also: Also | None = None) -> Movement:
    """Give back what the redemption with the key `source` took. Raises NotFoundError, AlreadyReversedError, InvalidError."""

    def decide(tx: Transaction, member: Member) -> ledger.Moved:
        receipt = _receipt(of, source)
        spent = ledger_store.read_movement(of, receipt.number)
        if spent is None:
            raise NotFoundError("there is no such movement")
        after, movement = ledger.give_back(member, cause, receipt, spent)
        ledger_store.note_undone(tx, of, receipt, movement.points)
        return after, movement

    return _move(of, cause, decide, also=also)


def transfer(of: Membership, to: str, cause: Cause, points: int | None = None) -> Movement:
    """Give points to the customer `to`; None moves all there is, as for a merge. Answers the giver's half of the movement.

    Raises InsufficientPointsError, NothingToMoveError, InvalidError, NotFoundError or GoneError for the receiver.
    """
    if to == of.customer_id:
        raise InvalidError.of("/to", "that is the customer who gives them")
    check_customer(of.tenant, to)
    other = Membership(of.tenant, to, of.program_id)

    def decide(tx: Transaction, member: Member) -> ledger.Moved:
        after, sent = ledger.transfer_out(member, cause, points)
        receiver = ledger_store.read_member(other)
        arrived = ledger.transfer_in(receiver, cause, of.customer_id, sent)
        record(tx, other, receiver, *arrived)
        return after, sent

    return _move(of, cause, decide)


def member_of(of: Membership) -> Member:
    """How a customer stands in a program; without points before the first movement."""
    return ledger_store.read_member(of)


def statement(of: Membership, *, limit: int = 25, cursor: str | None = None) -> Page[Movement]:
    """The movements with the balances after each, newest first."""
    return ledger_store.page_of_movements(of, limit=limit, cursor=cursor)


def movement_of(of: Membership, key: str) -> Movement | None:
    """The movement of a business key, or None."""
    receipt = ledger_store.read_receipt(of, key)
    return ledger_store.read_movement(of, receipt.number) if receipt else None


def fall_due(timer: Timer, now: datetime) -> None:
    """Work of the timer `points.due`: confirm and expire what is due by now, which arms the timer of what is due next.

    Raises AlreadyHandledError when this timer's work has been done. Before its time it does nothing.
    """
    if now < timer.due:
        return
    program_id, _, customer_id = timer.subject.partition(":")
    of = Membership(timer.tenant, customer_id, program_id)
    moved = False
    while contended(lambda again: _advance(of, now), MemberMovedError):
        moved = True
    if not moved:
        transaction = Transaction(timer.tenant)
        settle(transaction, timer)
        transaction.commit()


def _advance(of: Membership, now: datetime) -> bool:
    """Make one movement that is due; whether there was one."""
    member = ledger_store.read_member(of)
    for operation in (ledger.confirm, ledger.expire):
        try:
            after, movement = operation(member, now)
        except NothingToMoveError:
            continue
        transaction = Transaction(of.tenant)
        record(transaction, of, member, after, movement)
        transaction.commit()
        return True
    return False


def _receipt(of: Membership, key: str) -> Receipt:
    receipt = ledger_store.read_receipt(of, key)
    if receipt is None:
        raise NotFoundError("there is no movement of this key")
    return receipt


Decide = Callable[[Transaction, Member], ledger.Moved]


def _move(
    of: Membership,
    cause: Cause,
    decide: Decide,
    *,
    once: Once | None = None,
    also: Also | None = None,
    history: bool = False,
) -> Movement:
    """Load, decide, write; `decide` may add to the transaction what its decision takes."""

    def attempt(again: bool) -> Movement:
        member = ledger_store.read_member(of)
        transaction = Transaction(of.tenant)
        after, movement = decide(transaction, member)
        transaction.remember(once, movement)
        record(transaction, of, member, after, movement, history=history)
        if also is not None:
            also(transaction, movement)
        transaction.commit()
        return movement

    try:
        return contended(attempt, MemberMovedError)
    except ConflictError:
        # The key's own first run may be what stands in the way: it took the points that are missing now.
        earlier = movement_of(of, cause.key)
        if earlier is None:
            raise
        return earlier


def record(
    tx: Transaction,
    of: Membership,
    before: Member,
    after: Member,
    movement: Movement,
    *,
    history: bool = False,
) -> None:
    """Add to `tx` all that a movement is."""
    ledger_store.put_movement(tx, of, before, after, movement)
    if movement.kind is Kind.EXPIRED:
        for (owner, key), points in _expired_by_source(of, movement).items():
            ledger_store.note_expired(tx, Membership(of.tenant, owner, of.program_id), key, points)
    if before.due != after.due:
        for due, move in ((before.due, disarm), (after.due, arm)):
            if due is not None:
                move(tx, Timer(of.tenant, DUE, f"{of.program_id}:{of.customer_id}", due))
    subject = customer_subject(of.tenant, of.customer_id)
    tx.emit(_event(of, movement), subject, at=movement.cause.at, history=history)


def _expired_by_source(of: Membership, movement: Movement) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for change in movement.lots:
        found[change.lot.owner or of.customer_id, change.lot.source] -= change.points
    return found


def _event(of: Membership, movement: Movement) -> PointsMoved:
    told = {
        "program_id": of.program_id,
        "number": movement.number,
        "key": movement.cause.key,
        "points": movement.points,
        "balance": movement.available,
        "pending": movement.pending,
        "debt": movement.debt,
        "about": movement.cause.about or None,
        "reason": movement.cause.reason or None,
    }
    if movement.reverses:
        told["reverses"] = movement.reverses
    return _EVENT_OF[movement.kind].model_validate(told)
