"""Timers of the sending side: what is due goes to the workers of the queue, in whose messages it is safe, and the timer goes."""

from collections.abc import Callable, Mapping
from datetime import datetime

from regulars.kernel import sends
from regulars.kernel.queue import batches
from regulars.kernel.timers import Timer
from regulars.messaging.delivery_list_store import waiting_for_digest
from regulars.messaging.dispatches import RELEASE, release
from regulars.messaging.sending.ids import DIGEST, DUE

_AT_ONCE = 40


def carry_on_later(timer: Timer, now: datetime) -> None:
    """A delivery's moment has come."""
    customer_id, _, delivery_id = timer.subject.partition("#")
    sends.enqueue(sends.Waiting(timer.tenant, ((customer_id, delivery_id),)))
    timer.item().delete()


def collect(timer: Timer, now: datetime) -> None:
    """The moment of a customer's digest has come."""
    found = waiting_for_digest(timer.tenant, timer.subject, now)
    for some in batches(found, _AT_ONCE):
        sends.enqueue(sends.Waiting(timer.tenant, tuple((one.customer_id, one.id) for one in some)))
    timer.item().delete()


OWNERS: Mapping[str, Callable[[Timer, datetime], None]] = {
    DUE: carry_on_later,
    DIGEST: collect,
    RELEASE: release,
}
