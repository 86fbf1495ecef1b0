"""Whatever is done in whatever order: the ledger agrees with one of single points, and proves itself.

`LEDGER_SEQUENCES=5000` plays so many sequences instead of the usual ones.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.loyalty import ledger
from regulars.loyalty.movements import (
    AlreadyReversedError,
    Cause,
    InsufficientPointsError,
    Kind,
    Member,
    Movement,
    NothingToMoveError,
    Receipt,
    receipt_of,
)
from regulars.loyalty.replaying import check
from tests.unit.loyalty.ledger_oracle import RefusedError, World

SEQUENCES = int(os.environ.get("LEDGER_SEQUENCES", "200"))
REFUSALS = (InsufficientPointsError, NothingToMoveError, AlreadyReversedError)
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Play:
    """The same deeds in the ledger and in the oracle."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world = World()
        self.members = {name: Member(name, "lpr_1") for name in self.world.purses}
        self.movements: dict[str, list[Movement]] = {name: [] for name in self.members}
        self.receipts: dict[tuple[str, str], Receipt] = {}
        self.at, self.step = START, 0

    def some(self, most: int = 30) -> int:
        return self.dice.randint(1, most)

    def cause(self) -> Cause:
        return Cause(f"key:{self.step}", self.at)

    def name(self) -> str:
        return self.dice.choice(["ann", "ann", "bob"])

    def go_on(self) -> None:
        self.step += 1
        # Often the same moment, so that lots are alike but for their order.
        self.at += timedelta(hours=self.dice.choice([0, 0, 1, 30, 100]))
        deeds = [self.earn] * 4 + [self.spend] * 3 + [self.claw_back] * 3
        deeds += [self.give_back] * 2 + [self.confirm, self.expire, self.send, self.adjust]
        self.dice.choice(deeds)()

    def both(self, name: str, ours: Callable[[], ledger.Moved], theirs: Callable[[], Any]) -> Movement | None:
        """The movement, or None if both refuse."""
        try:
            member, movement = ours()
        except REFUSALS:
            with pytest.raises(RefusedError):
                theirs()
            return None
        theirs()
        self.book(name, member, movement)
        return movement

    def book(self, name: str, member: Member, movement: Movement) -> None:
        self.members[name] = member
        self.movements[name].append(movement)
        self.receipts[name, movement.cause.key] = receipt_of(member, movement)
        if movement.kind is Kind.EXPIRED:
            for change in movement.lots:
                source = change.lot.owner or name, change.lot.source
                known = self.receipts[source]
                self.receipts[source] = replace(known, expired=known.expired - change.points)

    def undo(self, source: tuple[str, str], movement: Movement | None) -> None:
        if movement is not None:
            known = self.receipts[source]
            self.receipts[source] = replace(known, undone=known.undone + abs(movement.points))

    def moments(self) -> tuple[datetime, datetime | None]:
        available_at = self.at + timedelta(hours=self.dice.choice([0, 0, 24, 80]))
        lasting = self.dice.choice([None, 1, 90, 300])
        return available_at, available_at + timedelta(hours=lasting) if lasting else None

    def earn(self) -> None:
        name, points, cause = self.name(), self.some(), self.cause()
        available_at, expires_at = self.moments()
        self.both(
            name,
            lambda: ledger.earn(
                self.members[name], cause, points, available_at=available_at, expires_at=expires_at
            ),
            lambda: self.world.purses[name].earn(cause.key, points, self.at, available_at, expires_at),
        )

    def adjust(self) -> None:
        name, cause = self.name(), self.cause()
        points = self.some() * self.dice.choice([1, -1])
        purse = self.world.purses[name]
        self.both(
            name,
            lambda: ledger.adjust(self.members[name], cause, points),
            lambda: (
                purse.earn(cause.key, points, self.at, self.at, None)
                if points > 0
                else purse.spend(cause.key, -points, self.at)
            ),
        )

    def spend(self) -> None:
        name, points, cause = self.name(), self.some(40), self.cause()
        self.both(
            name,
            lambda: ledger.spend(self.members[name], cause, points),
            lambda: self.world.purses[name].spend(cause.key, points, self.at),
        )

    def confirm(self) -> None:
        name = self.name()
        self.both(
            name,
            lambda: ledger.confirm(self.members[name], self.at),
            lambda: self.world.purses[name].confirm(self.at),
        )

    def expire(self) -> None:
        name = self.name()
        self.both(
            name,
            lambda: ledger.expire(self.members[name], self.at),
            lambda: self.world.purses[name].expire(self.at),
        )

    def claw_back(self) -> None:
        brought = (Kind.EARNED, Kind.ADJUSTED)
        sources = [key for key, one in self.receipts.items() if one.kind in brought and one.points > 0]
        if not sources:
            return
        # After a merge the order's points may lie with another member.
        source, name, points, cause = self.dice.choice(sources), self.name(), self.some(20), self.cause()
        movement = self.both(
            name,
            lambda: ledger.claw_back(self.members[name], cause, self.receipts[source], points),
            lambda: self.world.purses[name].claw_back(source, points),
        )
        self.undo(source, movement)

    def give_back(self) -> None:
        took = (Kind.REDEEMED, Kind.ADJUSTED)
        spent = [key for key, one in self.receipts.items() if one.kind in took and one.points < 0]
        if not spent:
            return
        name, key = source = self.dice.choice(spent)
        receipt, cause = self.receipts[source], self.cause()
        movement = self.both(
            name,
            lambda: ledger.give_back(
                self.members[name], cause, receipt, self.movements[name][receipt.number - 1]
            ),
            lambda: self.world.purses[name].give_back(key),
        )
        self.undo(source, movement)

    def send(self) -> None:
        name, cause = self.name(), self.cause()
        other = "bob" if name == "ann" else "ann"
        points = self.dice.choice([None, self.some()])
        sent = self.both(
            name,
            lambda: ledger.transfer_out(self.members[name], cause, points),
            lambda: self.world.purses[name].send(self.world.purses[other], cause.key, points, self.at),
        )
        if sent is not None:
            self.book(other, *ledger.transfer_in(self.members[other], cause, name, sent))

    def agree(self) -> None:
        for name, member in self.members.items():
            purse = self.world.purses[name]
            assert (member.available, member.pending, member.debt) == (
                len(purse.of("available")),
                len(purse.of("pending")),
                purse.debt,
            )
            held: Counter[tuple[object, ...]] = Counter()
            for lot in member.lots:
                source = lot.owner or name, lot.source
                held[source, lot.earned_at, lot.expires_at, "pending" if lot.pending else "available"] += (
                    lot.left
                )
            assert held == purse.shape()


@pytest.mark.parametrize("part", range(10))
def test_the_ledger_agrees_with_one_of_single_points(part: int) -> None:
    for seed in range(part, SEQUENCES, 10):
        play = Play(seed)
        for _ in range(40):
            play.go_on()
            play.agree()
        for name, member in play.members.items():
            assert check(member, play.movements[name]) == [], seed
        moved = sum(play.members[name].totals.get(ledger.Account.TRANSFERRED, 0) for name in play.members)
        assert moved == 0, seed


def test_the_sequences_do_all_there_is_to_do() -> None:
    kinds: Counter[Kind] = Counter()
    debts = 0
    for seed in range(20):
        play = Play(seed)
        for _ in range(40):
            play.go_on()
        done = [movement for movements in play.movements.values() for movement in movements]
        kinds.update(movement.kind for movement in done)
        debts += sum(movement.debt > 0 for movement in done)
    assert set(kinds) == set(Kind)
    assert min(kinds.values()) >= 5
    assert debts >= 20
