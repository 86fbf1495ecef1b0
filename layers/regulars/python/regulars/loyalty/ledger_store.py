"""The ledger's items, all in the partition of the customer: nothing is written by every member.

The member with its lots, one item a movement, one receipt a business key (its guard for ever), and the enrolment, which is
written once and lists the members of a tenant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.ids import digest
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.loyalty.lots import Lot
from regulars.loyalty.movements import (
    BY_TIME,
    Account,
    Cause,
    Entry,
    Kind,
    LotChange,
    Member,
    Movement,
    Receipt,
    receipt_of,
)


class MemberMovedError(ConflictError):
    """The member's points were moved after they were read: read again and repeat."""


class KeyTakenError(ConflictError):
    """There is a movement of this business key."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Whose ledger: a customer's in a program."""

    tenant: Tenant
    customer_id: str
    program_id: str

    @property
    def pk(self) -> str:
        return self.tenant.partition("LOY", self.customer_id)

    def receipt_key(self, key: str) -> tuple[str, str]:
        return self.pk, f"K#{self.program_id}#{digest(key)}"

    def movement_key(self, number: int) -> tuple[str, str]:
        return self.pk, f"M#{self.program_id}#{number:09d}"


class MemberItem(Item):
    """`A#<program>`. `data` holds the lots in short."""

    kind = UnicodeAttribute(default="loyalty_member")
    number = NumberAttribute()
    data = JsonAttribute()

    @classmethod
    def of(cls, of: Membership, member: Member) -> Self:
        data = {
            "lots": [_packed(lot) for lot in member.lots],
            "debt": member.debt,
            "made": member.lots_made,
            "sums": {account.value: points for account, points in member.totals.items() if points},
        }
        return cls(of.pk, f"A#{of.program_id}", number=member.number, data=data)

    def member(self, of: Membership) -> Member:
        return Member(
            of.customer_id,
            of.program_id,
            tuple(_unpacked(*lot) for lot in self.data["lots"]),
            self.data["debt"],
            int(self.number),
            self.data["made"],
            {Account(account): points for account, points in self.data["sums"].items()},
        )


class MovementItem(Item):
    """`M#<program>#<number>`: never changed."""

    kind = UnicodeAttribute(default="points_movement")
    number = NumberAttribute()
    what = UnicodeAttribute()
    key = UnicodeAttribute()
    at = TimeAttribute()
    data = JsonAttribute()

    @classmethod
    def of(cls, of: Membership, movement: Movement) -> Self:
        cause = movement.cause
        data: dict[str, Any] = {
            "of": [[entry.account.value, entry.points] for entry in movement.entries],
            "lots": [[_packed(change.lot), change.points] for change in movement.lots],
            "left": [movement.available, movement.pending, movement.debt],
            "reverses": movement.reverses,
            "earned_by": movement.earned_by,
            "about": cause.about,
            "reason": cause.reason,
            "actor": cause.actor,
            "steps": [dict(step) for step in cause.explanation],
        }
        return cls(
            *of.movement_key(movement.number),
            number=movement.number,
            what=movement.kind.value,
            key=cause.key,
            at=cause.at,
            data={name: value for name, value in data.items() if value},
        )

    def movement(self) -> Movement:
        data = self.data
        texts = {name: data.get(name, "") for name in ("about", "reason", "actor")}
        available, pending, debt = data["left"]
        return Movement(
            number=int(self.number),
            kind=Kind(self.what),
            cause=Cause(self.key, self.at, **texts, explanation=tuple(data.get("steps", ()))),
            entries=tuple(Entry(Account(account), points) for account, points in data["of"]),
            lots=tuple(LotChange(_unpacked(*lot), points) for lot, points in data.get("lots", ())),
            available=available,
            pending=pending,
            debt=debt,
            reverses=data.get("reverses", ""),
            earned_by=data.get("earned_by", ""),
        )


class ReceiptItem(Item):
    """`K#<program>#<digest of the key>`: there is no second movement of the key while it exists, which is for ever."""

    kind = UnicodeAttribute(default="points_receipt")
    key = UnicodeAttribute()
    number = NumberAttribute()
    what = UnicodeAttribute()
    points = NumberAttribute()
    undone = NumberAttribute(default=0)
    expired = NumberAttribute(default=0)

    @classmethod
    def of(cls, of: Membership, receipt: Receipt) -> Self:
        return cls(
            *of.receipt_key(receipt.key),
            key=receipt.key,
            number=receipt.number,
            what=receipt.kind.value,
            points=receipt.points,
            undone=receipt.undone,
            expired=receipt.expired,
        )

    def receipt(self, customer_id: str) -> Receipt:
        numbers = (self.points, self.undone, self.expired)
        return Receipt(customer_id, self.key, int(self.number), Kind(self.what), *map(int, numbers))


