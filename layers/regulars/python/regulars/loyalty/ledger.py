"""The points ledger as a pure model: each operation takes a member and answers the member after it and the movement.

Points that become available pay a debt first. So there is never a debt beside available points, whatever is done in whatever
order. What each operation refuses is named at it; nothing else can fail.
"""

from dataclasses import replace
from datetime import datetime

from regulars.kernel.errors import BrokenError, InvalidError
from regulars.loyalty.lots import Lot, changed, spending_order, taken, total
from regulars.loyalty.movements import (
    HELD,
    Account,
    AlreadyReversedError,
    Cause,
    Entry,
    InsufficientPointsError,
    Kind,
    LotChange,
    Member,
    Movement,
    NothingToMoveError,
    Receipt,
)

# A movement of this many points at the most: sums stay exact in every reader's numbers.
MOST_POINTS = 10**12
# Lots that one movement lets expire: the receipts of their sources are written with it.
MOST_EXPIRED = 40

Moved = tuple[Member, Movement]

# Against which of the program's accounts points are held when a movement of a kind is made or taken back.
_AGAINST = {
    Kind.EARNED: Account.ISSUED,
    Kind.CONFIRMED: Account.ISSUED,
    Kind.REDEEMED: Account.REDEEMED,
    Kind.EXPIRED: Account.EXPIRED,
    Kind.ADJUSTED: Account.ADJUSTED,
    Kind.TRANSFERRED: Account.TRANSFERRED,
}


