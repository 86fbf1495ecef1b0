"""What the present piece of work belongs to, for logs and for the events it causes."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """`correlation` is the request or job that started it all, `causation` the event being handled, `actor` who asked."""

    correlation: str = ""
    causation: str = ""
    tenant: str = ""
    actor: str = ""


_work: ContextVar[Work] = ContextVar("work", default=Work())  # noqa: B039


def current_work() -> Work:
    return _work.get()


def begin_work(work: Work) -> None:
    """A Lambda process does one piece of work at a time, so the previous one is simply replaced."""
    _work.set(work)