class EnrolmentItem(Item):
    """`J#<program>`, written with a member's first movement; `g1sk` is `<moment>#<customer>#<program>`."""

    kind = UnicodeAttribute(default="loyalty_enrolment")
    joined_at = TimeAttribute()


def _millis(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)


def _packed(lot: Lot) -> list[Any]:
    moments = (lot.earned_at, lot.available_at, lot.expires_at)
    packed = [lot.id, lot.points, lot.left, *map(_millis, moments), lot.source, int(lot.pending)]
    return [*packed, lot.owner] if lot.owner else packed


def _unpacked(
    id: int,
    points: int,
    left: int,
    earned: int,
    available: int,
    expires: int | None,
    source: str,
    pending: int,
    owner: str = "",
) -> Lot:
    expires_at = None if expires is None else _moment(expires)
    return Lot(
        id, points, left, _moment(earned), _moment(available), expires_at, source, owner, bool(pending)
    )


def _moment(millis: int) -> datetime:
    seconds, rest = divmod(millis, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def read_member(of: Membership, *, consistent: bool = True) -> Member:
    """The member, without points if there was no movement yet. 1 request unit per 4 KB, about forty lots."""
    item = MemberItem.read(of.pk, f"A#{of.program_id}", consistent=consistent)
    return item.member(of) if item else Member(of.customer_id, of.program_id)


def read_receipt(of: Membership, key: str) -> Receipt | None:
    item = ReceiptItem.read(*of.receipt_key(key), consistent=True)
    return item.receipt(of.customer_id) if item else None


def read_movement(of: Membership, number: int) -> Movement | None:
    item = MovementItem.read(*of.movement_key(number), consistent=True)
    return item.movement() if item else None


def page_of_movements(of: Membership, *, limit: int, cursor: str | None) -> Page[Movement]:
    """Newest first. 0.5 request units per 4 KB, about ten movements."""
    found = MovementItem.page(
        of.pk,
        MovementItem.sk.startswith(f"M#{of.program_id}#"),
        limit=limit,
        newest_first=True,
        after=decode_cursor(of.tenant, cursor),
    )
    return page_of(found, MovementItem.movement)


def all_movements(of: Membership) -> list[Movement]:
    """In their order."""
    prefix = f"M#{of.program_id}#"
    items = MovementItem.each(of.pk, MovementItem.sk.startswith(prefix), consistent=True)
    return [item.movement() for item in items]


def all_receipts(of: Membership) -> list[Receipt]:
    prefix = f"K#{of.program_id}#"
    items = ReceiptItem.each(of.pk, ReceiptItem.sk.startswith(prefix), consistent=True)
    return [item.receipt(of.customer_id) for item in items]


def memberships(tenant: Tenant) -> Iterator[Membership]:
    """All of a tenant, in the order in which they joined."""
    after: dict[str, Any] | None = None
    while True:
        page = EnrolmentItem.page(_list(tenant), index="by_list", limit=250, after=after)
        for item in page.items:
            _, customer_id, program_id = (item.g1sk or "").split("#")
            yield Membership(tenant, customer_id, program_id)
        if page.last is None:
            return
        after = page.last


def _list(tenant: Tenant) -> str:
    return tenant.partition("L", "loyalty_member")


def put_movement(tx: Transaction, of: Membership, before: Member, after: Member, movement: Movement) -> None:
    """Add a movement and the member after it to `tx`. The commit raises KeyTakenError when there is one of the key, and
    MemberMovedError when the member was moved since it was read."""
    if movement.kind not in BY_TIME:
        # Comes first: of several failed conditions the first one is told.
        tx.create(ReceiptItem.of(of, receipt_of(before, movement)), KeyTakenError())
    item = MemberItem.of(of, after)
    if before.number:
        tx.save(item, MemberItem.number == before.number, MemberMovedError())
    else:
        tx.create(item, MemberMovedError())
        joined = movement.cause.at
        place = f"{iso(joined)}#{of.customer_id}#{of.program_id}"
        enrolment = EnrolmentItem(
            of.pk, f"J#{of.program_id}", joined_at=joined, g1pk=_list(of.tenant), g1sk=place
        )
        tx.create(enrolment, MemberMovedError())
    tx.create(MovementItem.of(of, movement), MemberMovedError())


def note_undone(tx: Transaction, of: Membership, receipt: Receipt, points: int) -> None:
    """Add to `receipt` what was taken or given back; the commit raises MemberMovedError if it changed since it was read."""
    unchanged = (ReceiptItem.undone == receipt.undone) & (ReceiptItem.expired == receipt.expired)
    change = [ReceiptItem.undone.set(receipt.undone + points)]
    tx.update(ReceiptItem(*of.receipt_key(receipt.key)), [*change], unchanged, MemberMovedError())


def note_expired(tx: Transaction, of: Membership, key: str, points: int) -> None:
    """Add to the receipt of `key` that points which it brought expired."""
    tx.update(ReceiptItem(*of.receipt_key(key)), [ReceiptItem.expired.add(points)], Item.pk.exists())
