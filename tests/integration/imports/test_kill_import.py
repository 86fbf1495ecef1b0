"""The worker dies at any point, in any way: totals, counts and error file are as if it had not."""

import os
import random
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.imports import chunks
from regulars.imports.steering import undo_job
from regulars.imports.targets import ImportKind
from regulars.kernel.files import S3Files
from regulars.kernel.ids import new_id
from regulars.kernel.jobs import ACTIVE, Job, State, get_job
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import (
    RETAIL,
    RETAIL_OPTIONS,
    moment,
    open_shop,
    retail,
    started,
    totals,
    work,
)
from tests.integration.killing import KilledError, killed_at

CHUNK = 7
EXPECTED = {"customers": 9, "orders": 40, "gross": 40 * 450 + 300, "refunds": 8, "refunded": 8 * 120}
COUNTS = {
    "read": 40 * 2 + 8 + 10 + 1,
    "created": 48,
    "updated": 0,
    "unchanged": 0,
    "refused": 10,
    "orders": 40,
    "refunds": 8,
    "customers": 9,
    "appended": 1,
}


def shop_file() -> bytes:
    """40 orders of two lines, 8 refunds, 10 lines of nobody, and a late line of the first order."""
    rows = []
    for number in range(40):
        customer = number % 9
        rows += [f"{customer},A{number},2011-07-01 09:30,S{line},1,2.25,France" for line in range(2)]
        if number % 5 == 4:
            rows.append(f"{customer},CA{number},2011-07-02 09:30,S1,-1,1.20,France")
        if number % 4 == 3:
            rows.append(f",N{number},2011-07-02 09:30,S1,1,1.20,France")
    return retail(*rows, "0,A0,2011-07-01 09:30,S9,2,1.50,France")


def live_and_die(tenant: Tenant, job_id: str, dice: random.Random) -> tuple[Job, int]:
    """Workers that die one after the other until one of them ends the job; and how many died."""
    deaths = 0
    while True:
        later = timedelta(seconds=61 * deaths)
        try:
            with killed_at(dice.randint(1, 50), answered=dice.random() < 0.5):
                job = work(tenant, job_id, now=lambda later=later: moment() + later)
        except KilledError:
            deaths += 1
            continue
        if job.state not in ACTIVE:
            return job, deaths


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "GROUPS", CHUNK)


def check(tenant: Tenant, job: Job) -> None:
    assert job.state is State.SUCCEEDED
    assert job.counts == COUNTS
    expected = EXPECTED | {"spent": EXPECTED["gross"] - EXPECTED["refunded"]}
    assert totals(tenant) == expected
    written = b"".join(S3Files(tenant).read(job.files["errors"])).decode().splitlines()
    assert len(written) == 1 + COUNTS["refused"]


@pytest.mark.usefixtures("small_chunks", "shop")
def test_workers_killed_at_fifty_random_calls_leave_exact_totals(now: datetime) -> None:
    # given imports, and workers that die at random calls, half of them after the call took effect
    dice = random.Random(2026)
    deaths = 0
    while deaths < 50:
        tenant = open_shop(Tenant(new_id("ten", now)))
        job_id = started(tenant, shop_file(), ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS)
        # when each import ends at last
        job, died = live_and_die(tenant, job_id, dice)
        deaths += died
        # then nothing was lost or counted twice
        check(tenant, job)


@pytest.mark.usefixtures("small_chunks")
def test_an_undo_that_is_killed_at_random_calls_takes_everything_back(shop: Tenant) -> None:
    job_id = started(shop, shop_file(), ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS)
    work(shop, job_id)
    undo_job(shop, job_id, now=moment())
    job, deaths = live_and_die(shop, job_id, random.Random(7))
    assert deaths >= 5
    assert job.state is State.UNDONE
    assert set(totals(shop).values()) == {0}
    assert job.counts == COUNTS | {"removed": 40 + 8 + 9}


_WORKER = """
import sys
from datetime import datetime, timedelta
import tests.conftest
import os
os.environ.update(dict(pair.split("=", 1) for pair in sys.argv[4:]))
from regulars.imports import chunks
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import moment, work
chunks.GROUPS = 7
print("working", flush=True)
later = timedelta(seconds=float(sys.argv[3]))
print(work(Tenant(sys.argv[1]), sys.argv[2], now=lambda: moment() + later).state, flush=True)
"""


def test_a_worker_process_that_is_killed_outright_leaves_exact_totals(shop: Tenant, engine: Any) -> None:
    job_id = started(shop, shop_file(), ImportKind.ORDER_LINES, RETAIL, options=RETAIL_OPTIONS)
    dice = random.Random(99)
    settings = engine.environment | {"JOBS_QUEUE_URL": os.environ["JOBS_QUEUE_URL"]}
    for death in range(40):
        arguments = [
            shop.id,
            job_id,
            str(61 * death),
            *(f"{name}={value}" for name, value in settings.items()),
        ]
        child = subprocess.Popen(
            [sys.executable, "-c", _WORKER, *arguments],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env=os.environ | {"PYTHONPATH": "layers/regulars/python:functions:."},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"working\n"
        # when it is killed with no warning, some time after it began (later each time: a busy machine is slow)
        time.sleep(dice.uniform(0.02, 0.2 * 1.2**death))
        child.kill()
        child.wait()
        child.stdout.close()
        if get_job(shop, job_id).state not in ACTIVE:
            break
    check(shop, get_job(shop, job_id))
    assert death >= 3
