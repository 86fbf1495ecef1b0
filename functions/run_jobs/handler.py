"""Lambda: carries jobs on, a message of the jobs queue at a time."""

from typing import Any

from regulars.imports.worker import work_on
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.kernel.worker import each_message

_clock = clock()


def handler(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Each message names a tenant and a job (see `kernel.jobs.enqueue`)."""

    def carry_on(message: dict[str, Any]) -> None:
        work_on(
            Tenant(message["tenant"]),
            message["job"],
            now=_clock.now,
            seconds_left=lambda: float(context.get_remaining_time_in_millis()) / 1000,
        )

    return each_message(carry_on)(batch, context)
