"""Which event leads to which message."""

from regulars.kernel.clock import clock
from regulars.kernel.events import Envelope
from regulars.messaging.order_confirmation import confirm_order

_clock = clock()


def send(envelope: Envelope) -> None:
    """Send the message that an event leads to; other events are let pass."""
    if envelope.name == "order.placed":
        order_id = str(envelope.data["order_id"])
        confirm_order(envelope.owner(), order_id, now=_clock.now(), history=envelope.history)
