"""The proof of a ledger: what the movements add up to is what the member has."""

from collections import Counter
from collections.abc import Iterable, Sequence

from regulars.loyalty.lots import Lots, changed
from regulars.loyalty.movements import HELD, Account, Member, Movement


def replay(customer_id: str, program_id: str, movements: Iterable[Movement]) -> Member:
    """The member that the movements, in order, make."""
    lots: Lots = ()
    sums: Counter[Account] = Counter()
    touched: set[Account] = set()
    number = made = 0
    for movement in movements:
        lots = changed(lots, (change.lot for change in movement.lots))
        made = max([made, *(change.lot.id for change in movement.lots)])
        number = movement.number
        for entry in movement.entries:
            sums[entry.account] += entry.points
            touched.add(entry.account)
    totals = {account: sums[account] for account in sorted(touched - set(HELD)) if sums[account]}
    return Member(customer_id, program_id, lots, -sums[Account.DEBT], number, made, totals)


def check(member: Member, movements: Sequence[Movement]) -> list[str]:
    """What is wrong with a member and its movements, in their order; nothing if all is well."""
    if not movements and not member.number:
        return ["there is no movement"]
    found = [*_about_numbers(movements), *_about_balances(movements), *_about_lots(movements)]
    again = replay(member.customer_id, member.program_id, movements)
    found += [
        f"{name} is {getattr(member, name)}, by the movements {getattr(again, name)}"
        for name in ("number", "debt", "pending", "available", "lots", "lots_made")
        if getattr(member, name) != getattr(again, name)
    ]
    if {account: points for account, points in member.totals.items() if points} != again.totals:
        found.append(f"totals are {dict(member.totals)}, by the movements {dict(again.totals)}")
    if member.pending + member.available - member.debt + sum(member.totals.values()):
        found.append("the member's and the program's accounts do not sum to zero")
    if member.debt and member.available:
        found.append(f"there are {member.available} points beside a debt of {member.debt}")
    return found


def _about_numbers(movements: Sequence[Movement]) -> list[str]:
    numbers = [movement.number for movement in movements]
    found = [] if numbers == list(range(1, len(numbers) + 1)) else ["the movements are not numbered from 1"]
    keys = Counter(movement.cause.key for movement in movements)
    return found + [f"key {key!r} has {times} movements" for key, times in keys.items() if times > 1]


def _about_balances(movements: Sequence[Movement]) -> list[str]:
    found = []
    sums: Counter[Account] = Counter()
    for movement in movements:
        for entry in movement.entries:
            sums[entry.account] += entry.points
        told = (movement.pending, movement.available, -movement.debt)
        if told != tuple(sums[account] for account in HELD):
            found.append(f"movement {movement.number} tells other balances than its entries give")
        if movement.available < 0 or movement.pending < 0 or movement.debt < 0:
            found.append(f"movement {movement.number} leaves a balance below zero")
    return found


def _about_lots(movements: Sequence[Movement]) -> list[str]:
    found = []
    left: dict[int, int] = {}
    for movement in movements:
        for change in movement.lots:
            lot = change.lot
            if not 0 <= lot.left <= lot.points or left.get(lot.id, 0) + change.points != lot.left:
                found.append(f"movement {movement.number} leaves lot {lot.id} with {lot.left} points")
            left[lot.id] = lot.left
        if sum(left.values()) != movement.pending + movement.available:
            found.append(f"after movement {movement.number} the lots are not what is held")
    return found
