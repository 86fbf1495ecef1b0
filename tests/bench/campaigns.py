"""A campaign to a million customers, as sixteen parts plan it: members read, assigned, put into batches, told to a queue.

The table and the queue are stand-ins that count, so what is measured is the planner's own CPU time and memory, in a process of
its own. In production the queue takes ten batches a call, about 2,100 calls for a million.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from tests.bench.report import Figure

CUSTOMERS = 1_000_000
PARTS = 16
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
# What run_jobs has; a planner must not need more for more customers.
MEMORY_BAR_MB = 1769
ZONES = ("Europe/Warsaw", "America/New_York", "Asia/Tokyo", "", "Australia/Sydney")


def measure() -> list[Figure]:
    """Runs in fresh processes: to all at once, by a test with hold-out, and by each one's own clocks."""
    figures = []
    for name in ("plain", "test", "zones"):
        found = _run(name)
        figures += [
            Figure(f"plan a million customers ({name})", found["seconds"], "CPU s"),
            Figure(f"customers a second of one worker ({name})", CUSTOMERS / found["seconds"], "/s"),
            Figure(f"peak memory of the planner ({name})", found["megabytes"], "MB", bar=MEMORY_BAR_MB),
            Figure(f"growth from the first tenth to the last ({name})", found["grown"], "MB", bar=16),
        ]
    return figures


def _run(name: str) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.campaigns", name],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"TABLE_NAME": "bench", "STAGE": "bench"},
    )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _plans() -> dict[str, dict[str, Any]]:
    test = {"variants": [{"name": "A"}, {"name": "B"}, {"name": "C"}], "share": 0.3, "hold_out": 0.05}
    own = {"kind": "at", "at": "2026-03-10T12:00:00Z", "zone": "recipient"}
    return {"plain": {}, "test": {"test": test}, "zones": {"schedule": own}}


def _plan(name: str) -> None:
    from regulars.campaigns import planning, scheduling
    from regulars.campaigns.model import Branch, Campaign, Phase, Run, Status
    from regulars.campaigns.plan import Plan
    from regulars.campaigns.planning import Planner
    from regulars.kernel.tenancy import Tenant

    given = {"audience": {"segment": "seg_1"}, "channels": ["email"], "template": "news"}
    plan = Plan.model_validate(given | _plans()[name])
    names = [one.name for one in plan.variants] or [""]
    names += ["hold_out"] if plan.hold_out else []
    branches = tuple(Branch(f"dsp_{one}", Phase.FIRST, one) for one in names)
    run = Run(1, NOW, NOW, phase_at=NOW, branches=branches, step=1)
    campaign = Campaign("cmp_1", "Bench", Status.SENDING, plan, NOW, NOW, run=run)
    queue, files = _Queue(), _Files()
    planning.enqueue_all = queue  # type: ignore[attr-defined]
    planning.facts_of_many = _facts  # type: ignore[attr-defined]
    planning.zone_of = scheduling.zone_of = lambda tenant: ZoneInfo("Europe/Warsaw")  # type: ignore[attr-defined,assignment]
    tenant = Tenant("ten_01J00000000000000000000000")
    began, memory = time.process_time(), list[float]()
    for part in range(PARTS):
        planner = Planner(tenant, campaign, run, part, None, files)  # type: ignore[arg-type]
        _part(planner, part, memory)
    seconds = time.process_time() - began
    assert queue.customers + files.customers == CUSTOMERS
    tenth = len(memory) // 10
    print(
        json.dumps(
            {
                "seconds": seconds,
                "megabytes": memory[-1],
                "grown": memory[-1] - memory[tenth],
                "batches": queue.batches,
            }
        )
    )


def _part(planner: Any, part: int, memory: list[float]) -> None:
    from collections import Counter

    from regulars.campaigns.sources import PAGE, Slice

    counts: Counter[str] = Counter()
    for page, start in enumerate(range(part, CUSTOMERS, PARTS * PAGE)):
        ids = [f"cus_{number:026d}" for number in range(start, min(CUSTOMERS, start + PARTS * PAGE), PARTS)]
        told, _ = planner.send(Slice(ids), counts["batches"], page)
        counts += told
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class _Queue:
    """Makes each message as it would be sent, and counts."""

    def __init__(self) -> None:
        self.customers = self.batches = 0

    def __call__(self, pieces: Iterable[Any]) -> None:
        for one in pieces:
            json.dumps(one.message(), separators=(",", ":"))
            self.customers += len(one.customer_ids)
            self.batches += 1


class _Files:
    def __init__(self) -> None:
        self.customers = 0

    def write(self, key: str, data: bytes) -> None:
        self.customers += sum(len(ids) for ids in json.loads(data).values())


def _facts(tenant: Any, ids: list[str]) -> dict[str, Any]:
    return {one: SimpleNamespace(traits={"time_zone": ZONES[int(one[4:]) % len(ZONES)]}) for one in ids}


if __name__ == "__main__":
    import tests.conftest  # noqa: F401  (settings, before anything of the product)

    _plan(sys.argv[1])
