"""What is done beside the answer: nobody waits for our book-keeping, and none of its failures reaches the reader."""

import threading
from collections.abc import Callable
from contextvars import copy_context

from regulars.kernel.logs import logger, metric

# As long as recording takes when all is well, several times over; what takes longer goes on after the answer, as long as the
# process lives.
PATIENCE = 0.5
_log = logger("track")


def beside(record: Callable[[], None]) -> None:
    """Run `record`, and wait for it a moment at the most."""
    context = copy_context()
    thread = threading.Thread(target=lambda: context.run(_quietly, record), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if thread.is_alive():
        metric("TrackingLate")


def or_else(ask: Callable[[], str], otherwise: str) -> str:
    """What `ask` answers, or `otherwise` when it fails."""
    try:
        return ask()
    except Exception:  # noqa: BLE001  (an embellishment is not worth an answer)
        _log.exception("an address goes without its parameters")
        return otherwise


def _quietly(record: Callable[[], None]) -> None:
    try:
        record()
    except Exception:  # noqa: BLE001  (the outermost edge of its thread)
        _log.exception("a signal was not recorded")
        metric("TrackingLost")
