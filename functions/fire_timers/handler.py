"""Each minute: sends the timers that are due to the queue of `run_timers`."""

from typing import Any

from fire_timers.dispatch import fire
from regulars.kernel.clock import clock

_clock = clock()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answers how many timers were sent."""
    return {"sent": fire(_clock.now())}
