"""Finds due timers in all shards at once and puts them on the queue.

A timer is noted as sent after the queue has it: dying in between sends it twice, which its owner's transaction bears.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from regulars.kernel import queue
from regulars.kernel.clock import iso
from regulars.kernel.logs import logger, metric
from regulars.kernel.settings import TimersSettings
from regulars.kernel.timers import SHARDS, TimerItem, due_timers, note_sent

# The next minute's call goes on where this one stops.
_LONGEST_RUN = 40.0
_log = logger("fire_timers")


def fire(now: datetime) -> int:
    """Send every timer due at `now`; answers how many."""
    queue_url = TimersSettings.load().timers_queue_url
    stop_at = time.monotonic() + _LONGEST_RUN
    # The first shard goes alone, so that the threads find the connections made.
    sent = fire_shard(0, queue_url, now, stop_at)
    with ThreadPoolExecutor(max_workers=8) as pool:
        sent += sum(pool.map(lambda shard: fire_shard(shard, queue_url, now, stop_at), range(1, SHARDS)))
    _log.info("timers fired", extra={"sent": sent})
    if sent:
        metric("TimersFired", sent)
    return sent


def fire_shard(shard: int, queue_url: str, now: datetime, stop_at: float) -> int:
    """Send the due timers of one shard until `stop_at` (monotonic seconds)."""
    sent = 0
    for batch in queue.batches(due_timers(shard, now)):
        refused = queue.send(queue_url, [message_of(item) for item in batch])
        taken = [item for position, item in enumerate(batch) if position not in refused]
        for item in taken:
            note_sent(item, now)
        sent += len(taken)
        if refused:
            _log.warning("the queue refused timers", extra={"refused": len(refused), "shard": shard})
        if time.monotonic() > stop_at:
            break
    return sent


def message_of(item: TimerItem) -> dict[str, str]:
    """The queue message of a timer; `kernel.timers.timer_of` reads it."""
    return {"tenant": item.tenant, "name": item.name, "subject": item.subject, "due": iso(item.due)}
