"""Jobs: one worker at a time, no progress lost, no failure silent."""

import gzip
import json
import os
from datetime import timedelta
from typing import Any

import pytest

from regulars.imports import runner
from regulars.imports.steering import cancel_job, resume_job
from regulars.imports.targets import ImportKind
from regulars.kernel.aws import client
from regulars.kernel.errors import ConflictError, UnavailableError
from regulars.kernel.jobs import State, create_job, get_job, list_jobs
from regulars.kernel.leases import LEASE, MAX_STUMBLES, LeaseLostError, take
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import RESERVE_SECONDS
from tests.integration.imports.workbench import RETAIL, moment, retail, started, totals, work

ROWS = [f"{n % 7},A{n},2011-07-01 09:30,S1,1,1,France" for n in range(450)]


def lines_job(tenant: Tenant) -> str:
    return started(tenant, retail(*ROWS), ImportKind.ORDER_LINES, RETAIL)


def messages(queue: str, job_id: str) -> list[dict[str, Any]]:
    found = []
    while batch := client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return [message for message in found if message["job"] == job_id]


def test_a_second_worker_stops_while_the_first_holds_the_job(shop: Tenant) -> None:
    job_id = lines_job(shop)
    first = take(shop, job_id, moment())
    assert first is not None
    assert take(shop, job_id, moment()) is None


def test_an_expired_hold_is_taken_over_and_the_first_can_write_no_more(shop: Tenant) -> None:
    job_id = lines_job(shop)
    first = take(shop, job_id, moment())
    later = moment() + LEASE + timedelta(seconds=1)
    second = take(shop, job_id, later)
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLostError):
        first.checkpoint(later, counts={"read": 1}, checkpoint={}, done=0.5)
    second.checkpoint(later, counts={"read": 2}, checkpoint={}, done=0.25)
    job = get_job(shop, job_id)
    assert (job.counts["read"], job.percent) == (2, 25)


def test_progress_foretells_how_long_it_takes(shop: Tenant) -> None:
    job_id = lines_job(shop)
    start = moment()
    lease = take(shop, job_id, start)
    assert lease is not None
    lease.checkpoint(start + timedelta(seconds=30), counts={}, checkpoint={}, done=0.25)
    assert get_job(shop, job_id).eta_seconds == 90


def test_a_worker_that_runs_out_of_time_hands_the_job_on(shop: Tenant, jobs_queue: str) -> None:
    job_id = lines_job(shop)
    client("sqs").purge_queue(QueueUrl=jobs_queue)
    # given a worker with less time left than is kept in reserve
    job = work(shop, job_id, seconds_left=lambda: RESERVE_SECONDS - 1)
    # then it stops after one chunk, gives the job back and calls another
    assert (job.state, job.counts["orders"], job.lease_until) == (State.RUNNING, 200, None)
    assert len(messages(jobs_queue, job_id)) == 1
    work(shop, job_id, seconds_left=lambda: 0)
    assert work(shop, job_id).counts["orders"] == 450


def test_cancelling_stops_after_the_chunk_and_keeps_what_is_done(shop: Tenant) -> None:
    job_id = lines_job(shop)
    cancel_job(shop, job_id, now=moment())
    job = work(shop, job_id)
    assert job.state is State.CANCELLED
    assert job.counts["orders"] == totals(shop)["orders"] <= 200
    with pytest.raises(ConflictError):
        cancel_job(shop, job_id, now=moment())


def test_a_failure_is_tried_again_and_then_told_and_can_be_resumed(
    shop: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = lines_job(shop)
    # given a dependency that refuses from the second chunk on
    work(shop, job_id, seconds_left=lambda: 0)

    def refuse(*given: Any) -> Any:
        raise UnavailableError

    with monkeypatch.context() as broken:
        broken.setattr(runner, "_do", refuse)
        for _ in range(MAX_STUMBLES):
            job = work(shop, job_id)
    # then it failed with words, after several tries, and nothing is lost
    assert job.state is State.FAILED
    assert job.message is not None
    assert "after line 201" in job.message
    # when it is resumed
    resume_job(shop, job_id)
    job = work(shop, job_id)
    assert (job.state, job.message, job.counts["orders"]) == (State.SUCCEEDED, None, 450)


def test_a_damaged_file_fails_at_once_with_the_reason(shop: Tenant) -> None:
    # given a file that is cut off behind what a preview looks at
    noise = "".join(f",A{n},2011-07-01 09:30,{os.urandom(8).hex()},1,1,France\n" for n in range(40_000))
    data = gzip.compress(retail().rstrip() + b"\n" + noise.encode())
    job_id = started(shop, data[:-1000], ImportKind.ORDER_LINES, RETAIL, dry_run=True)
    job = work(shop, job_id)
    assert (job.state, job.message) == (State.FAILED, "the compressed file is cut off")


def test_jobs_are_listed_newest_first_and_stay_in_their_tenant(shop: Tenant, other_tenant: Tenant) -> None:
    for number in range(3):
        at = moment() + timedelta(seconds=number)
        create_job(shop, "import", f"file {number}", {}, now=at, state=State.UPLOADING)
    page = list_jobs(shop, limit=2)
    assert [job.name for job in page.items] == ["file 2", "file 1"]
    assert [job.name for job in list_jobs(shop, limit=2, cursor=page.next).items] == ["file 0"]
    assert list_jobs(other_tenant).items == []
