"""What a message's deliveries to a customer are called, and the timers of those that wait."""

from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel, Choice, Message, delivery_id

# Timers: of one delivery (`<customer>#<delivery>`), and of a customer's digest.
DUE = "delivery.due"
DIGEST = "digest.due"


def ids_of(tenant: Tenant, message: Message, customer_id: str) -> dict[Channel, str]:
    """The delivery's id on each of a message's channels. Of a message that goes by one channel only, whichever it is, there is
    one id: another choice the second time must find the first claim."""
    if message.choice is Choice.ALL:
        return {one: delivery_id(tenant, message, customer_id, one) for one in message.channels}
    only = delivery_id(tenant, message, customer_id, message.channels[0])
    return dict.fromkeys(message.channels, only)
