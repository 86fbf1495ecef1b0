"""Another ledger, to judge ours by: a list of single points, each with its own expiry and fate. No lots, no entries, no sums."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

NEVER = datetime.max.replace(tzinfo=UTC)
Source = tuple[str, str]


@dataclass
class Point:
    place: int
    source: Source
    earned_at: datetime
    available_at: datetime
    expires_at: datetime | None
    fate: str
    spent_by: str = ""

    @property
    def turn(self) -> tuple[datetime, datetime, int]:
        return self.expires_at or NEVER, self.earned_at, self.place


class RefusedError(Exception):
    """This cannot be done."""


class Purse:
    """The points of one customer, whatever became of them."""

    def __init__(self, name: str, world: "World") -> None:
        self.name, self.world = name, world
        self.points: list[Point] = []
        self.debt = 0

    def of(self, *fates: str) -> list[Point]:
        return sorted((one for one in self.points if one.fate in fates), key=lambda one: one.turn)

    def shape(self) -> Counter[tuple[object, ...]]:
        """How many points are held of each sort."""
        return Counter(
            (one.source, one.earned_at, one.expires_at, one.fate) for one in self.of("pending", "available")
        )

    def earn(
        self, key: str, count: int, at: datetime, available_at: datetime, expires_at: datetime | None
    ) -> None:
        source, fate = (self.name, key), "pending" if available_at > at else "available"
        self.points += [
            Point(self.world.place(), source, at, available_at, expires_at, fate) for _ in range(count)
        ]
        self.world.brought[source] += count
        self.pay()

    def pay(self) -> None:
        for one in self.of("available")[: self.debt]:
            one.fate = "paid"
            self.debt -= 1

    def confirm(self, at: datetime) -> None:
        due = [one for one in self.of("pending") if one.available_at <= at]
        if not due:
            raise RefusedError
        for one in due:
            one.fate = "available"
        self.pay()

    def spend(self, key: str, count: int, at: datetime) -> list[Point]:
        good = [one for one in self.of("available") if one.expires_at is None or one.expires_at > at]
        if len(good) < count:
            raise RefusedError
        for one in good[:count]:
            one.fate, one.spent_by = "spent", key
        return good[:count]

    def expire(self, at: datetime) -> None:
        due = [one for one in self.of("available") if one.expires_at and one.expires_at <= at]
        if not due:
            raise RefusedError
        for one in due:
            one.fate = "expired"

    def claw_back(self, source: Source, count: int) -> None:
        expired = sum(
            one.source == source for purse in self.world.purses.values() for one in purse.of("expired")
        )
        owed = self.world.brought[source] - self.world.clawed[source] - expired
        count = min(count, owed)
        if count <= 0:
            raise RefusedError
        self.world.clawed[source] += count
        own = [one for one in self.of("pending", "available") if one.source == source][:count]
        for one in own:
            one.fate = "clawed"
        self.debt += count - len(own)
        self.pay()

    def give_back(self, key: str) -> None:
        back = [one for one in self.of("spent") if one.spent_by == key]
        if not back:
            raise RefusedError
        for one in back:
            one.fate, one.spent_by = "available", ""
        self.pay()

    def send(self, other: "Purse", key: str, count: int | None, at: datetime) -> None:
        if count is not None:
            gone = self.spend(key, count, at)
        else:
            gone = sorted(self.of("pending", "available"), key=lambda one: one.place)
            if not gone and not self.debt:
                raise RefusedError
            other.debt, self.debt = other.debt + self.debt, 0
        for one in gone:
            fate = "pending" if one.fate == "pending" else "available"
            other.points.append(
                Point(self.world.place(), one.source, one.earned_at, one.available_at, one.expires_at, fate)
            )
            one.fate, one.spent_by = "sent", ""
        other.pay()


class World:
    """Two customers between whom points go."""

    def __init__(self) -> None:
        self.places = 0
        self.brought: Counter[Source] = Counter()
        self.clawed: Counter[Source] = Counter()
        self.purses = {name: Purse(name, self) for name in ("ann", "bob")}

    def place(self) -> int:
        self.places += 1
        return self.places
