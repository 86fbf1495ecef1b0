"""Trying again what lost a race against another process: read anew, decide anew, write anew."""

from collections.abc import Callable
from typing import TypeVar

from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import RegularsError, UnavailableError

T = TypeVar("T")

_ATTEMPTS = 40


class MovedError(RegularsError):
    """What was read has been changed by another process before it could be written."""


def contended(attempt: Callable[[bool], T], *moved: type[RegularsError]) -> T:
    """The result of `attempt`, which is given whether it must read consistently: true from the second time on.

    Tried again after MovedError and the errors in `moved`. Raises UnavailableError when others keep winning.
    """
    lost: tuple[type[RegularsError], ...] = (MovedError, *moved)
    for turn in range(_ATTEMPTS):
        try:
            return attempt(turn > 0)
        except lost:
            full_jitter(0.01, min(turn, 5))
    raise UnavailableError
