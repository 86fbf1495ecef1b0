"""Lambda: carries jobs on, a message of the jobs queue at a time."""

from typing import Any

from regulars.kernel.clock import clock
from regulars.kernel.jobs import turn_of
from regulars.kernel.turns import take_turn
from regulars.kernel.worker import each_message
from run_jobs.owners import OWNERS

_clock = clock()


def handler(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Each message names a tenant, a job and perhaps a part of it (see `kernel.jobs.enqueue`)."""

    def carry_on(message: dict[str, Any]) -> None:
        take_turn(
            OWNERS,
            turn_of(message),
            now=_clock.now,
            seconds_left=lambda: float(context.get_remaining_time_in_millis()) / 1000,
        )

    return each_message(carry_on)(batch, context)
