"""Lots: points that were earned together, and so become available, expire and are taken back together."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lot:
    """`points` as it was made, `left` of them still there. `id` is which of the member's lots it is, from 1.

    `source` is the business key that brought it and `owner` the customer in whose ledger that key is, if not the member:
    what came by a transfer is still taken back with the order that once brought it.
    """

    id: int
    points: int
    left: int
    earned_at: datetime
    available_at: datetime
    expires_at: datetime | None
    source: str
    owner: str = ""
    pending: bool = False

    @property
    def due(self) -> datetime | None:
        """When time alone changes it next: it becomes available, then it expires."""
        return self.available_at if self.pending else self.expires_at

    def is_due(self, at: datetime) -> bool:
        return self.due is not None and self.due <= at

    def with_left(self, left: int) -> "Lot":
        return replace(self, left=left)


Lots = tuple[Lot, ...]


def spending_order(lots: Iterable[Lot]) -> list[Lot]:
    """Earliest-expiring first, then oldest."""
    return sorted(lots, key=lambda lot: (lot.expires_at or _NEVER, lot.earned_at, lot.id))


def total(lots: Iterable[Lot]) -> int:
    return sum(lot.left for lot in lots)


def changed(lots: Lots, changes: Iterable[Lot]) -> Lots:
    """The lots with these instead of, or besides, those of the same ids; what is used up is not kept."""
    by_id = {lot.id: lot for lot in lots} | {lot.id: lot for lot in changes}
    return tuple(by_id[one] for one in sorted(by_id) if by_id[one].left)


def taken(lots: Iterable[Lot], points: int) -> list[Lot]:
    """`points` taken from the lots in their order: those touched, as they are afterwards. Takes what there is."""
    touched: list[Lot] = []
    for lot in lots:
        if points <= 0:
            break
        part = min(lot.left, points)
        touched.append(lot.with_left(lot.left - part))
        points -= part
    return touched


def months_later(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same day and minute `months` later by the calendar and clock of `zone`, in UTC; 31 January and one month is the last
    day of February. A begun minute counts as a whole one, and an hour that a clock skips is the one after it."""
    local = at.astimezone(zone)
    if local.second or local.microsecond:
        local = (at + timedelta(minutes=1)).astimezone(zone).replace(second=0, microsecond=0)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)