def earn(
    member: Member,
    cause: Cause,
    points: int,
    *,
    available_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Moved:
    """Points come in as a lot of their own, pending until `available_at` if that is later. Raises InvalidError."""
    return _bring(member, cause, Kind.EARNED, points, available_at or cause.at, expires_at)


def confirm(member: Member, at: datetime) -> Moved:
    """What has been pending long enough becomes available. Raises NothingToMoveError."""
    touched = [replace(lot, pending=False) for lot in member.lots if lot.pending and lot.is_due(at)]
    if not touched:
        raise NothingToMoveError
    return _booked(member, _by_time(member, Kind.CONFIRMED, at), Kind.CONFIRMED, 0, touched)


def spend(member: Member, cause: Cause, points: int) -> Moved:
    """Take available points, earliest-expiring first, then oldest. Raises InsufficientPointsError, InvalidError."""
    return _take(member, cause, Kind.REDEEMED, points)


def expire(member: Member, at: datetime) -> Moved:
    """What is due expires, of the earliest up to `MOST_EXPIRED` lots. Raises NothingToMoveError."""
    due = spending_order(lot for lot in member.lots if not lot.pending and lot.is_due(at))[:MOST_EXPIRED]
    if not due:
        raise NothingToMoveError
    gone = [lot.with_left(0) for lot in due]
    return _booked(member, _by_time(member, Kind.EXPIRED, at), Kind.EXPIRED, -total(due), gone)


def claw_back(member: Member, cause: Cause, receipt: Receipt, points: int) -> Moved:
    """Take back points that `receipt`'s key brought, as far as they are still owed: from their own lot first, pending or not,
    then from others like a spending; what is missing becomes a debt. Raises NothingToMoveError, InvalidError."""
    if receipt.kind not in (Kind.EARNED, Kind.ADJUSTED):
        raise InvalidError.of("/key", "only what brought points can be taken back")
    points = min(_whole(points), receipt.owed)
    if points == 0:
        raise NothingToMoveError
    own = [
        lot
        for lot in member.lots
        if (lot.source, lot.owner or member.customer_id) == (receipt.key, receipt.customer_id)
    ]
    touched = taken(spending_order(own), points)
    missing = max(points - total(own), 0)
    return _booked(
        member,
        cause,
        Kind.CLAWED_BACK,
        -points,
        touched,
        debt=member.debt + missing,
        reverses=receipt,
    )


def give_back(member: Member, cause: Cause, receipt: Receipt, spent: Movement) -> Moved:
    """The lots that a redemption took come back, each with its own expiry. Raises AlreadyReversedError, InvalidError for a
    movement that took nothing of its own accord."""
    if spent.kind not in (Kind.REDEEMED, Kind.ADJUSTED) or spent.points >= 0:
        raise InvalidError.of("/key", "only what took points can be given back")
    if receipt.undone:
        raise AlreadyReversedError
    present = {lot.id: lot.left for lot in member.lots}
    touched = [
        change.lot.with_left(present.get(change.lot.id, 0) - change.points)
        for change in spent.lots
        if change.points
    ]
    return _booked(member, cause, Kind.GIVEN_BACK, -spent.points, touched, reverses=receipt)


def adjust(member: Member, cause: Cause, points: int, *, expires_at: datetime | None = None) -> Moved:
    """Staff add or take points. Raises InsufficientPointsError, InvalidError."""
    if isinstance(points, int) and points < 0:
        return _take(member, cause, Kind.ADJUSTED, -points)
    return _bring(member, cause, Kind.ADJUSTED, points, cause.at, expires_at)


def transfer_out(member: Member, cause: Cause, points: int | None = None) -> Moved:
    """Give away points that can be spent, or (None) all there is, pending lots and debt included, as for a merge of customers.

    Raises InsufficientPointsError, NothingToMoveError, InvalidError.
    """
    if points is not None:
        return _take(member, cause, Kind.TRANSFERRED, points)
    if not member.lots and not member.debt:
        raise NothingToMoveError
    gone = [lot.with_left(0) for lot in member.lots]
    return _booked(member, cause, Kind.TRANSFERRED, member.debt - total(member.lots), gone, debt=0)


def transfer_in(member: Member, cause: Cause, sender_id: str, sent: Movement) -> Moved:
    """Take in what `sent` gave away: lots with their expiry and source, and the debt."""
    arrived = [
        replace(
            change.lot,
            id=member.lots_made + place,
            points=-change.points,
            left=-change.points,
            owner=_owner(change.lot.owner or sender_id, member),
        )
        for place, change in enumerate(sent.lots, 1)
    ]
    debt = sum(entry.points for entry in sent.entries if entry.account is Account.DEBT)
    return _booked(member, cause, Kind.TRANSFERRED, total(arrived) - debt, arrived, debt=member.debt + debt)


def share_to_take_back(points: int, undone: int, refunded: int, total: int) -> int:
    """How many of `points` are to be taken back once `refunded` of `total` money is refunded in all and `undone` points were
    taken back before. Rounded down in all, so that no sum of partial refunds takes too much; a whole refund takes all."""
    return max(points * min(refunded, total) // total - undone, 0) if total > 0 else points - undone


def _owner(customer_id: str, member: Member) -> str:
    return "" if customer_id == member.customer_id else customer_id


def _whole(points: int) -> int:
    """Raises InvalidError for anything that is not a whole number of points above zero."""
    if type(points) is not int or not 0 < points <= MOST_POINTS:
        raise InvalidError.of("/points", f"a whole number from 1 to {MOST_POINTS} is needed")
    return points


def _bring(
    member: Member,
    cause: Cause,
    kind: Kind,
    points: int,
    available_at: datetime,
    expires_at: datetime | None,
) -> Moved:
    if expires_at is not None and expires_at <= max(available_at, cause.at):
        raise InvalidError.of("/expires_at", "points must be available before they expire")
    lot = Lot(
        id=member.lots_made + 1,
        points=_whole(points),
        left=points,
        earned_at=cause.at,
        available_at=max(available_at, cause.at),
        expires_at=expires_at,
        source=cause.key,
        pending=available_at > cause.at,
    )
    return _booked(member, cause, kind, points, [lot])


def _take(member: Member, cause: Cause, kind: Kind, points: int) -> Moved:
    lots = member.spendable_lots(cause.at)
    if _whole(points) > total(lots):
        raise InsufficientPointsError(points, total(lots))
    return _booked(member, cause, kind, -points, taken(spending_order(lots), points))


def _by_time(member: Member, kind: Kind, at: datetime) -> Cause:
    return Cause(f"{kind}:{member.number + 1}", at)


def _booked(
    member: Member,
    cause: Cause,
    kind: Kind,
    points: int,
    touched: list[Lot],
    *,
    debt: int | None = None,
    reverses: Receipt | None = None,
) -> Moved:
    """Put the touched lots and the debt in place, pay the debt from what is available, and write the movement."""
    owed = member.debt if debt is None else debt
    lots = changed(member.lots, touched)
    paying = taken(spending_order(lot for lot in lots if not lot.pending), owed)
    paid = total(lots) - total(changed(lots, paying))
    against = _AGAINST[reverses.kind if reverses else kind]
    after = Member(
        member.customer_id,
        member.program_id,
        changed(lots, paying),
        owed - paid,
        member.number + 1,
        max([member.lots_made, *(lot.id for lot in touched)]),
        {**member.totals, against: member.totals.get(against, 0) - points},
    )
    before = {lot.id: lot.left for lot in member.lots}
    lots_after = {lot.id: lot for lot in [*touched, *paying]}
    movement = Movement(
        number=after.number,
        kind=kind,
        cause=cause,
        entries=_entries(member, after, against),
        lots=tuple(LotChange(lot, lot.left - before.get(lot.id, 0)) for lot in lots_after.values()),
        available=after.available,
        pending=after.pending,
        debt=after.debt,
        reverses=reverses.key if reverses else "",
        earned_by=_owner(reverses.customer_id, member) if reverses else "",
    )
    if movement.points != points:
        raise BrokenError(f"{points} points were to be moved, and {movement.points} were")
    return after, movement


def _entries(before: Member, after: Member, against: Account) -> tuple[Entry, ...]:
    moved = {account: _held(after, account) - _held(before, account) for account in HELD}
    moved[against] = after.totals[against] - before.totals.get(against, 0)
    return tuple(Entry(account, points) for account, points in moved.items() if points)


def _held(member: Member, account: Account) -> int:
    return {Account.PENDING: member.pending, Account.AVAILABLE: member.available}.get(account, -member.debt)
