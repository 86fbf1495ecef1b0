"""Lines a second and memory of an import worker: the whole retail year, against the embedded engine, in a process of its own."""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime

from regulars.imports.targets import ImportKind
from tests.bench.report import Figure
from tests.bench.shop import open_shop

MEMORY_BAR_MB = 256


def measure() -> list[Figure]:
    """Runs the import in a fresh process, so that its peak memory is its own."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.imports"],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        env=os.environ,
    )
    seen = json.loads(answer.stdout.splitlines()[-1])
    return [
        Figure("import of the retail year", seen["seconds"], "s"),
        Figure("lines imported", seen["lines"] / seen["seconds"], "lines/s"),
        Figure("peak memory of the import worker", seen["megabytes"], "MB", bar=MEMORY_BAR_MB),
    ]


def _run() -> None:
    from local.demo.retail import RETAIL
    from tests.integration.imports import workbench

    tenant = open_shop(datetime.now(UTC))
    job = workbench.started(
        tenant,
        RETAIL.read_bytes(),
        ImportKind.ORDER_LINES,
        workbench.RETAIL,
        options=workbench.RETAIL_OPTIONS,
    )
    start = time.monotonic()
    while not (done := workbench.work(tenant, job)).finished_at:
        pass
    seen = {
        "seconds": time.monotonic() - start,
        "lines": done.counts["read"],
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    _run()
