"""Dispatches: messages to many, batch by batch, which can be paused, resumed and cancelled at any point.

No claim follows the commit that pauses or closes a dispatch: every claim passes one of its sixteen gates, on the condition that
it is open, and all of them move in one transaction (docs/adr/0014). The gates also hold the sums, so progress is exact.
"""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.kernel import sends
from regulars.kernel.errors import InvalidError
from regulars.kernel.idempotency import Once
from regulars.kernel.queue import batches
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, settle
from regulars.kernel.transaction import Transaction
from regulars.messaging.dispatch_model import BATCH, Dispatch, Door
from regulars.messaging.dispatch_store import (
    create_dispatch,
    gates,
    move_doors,
    park,
    parked,
    read_dispatch,
)
from regulars.messaging.tally_store import sums

RELEASE = "dispatch.release"
# Parked in the transaction that creates the dispatch: 17 writes, a timer, a key, and one for each batch.
MOST_AT_ONCE = 1000
_RELEASE_AFTER = timedelta(minutes=1)
_CACHED_SECONDS = 300.0
_cache: dict[tuple[str, str], tuple[float, Dispatch]] = {}


def open_dispatch(tx: Transaction, dispatch: Dispatch) -> None:
    """Add a dispatch to `tx`; the commit raises ConflictError when there is one with this id. Seventeen writes."""
    create_dispatch(tx, dispatch)


def get_dispatch(tenant: Tenant, dispatch_id: str) -> Dispatch:
    """A dispatch as it is now. Raises NotFoundError."""
    return read_dispatch(tenant, dispatch_id)


def dispatch_of(tenant: Tenant, dispatch_id: str) -> Dispatch:
    """The same for what never changes about it: its message. Its `state` may be any of the past. Raises NotFoundError."""
    key = (tenant.id, dispatch_id)
    cached = _cache.get(key)
    if cached is None or cached[0] <= time.monotonic():
        if len(_cache) > 200:
            _cache.clear()
        cached = _cache[key] = (time.monotonic() + _CACHED_SECONDS, read_dispatch(tenant, dispatch_id))
    return cached[1]


def enqueue_batch(tenant: Tenant, dispatch_id: str, number: int, customer_ids: Sequence[str]) -> None:
    """Have a batch sent, of 48 customers at the most. The same batch may be enqueued again: it has one effect."""
    if len(customer_ids) > BATCH:
        raise InvalidError.of("/customers", f"a batch has {BATCH} customers at the most")
    sends.enqueue(sends.Batch(tenant, dispatch_id, number, tuple(customer_ids)))


def start_dispatch(
    tenant: Tenant,
    dispatch: Dispatch,
    customer_ids: Sequence[str],
    now: datetime,
    once: Once | None = None,
    answer: object = None,
) -> Dispatch:
    """Open a dispatch to up to a thousand customers, and send it. Its batches are parked in the transaction that creates it, so
    that none is lost whatever happens to us. `answer` is what the caller's key remembers."""
    if len(customer_ids) > MOST_AT_ONCE:
        raise InvalidError.of("/customers", f"has {MOST_AT_ONCE} entries at the most")
    transaction = Transaction(tenant)
    transaction.remember(once, answer or dispatch)
    open_dispatch(transaction, dispatch)
    for number, some in enumerate(batches(dict.fromkeys(customer_ids), BATCH)):
        work = sends.Batch(tenant, dispatch.id, number, tuple(some))
        park(transaction, dispatch.id, f"B{number}", work.message())
    timer = _arm_release(transaction, dispatch.id, now)
    transaction.commit()
    _release(tenant, dispatch.id, timer)
    return dispatch


def set_gate(
    tenant: Tenant,
    dispatch_id: str,
    door: str,
    now: datetime,
    once: Once | None = None,
    answer: object = None,
) -> Dispatch:
    """Open, pause or close all gates at once; opening brings parked work back. Raises NotFoundError, and ConflictError when the
    dispatch is closed, which is for good."""
    wanted = Door(door)
    transaction = Transaction(tenant)
    move_doors(transaction, dispatch_id, wanted)
    timer = _arm_release(transaction, dispatch_id, now) if wanted is Door.OPEN else None
    transaction.remember(once, answer)
    transaction.commit()
    if timer is not None:
        _release(tenant, dispatch_id, timer)
    return read_dispatch(tenant, dispatch_id)


def totals(tenant: Tenant, dispatch_id: str) -> Counter[str]:
    """The sums of the gates: `<channel>_<measure>`, and `handled`, the customers whose turn has been. 8 request units."""
    return sums(gates(tenant, dispatch_id))


def release(timer: Timer, now: datetime) -> None:
    """Bring back what is parked, in case whoever opened the dispatch has died over it."""
    dispatch = read_dispatch(timer.tenant, timer.subject)
    if dispatch.state is Door.OPEN:
        _release(timer.tenant, timer.subject, timer)
        return
    transaction = Transaction(timer.tenant)
    settle(transaction, timer)
    transaction.commit()


def _arm_release(tx: Transaction, dispatch_id: str, now: datetime) -> Timer:
    timer = Timer(tx.tenant, RELEASE, dispatch_id, now + _RELEASE_AFTER)
    arm(tx, timer)
    return timer


def _release(tenant: Tenant, dispatch_id: str, timer: Timer) -> None:
    """Parked work goes into the queue before it is taken away: dying in between sends it twice, which has one effect."""
    for some in batches(parked(tenant, dispatch_id), 10):
        sends.enqueue_all(sends.work_of(item.work) for item in some)
        for item in some:
            item.delete()
    timer.item().delete()
