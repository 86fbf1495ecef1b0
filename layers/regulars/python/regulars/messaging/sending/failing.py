"""Batches that fail every time: noted while the queue tries them last, so that people see whom they were for, and can have them
tried again.

They lie with the dead letters too, for whoever operates the deployment: a batch that comes back by both ways has one effect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kernel import sends
from regulars.kernel.clock import clock
from regulars.kernel.errors import NotFoundError, RegularsError
from regulars.kernel.queue import batches
from regulars.kernel.tenancy import Tenant
from regulars.messaging.failed_batch_store import (
    FailedBatchItem,
    each_failed,
    forget_failed,
    read_failed,
    save_failed,
)

_STOPPED = "The worker stopped before it was through."
_clock = clock()


@dataclass(frozen=True, slots=True)
class FailedBatch:
    """A batch of a dispatch that was tried for the last time `at`; `reason` is in words."""

    dispatch_id: str
    number: int
    customers: tuple[str, ...]
    reason: str
    at: datetime

    @property
    def id(self) -> str:
        return f"{self.dispatch_id}:{self.number}"


@contextmanager
def last_attempt(message: dict[str, Any]) -> Iterator[None]:
    """Around the last time that the queue tries a message. A batch is noted before, as nobody may be left to do so after."""
    work = sends.work_of(message)
    if not isinstance(work, sends.Batch):
        yield
        return
    save_failed(work, _STOPPED, _clock.now())
    try:
        yield
    except Exception as error:
        save_failed(work, _told(error), _clock.now())
        raise
    forget_failed(work.tenant, work.dispatch_id, work.number)


def _told(error: Exception) -> str:
    """What went wrong; of faults that are not ours to word, their kind alone, as their text may name people."""
    return error.detail[:300] if isinstance(error, RegularsError) else type(error).__name__


def failed_batches_of(tenant: Tenant, dispatch_id: str, most: int) -> list[FailedBatch]:
    """The first of a dispatch's failed batches."""
    return [
        FailedBatch(dispatch_id, int(one.number), tuple(one.customers), one.reason, one.at)
        for one in each_failed(tenant, dispatch_id, most)
    ]


def retry_failed(tenant: Tenant, dispatch_id: str, number: int | None = None) -> int:
    """Have a failed batch tried again, or all of a dispatch; how many. Raises NotFoundError for one that is not noted."""
    if number is None:
        return sum(_again(tenant, dispatch_id, some) for some in batches(each_failed(tenant, dispatch_id)))
    found = read_failed(tenant, dispatch_id, number)
    if found is None:
        raise NotFoundError("there is no such failed batch")
    return _again(tenant, dispatch_id, [found])


def _again(tenant: Tenant, dispatch_id: str, some: list[FailedBatchItem]) -> int:
    """Into the queue before the note goes: dying in between tries them twice, which has one effect."""
    sends.enqueue_all(sends.Batch(tenant, dispatch_id, int(one.number), tuple(one.customers)) for one in some)
    for one in some:
        forget_failed(tenant, dispatch_id, int(one.number))
    return len(some)
