"""Things done side by side."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

LANES = 8
T = TypeVar("T")


def in_lanes(works: Iterable[Callable[[], T]]) -> list[T]:
    """The results of all, in their order."""
    with ThreadPoolExecutor(LANES) as pool:
        # Threads do not inherit the context, and one copy cannot be entered twice.
        waiting = [pool.submit(copy_context().run, work) for work in works]
        return [one.result() for one in waiting]
