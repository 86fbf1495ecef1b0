"""Jobs in parts: several workers at once, one end, nothing counted twice, whoever dies when."""

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.imports.steering import cancel_job, resume_job
from regulars.kernel.aws import client
from regulars.kernel.errors import BrokenError, ConflictError, InvalidError, UnavailableError
from regulars.kernel.jobs import ACTIVE, MAX_PARTS, Job, State, Turn, create_job, get_job, list_jobs
from regulars.kernel.leases import LEASE, MAX_STUMBLES, take
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import Hands, Owner, take_turn
from tests.integration.killing import KilledError, killed_at

PIECES = 4


def moment() -> datetime:
    return datetime.now(UTC)


@dataclass
class Counting:
    """An owner whose every part has four pieces; a piece's effect is noted by its name, so doing it again changes nothing."""

    rounds: int = 1
    done: set[tuple[int, int, int]] = field(default_factory=set)
    ends: list[tuple[int, State, str | None]] = field(default_factory=list)
    before_piece: Callable[[int, int], None] = lambda part, piece: None

    def owner(self) -> Owner:
        return Owner(self.carry_on, self.conclude, lambda lease: f"at piece {lease.place.get('piece', 0)}")

    def carry_on(self, hands: Hands) -> bool:
        lease = hands.lease
        assert lease.part is not None
        for piece in range(lease.place.get("piece", 0), PIECES):
            self.before_piece(lease.part, piece)
            self.done.add((lease.job.round, lease.part, piece))
            counts = lease.counts | {"read": lease.counts.get("read", 0) + 1}
            lease.checkpoint(
                hands.now(), counts=counts, checkpoint={"piece": piece + 1}, done=(piece + 1) / PIECES
            )
            if lease.stopping or hands.in_haste:
                return piece + 1 == PIECES
        return True

    def conclude(self, hands: Hands, outcome: State, message: str | None) -> bool:
        job = hands.lease.job
        self.ends.append((job.round, outcome, message))
        if outcome is State.SUCCEEDED and job.round + 1 < self.rounds:
            hands.lease.begin_next_round({"after": job.round})
            return False
        return True


def begun(tenant: Tenant, parts: int, rounds: int = 1) -> Job:
    return create_job(tenant, "counting", "numbers", {}, now=moment(), parts=parts, rounds=rounds)


def turn(
    counting: Counting,
    tenant: Tenant,
    job_id: str,
    part: int | None = None,
    later: float = 0,
    left: float = 600,
) -> Job:
    take_turn(
        {"counting": counting.owner()},
        Turn(tenant, job_id, part),
        now=lambda: moment() + timedelta(seconds=later),
        seconds_left=lambda: left,
    )
    return get_job(tenant, job_id)


def messages(queue: str, job_id: str) -> list[int | None]:
    """The parts that waiting messages of a job name; they are taken."""
    found: list[Any] = []
    while batch := client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return [message.get("part") for message in found if message["job"] == job_id]


pytestmark = pytest.mark.usefixtures("jobs_queue")


def test_every_part_is_told_to_the_workers(tenant: Tenant, jobs_queue: str) -> None:
    job = begun(tenant, 12)
    assert sorted(messages(jobs_queue, job.id)) == list(range(12))


def test_a_job_is_the_sum_of_its_parts_while_it_runs_and_afterwards(tenant: Tenant) -> None:
    counting = Counting()
    job = begun(tenant, 3)
    # when one part is through, one is half done and one not begun
    turn(counting, tenant, job.id, 0)
    turn(counting, tenant, job.id, 1, left=0)
    half = turn(counting, tenant, job.id, 1, left=0)
    assert (half.state, half.counts["read"], half.percent) == (State.RUNNING, 6, 50)
    assert list_jobs(tenant).items == [half]
    # when all are through
    turn(counting, tenant, job.id, 1)
    done = turn(counting, tenant, job.id, 2)
    assert (done.state, done.counts["read"], done.percent) == (State.SUCCEEDED, 12, 100)
    assert done.finished_at is not None
    assert list_jobs(tenant).items == [done]
    assert counting.ends == [(0, State.SUCCEEDED, None)]


def test_the_time_left_is_foretold_from_the_parts_at_work(tenant: Tenant) -> None:
    job = begun(tenant, 4)
    start = moment()
    for part in (0, 1):
        lease = take(tenant, job.id, start, part)
        assert lease is not None
        lease.checkpoint(start + timedelta(seconds=30), counts={}, checkpoint={}, done=0.5)
    # two workers do half a part in 30 seconds each; three parts of work are left
    assert get_job(tenant, job.id).eta_seconds == 90


def test_two_workers_never_hold_the_same_part(tenant: Tenant) -> None:
    job = begun(tenant, 2)
    assert take(tenant, job.id, moment(), 0) is not None
    assert take(tenant, job.id, moment(), 0) is None
    assert take(tenant, job.id, moment(), 1) is not None
    assert take(tenant, job.id, moment() + LEASE + timedelta(seconds=1), 0) is not None


def test_a_part_without_time_is_handed_on_alone(tenant: Tenant, jobs_queue: str) -> None:
    job = begun(tenant, 3)
    messages(jobs_queue, job.id)
    turn(Counting(), tenant, job.id, 1, left=0)
    assert messages(jobs_queue, job.id) == [1]


