"""What the points ledger is made of: accounts, members, movements and the receipts of business keys.

Double entry: a movement's entries sum to zero over the member's accounts and the program's. The member's own are what is held
(`pending`, `available`) and owed (`debt`, zero or below); the program's say where points came from and went to, so that
`issued` is below zero by what was ever given out and not taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from regulars.kernel.errors import BrokenError, ConflictError
from regulars.loyalty.lots import Lot, Lots, total


class Account(StrEnum):
    PENDING = "pending"
    AVAILABLE = "available"
    DEBT = "debt"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    TRANSFERRED = "transferred"


HELD = (Account.PENDING, Account.AVAILABLE, Account.DEBT)


class Kind(StrEnum):
    """What a movement is. `TRANSFERRED` is both halves of a transfer, one in the ledger of each member."""

    EARNED = "earned"
    CONFIRMED = "confirmed"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CLAWED_BACK = "clawed_back"
    GIVEN_BACK = "given_back"
    ADJUSTED = "adjusted"
    TRANSFERRED = "transferred"


# Time itself brings these, once by the state of the lots: their keys are their numbers and need no guard.
BY_TIME = frozenset({Kind.CONFIRMED, Kind.EXPIRED})
REVERSALS = frozenset({Kind.CLAWED_BACK, Kind.GIVEN_BACK})


class InsufficientPointsError(ConflictError):
    """Fewer points can be spent than were asked for."""

    slug, title = "insufficient-points", "There are not enough points"

    def __init__(self, asked: int, spendable: int) -> None:
        super().__init__(f"{asked} points were asked for, {spendable} can be spent")
        self.asked, self.spendable = asked, spendable


class NothingToMoveError(ConflictError):
    """No points are left to be moved: nothing is due, or all of it was taken back before."""

    slug, title = "nothing-to-move", "There are no points to move"


class AlreadyReversedError(ConflictError):
    """A movement can be given back once."""

    slug, title = "already-reversed", "This was given back before"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points move. `key` is the business key, of which there is one movement a member and program for ever (`order:<id>`);
    `explanation` the steps of the calculation."""

    key: str
    at: datetime
    about: str = ""
    reason: str = ""
    actor: str = ""
    explanation: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    account: Account
    points: int


@dataclass(frozen=True, slots=True)
class LotChange:
    """A lot as it is afterwards, and by how much what is left of it changed."""

    lot: Lot
    points: int


@dataclass(frozen=True, slots=True)
class Movement:
    """`number` counts the member's movements from 1; `available`, `pending` and `debt` are as they are after it. `reverses` is
    the key of the movement that it takes back, and `earned_by` the customer in whose ledger that is, if not the member."""

    number: int
    kind: Kind
    cause: Cause
    entries: tuple[Entry, ...]
    lots: tuple[LotChange, ...]
    available: int
    pending: int
    debt: int
    reverses: str = ""
    earned_by: str = ""

    def __post_init__(self) -> None:
        if sum(entry.points for entry in self.entries):
            raise BrokenError(f"the entries of movement {self.number} do not sum to zero")

    @property
    def points(self) -> int:
        """By how much the movement changed what the member has: pending and available, less what is owed."""
        return sum(entry.points for entry in self.entries if entry.account in HELD)


@dataclass(frozen=True, slots=True)
class Member:
    """A customer in a program. Of the lots only those with points left are kept; `totals` are the program's accounts as far as
    this member moved them."""

    customer_id: str
    program_id: str
    lots: Lots = ()
    debt: int = 0
    number: int = 0
    lots_made: int = 0
    totals: Mapping[Account, int] = field(default_factory=dict)

    @property
    def pending(self) -> int:
        return total(lot for lot in self.lots if lot.pending)

    @property
    def available(self) -> int:
        return total(lot for lot in self.lots if not lot.pending)

    @property
    def due(self) -> datetime | None:
        """The next moment at which points become available or expire."""
        return min((lot.due for lot in self.lots if lot.due is not None), default=None)

    def spendable_lots(self, at: datetime) -> list[Lot]:
        """Available, and not expired even if nobody has written that down yet."""
        return [lot for lot in self.lots if not lot.pending and not lot.is_due(at)]

    def spendable(self, at: datetime) -> int:
        return total(self.spendable_lots(at))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a business key: the movement it was and the points that it brought (below zero: took), how many of them
    were taken or given back since, and how many of those it brought expired."""

    customer_id: str
    key: str
    number: int
    kind: Kind
    points: int
    undone: int = 0
    expired: int = 0

    @property
    def owed(self) -> int:
        """How many may still be taken back: what expired is gone already."""
        return max(self.points - self.undone - self.expired, 0)


def receipt_of(member: Member, movement: Movement) -> Receipt:
    """The receipt of a movement that was made just now."""
    return Receipt(member.customer_id, movement.cause.key, movement.number, movement.kind, movement.points)
