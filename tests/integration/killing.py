"""A process that dies at a call to AWS."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient


class KilledError(BaseException):
    """The process is dead; nothing of ours may catch this."""


@contextmanager
def killed_at(call: int, *, answered: bool) -> Iterator[None]:
    """Die at the nth call to AWS: before it, or after it was carried out and before its answer came."""
    original = BaseClient._make_api_call
    lock = threading.Lock()
    made = 0

    def make(self: Any, operation: str, arguments: Any) -> Any:
        nonlocal made
        with lock:
            made += 1
            mine = made
        if mine > call or (mine == call and not answered):
            raise KilledError
        answer = original(self, operation, arguments)
        if mine == call:
            raise KilledError
        return answer

    BaseClient._make_api_call = make
    try:
        yield
    finally:
        BaseClient._make_api_call = original
