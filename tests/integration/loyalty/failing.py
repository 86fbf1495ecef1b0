"""One call to AWS that fails, while the process lives on and makes others."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError


@contextmanager
def failing_at(call: int, *, answered: bool) -> Iterator[list[str]]:
    """The nth call answers that DynamoDB failed: before it did anything, or after it had carried it out. Gives the calls made,
    by operation."""
    original = BaseClient._make_api_call
    made: list[str] = []

    def make(self: Any, operation: str, arguments: Any) -> Any:
        made.append(operation)
        mine = len(made) == call
        answer = None if mine and not answered else original(self, operation, arguments)
        if mine:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, operation)
        return answer

    BaseClient._make_api_call = make
    try:
        yield made
    finally:
        BaseClient._make_api_call = original
