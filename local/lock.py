"""One run at a time in a checkout: a second would empty folders that the first, perhaps still saving, works in."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 180


class AlreadyRunningError(RuntimeError):
    """Another run holds the checkout and does not let go."""


@contextmanager
def only_run(path: Path, say: Callable[[str], None], patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold `path` while the block runs; wait for a run that is stopping. Raises AlreadyRunningError after `patience`."""
    with path.open("w") as held:
        if not _taken(held.fileno()):
            say("another run of this checkout is still saving its data: waiting for it")
            deadline = time.monotonic() + patience
            while not _taken(held.fileno()):
                if time.monotonic() > deadline:
                    raise AlreadyRunningError("another `make run` of this checkout is running: stop it first")
                time.sleep(0.2)
        yield


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
