"""What `keep_engagement` does with a tenant's events."""

from regulars.kernel.events import Envelope
from regulars.messaging.tracking.converting import keep_conversions


def keep(envelopes: list[Envelope]) -> None:
    """Count what the orders of one tenant brought to its messages."""
    keep_conversions(envelopes[0].owner(), envelopes)
