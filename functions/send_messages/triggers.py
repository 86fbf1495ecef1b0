"""Which event leads to which message."""

from functools import cache

from regulars.kernel.clock import clock
from regulars.kernel.events import Envelope
from regulars.messaging.order_confirmation import confirm_order
from regulars.messaging.providers.email import EmailProvider
from regulars.messaging.providers.ses import SesProvider

_clock = clock()


@cache
def email_provider() -> EmailProvider:
    """The provider of this process."""
    return SesProvider.from_settings()


def send(envelope: Envelope) -> None:
    """Send the message that an event leads to; other events are let pass."""
    if envelope.name == "order.placed":
        confirm_order(
            envelope.owner(),
            str(envelope.data["order_id"]),
            email_provider(),
            now=_clock.now(),
            history=envelope.history,
        )
