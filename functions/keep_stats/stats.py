"""What `keep_stats` does with a tenant's events."""

from regulars.insights.keeping import keep_stats
from regulars.kernel.clock import clock
from regulars.kernel.events import Envelope

_clock = clock()


def keep(envelopes: list[Envelope]) -> None:
    """Count the events of one tenant in its statistics."""
    keep_stats(envelopes[0].owner(), envelopes, now=_clock.now())
