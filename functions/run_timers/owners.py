"""Which capability owns a timer, by its name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from regulars import loyalty, segments
from regulars.campaigns.waking import OWNERS as CAMPAIGNS
from regulars.commerce import carts
from regulars.customers import remind
from regulars.kernel.clock import clock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.errors import BrokenError
from regulars.kernel.ids import digest
from regulars.kernel.timers import Timer, timer_of
from regulars.messaging.sending.timers import OWNERS as SENDING
from regulars.messaging.tracking.timers import OWNERS as TRACKING

Owner = Callable[[Timer, datetime], Any]

OWNERS: dict[str, Owner] = {
    "cart.abandon": lambda timer, now: carts.abandon(timer, now=now),
    "interaction.due": lambda timer, now: remind(timer, now=now),
    "points.due": loyalty.fall_due,
    "segments.evaluate": segments.evaluate_timer,
    "segments.nightly": segments.compute_nightly,
    **SENDING,
    **TRACKING,
    **CAMPAIGNS,
}
_clock = clock()


def run(message: dict[str, Any]) -> None:
    """Carry out one timer. Raises BrokenError for a name that nobody owns, which ends in the dead-letter queue."""
    timer = timer_of(message)
    begin_work(
        Work(digest(timer.name, timer.subject, message["due"]), tenant=timer.tenant.id, actor="system")
    )
    if timer.name not in OWNERS:
        raise BrokenError(f"nobody owns timers named {timer.name!r}")
    OWNERS[timer.name](timer, _clock.now())
