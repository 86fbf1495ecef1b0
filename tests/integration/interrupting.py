"""Something that happens between two calls of ours to AWS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient


@contextmanager
def interrupted_before(call: int, work: Callable[[], Any]) -> Iterator[list[str]]:
    """Do `work` right before the nth call, once; gives the calls made otherwise, by operation."""
    original = BaseClient._make_api_call
    made: list[str] = []

    def make(self: Any, operation: str, arguments: Any) -> Any:
        made.append(operation)
        if len(made) == call:
            BaseClient._make_api_call = original
            work()
            BaseClient._make_api_call = make
        return original(self, operation, arguments)

    BaseClient._make_api_call = make
    try:
        yield made
    finally:
        BaseClient._make_api_call = original