def test_parts_that_end_at_the_same_moment_conclude_the_job_once(tenant: Tenant) -> None:
    parts = 6
    together = threading.Barrier(parts)

    def wait(part: int, piece: int) -> None:
        if piece == PIECES - 1:
            together.wait(timeout=60)

    counting = Counting(before_piece=wait)
    job = begun(tenant, parts)
    workers = [threading.Thread(target=turn, args=(counting, tenant, job.id, n)) for n in range(parts)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done = get_job(tenant, job.id)
    assert (done.state, done.counts["read"]) == (State.SUCCEEDED, parts * PIECES)
    assert counting.ends == [(0, State.SUCCEEDED, None)]


def test_a_round_begins_when_the_last_part_of_the_one_before_ended(tenant: Tenant, jobs_queue: str) -> None:
    counting = Counting(rounds=2)
    job = begun(tenant, 2, rounds=2)
    turn(counting, tenant, job.id, 0)
    messages(jobs_queue, job.id)
    half = turn(counting, tenant, job.id, 1)
    assert (half.state, half.percent, half.checkpoint, half.round) == (State.RUNNING, 50, {"after": 0}, 1)
    assert sorted(messages(jobs_queue, job.id)) == [0, 1]  # type: ignore[type-var]
    for part in (0, 1):
        done = turn(counting, tenant, job.id, part)
    assert (done.state, done.counts["read"]) == (State.SUCCEEDED, 2 * 2 * PIECES)
    assert counting.ends == [(0, State.SUCCEEDED, None), (1, State.SUCCEEDED, None)]


def test_a_failing_part_is_tried_again_then_fails_the_job_and_can_be_resumed(tenant: Tenant) -> None:
    def refuse(part: int, piece: int) -> None:
        if part == 1 and piece == 2:
            raise UnavailableError

    counting = Counting(before_piece=refuse)
    job = begun(tenant, 3)
    turn(counting, tenant, job.id, 0)
    for _ in range(MAX_STUMBLES):
        assert get_job(tenant, job.id).state is State.RUNNING
        turn(counting, tenant, job.id, 1)
    failed = get_job(tenant, job.id)
    assert (failed.state, failed.counts["read"]) == (State.FAILED, 6)
    assert failed.message == "stopped at piece 2: Try again in a moment. It can be resumed."
    assert counting.ends == [(0, State.FAILED, failed.message)]
    # what is over is left alone
    assert turn(counting, tenant, job.id, 2).counts["read"] == 6
    # when the dependency is back and the job is resumed
    counting.before_piece = lambda part, piece: None
    assert resume_job(tenant, job.id).state is State.QUEUED
    for part in range(3):
        done = turn(counting, tenant, job.id, part)
    assert (done.state, done.message, done.counts["read"]) == (State.SUCCEEDED, None, 12)


def test_a_part_at_work_stops_when_another_fails_the_job(tenant: Tenant) -> None:
    counting = Counting()
    job = begun(tenant, 2)

    def fail_the_other(part: int, piece: int) -> None:
        if part == 1:
            raise InvalidError("this cannot be")
        if piece == 1:
            turn(counting, tenant, job.id, 1)

    counting.before_piece = fail_the_other
    failed = turn(counting, tenant, job.id, 0)
    assert (failed.state, failed.message) == (State.FAILED, "this cannot be")
    assert len(counting.done) == 2


def test_cancelling_stops_all_parts_after_the_piece_at_hand(tenant: Tenant) -> None:
    counting = Counting()
    job = begun(tenant, 3)

    def cancel(part: int, piece: int) -> None:
        if (part, piece) == (1, 1):
            cancel_job(tenant, job.id, now=moment())

    counting.before_piece = cancel
    turn(counting, tenant, job.id, 0)
    turn(counting, tenant, job.id, 1)
    assert get_job(tenant, job.id).state is State.RUNNING
    over = turn(counting, tenant, job.id, 2)
    assert (over.state, over.counts["read"]) == (State.CANCELLED, 6)
    assert counting.ends == [(0, State.CANCELLED, None)]
    with pytest.raises(ConflictError):
        cancel_job(tenant, job.id, now=moment())


def test_a_job_that_nobody_owns_fails_with_words(tenant: Tenant) -> None:
    job = begun(tenant, 1)
    for _ in range(MAX_STUMBLES):
        take_turn({}, Turn(tenant, job.id, 0), now=moment, seconds_left=lambda: 600)
    for _ in range(MAX_STUMBLES):
        take_turn({}, Turn(tenant, job.id), now=moment, seconds_left=lambda: 600)
    assert get_job(tenant, job.id).state is State.FAILED


def test_more_parts_than_a_transaction_takes_are_refused(tenant: Tenant) -> None:
    with pytest.raises(BrokenError):
        begun(tenant, MAX_PARTS + 1)


@pytest.mark.parametrize("seed", range(6))
def test_workers_killed_at_random_calls_lose_and_double_nothing(tenant: Tenant, seed: int) -> None:
    # given workers that die at random calls, half of them after the call took effect
    dice = random.Random(seed)
    counting = Counting(rounds=2)
    job = begun(tenant, 3, rounds=2)
    deaths = 0
    while get_job(tenant, job.id).state in ACTIVE:
        part = dice.choice([0, 1, 2, None])
        try:
            with killed_at(dice.randint(1, 20), answered=dice.random() < 0.5):
                turn(counting, tenant, job.id, part, later=61 * deaths)
        except KilledError:
            deaths += 1
    # then the end is as if nobody had died
    done = get_job(tenant, job.id)
    assert deaths > 3
    assert (done.state, done.counts["read"], done.percent) == (State.SUCCEEDED, 2 * 3 * PIECES, 100)
    assert len(counting.done) == 2 * 3 * PIECES
    assert {end[1] for end in counting.ends} == {State.SUCCEEDED}
