"""Lambda: carries jobs on, a message of the jobs queue at a time."""

from typing import Any

from regulars.imports.worker import work_on
from regulars.kernel.clock import clock
from regulars.kernel.jobs import job_of
from regulars.kernel.worker import each_message

_clock = clock()


def handler(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Each message names a tenant and a job (see `kernel.jobs.enqueue`)."""

    def carry_on(message: dict[str, Any]) -> None:
        tenant, job_id = job_of(message)
        work_on(
            tenant,
            job_id,
            now=_clock.now,
            seconds_left=lambda: float(context.get_remaining_time_in_millis()) / 1000,
        )

    return each_message(carry_on)(batch, context)
