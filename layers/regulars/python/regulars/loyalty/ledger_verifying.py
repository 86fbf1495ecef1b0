"""The proof of a tenant's ledgers: every member is replayed, and every receipt is held against the movements.

It reads while others write: a member that moves meanwhile is read again. Only a refund from another than the member who earned
the points may fall between reading the two and look wrong; it does not the next time.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from regulars.kernel.errors import RegularsError, UnavailableError
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import ledger_store
from regulars.loyalty.ledger_store import Membership
from regulars.loyalty.movements import BY_TIME, HELD, Account, Kind, Member, Movement, Receipt
from regulars.loyalty.replaying import check

_ATTEMPTS = 20

# A receipt by customer, program and key; what was done to it: points taken or given back, points expired.
_Place = tuple[str, str, str]


@dataclass(slots=True)
class Verification:
    """What was found: `sums` of all accounts by their entries, `held` by the members' lots and debts."""

    members: int = 0
    movements: int = 0
    sums: Counter[Account] = field(default_factory=Counter)
    held: Counter[Account] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    @property
    def liability(self) -> int:
        """The points that members have or will have, debts deducted."""
        return sum(self.held.values())


def verify(tenant: Tenant) -> Verification:
    """Replay each member of a tenant. Its balances must be what the movements give, the accounts must sum to zero, the
    liability must be what was issued and not used, and each key must have one movement and a receipt that knows its fate."""
    found = Verification()
    # What receipts say less what movements say. A refund after a transfer touches the receipt of another member.
    undone: Counter[_Place] = Counter()
    expired: Counter[_Place] = Counter()
    for of in ledger_store.memberships(tenant):
        try:
            member, movements, receipts = _read(of)
            wrong = [*check(member, movements), *_about_keys(movements, receipts)]
        except (RegularsError, LookupError, TypeError, ValueError, AttributeError) as error:
            found.violations.append(f"{of.customer_id} in {of.program_id}: cannot be read: {error!r}")
            continue
        found.violations += [f"{of.customer_id} in {of.program_id}: {one}" for one in wrong]
        _count(found, member, movements)
        for receipt in receipts:
            undone[of.customer_id, of.program_id, receipt.key] += receipt.undone
            expired[of.customer_id, of.program_id, receipt.key] += receipt.expired
        for movement in movements:
            undone.subtract(_undone_by(of, movement))
            expired.subtract(_expired_by(of, movement))
    found.violations += _about_fates(undone, "taken or given back")
    found.violations += _about_fates(expired, "expired")
    held = all(found.sums[account] == found.held[account] for account in HELD)
    if not held or sum(found.sums.values()) != 0:
        found.violations.append("the sum of all entries is not what the members have")
    return found


def _read(of: Membership) -> tuple[Member, list[Movement], list[Receipt]]:
    for _ in range(_ATTEMPTS):
        member = ledger_store.read_member(of)
        movements, receipts = ledger_store.all_movements(of), ledger_store.all_receipts(of)
        if ledger_store.read_member(of) == member:
            return member, movements, receipts
    raise UnavailableError("it changes all the time")


def _about_keys(movements: list[Movement], receipts: list[Receipt]) -> Iterator[str]:
    by_key = {receipt.key: receipt for receipt in receipts}
    for movement in movements:
        if movement.kind in BY_TIME:
            continue
        receipt = by_key.pop(movement.cause.key, None)
        if receipt is None:
            yield f"the key {movement.cause.key!r} of movement {movement.number} has no receipt"
        elif (receipt.number, receipt.kind, receipt.points) != (
            movement.number,
            movement.kind,
            movement.points,
        ):
            yield f"the receipt of {receipt.key!r} tells of another movement than {movement.number}"
    for key in by_key:
        yield f"the key {key!r} has a receipt and no movement"


def _count(found: Verification, member: Member, movements: list[Movement]) -> None:
    found.members += 1
    found.movements += len(movements)
    # Not by `+=`, which forgets sums below zero: debts.
    found.held.update(
        {
            Account.PENDING: member.pending,
            Account.AVAILABLE: member.available,
            Account.DEBT: -member.debt,
        }
    )
    for movement in movements:
        for entry in movement.entries:
            found.sums[entry.account] += entry.points


def _undone_by(of: Membership, movement: Movement) -> Counter[_Place]:
    if not movement.reverses:
        return Counter()
    owner = movement.earned_by or of.customer_id
    return Counter({(owner, of.program_id, movement.reverses): abs(movement.points)})


def _expired_by(of: Membership, movement: Movement) -> Counter[_Place]:
    found: Counter[_Place] = Counter()
    if movement.kind is Kind.EXPIRED:
        for change in movement.lots:
            found[change.lot.owner or of.customer_id, of.program_id, change.lot.source] -= change.points
    return found


def _about_fates(differences: Counter[_Place], what: str) -> list[str]:
    return [
        f"{customer_id} in {program_id}: the receipt of {key!r} is wrong by {points} points {what}"
        for (customer_id, program_id, key), points in differences.items()
        if points
    ]
