"""Where a message to a customer goes on each channel."""

from collections.abc import Iterable, Mapping

from regulars.customers import Facts
from regulars.kernel.tenancy import Tenant
from regulars.messaging.device_store import read_devices_of
from regulars.messaging.model import Channel
from regulars.messaging.settings_store import messaging_settings


def addresses_of(
    tenant: Tenant, facts: Mapping[str, Facts], channels: Iterable[Channel]
) -> dict[tuple[str, Channel], str]:
    """The addresses of up to 100 customers by id and channel; whoever has none on a channel is left out.

    A push message goes to the device seen last. 0.5 request units a customer for push, nothing for the others.
    """
    wanted = frozenset(channels)
    found: dict[tuple[str, Channel], str] = {}
    for customer_id, one in facts.items():
        known = {Channel.EMAIL: one.email, Channel.SMS: one.phone, Channel.IN_APP: customer_id}
        found |= {(customer_id, channel): to for channel, to in known.items() if channel in wanted and to}
    if Channel.PUSH in wanted:
        owned = read_devices_of(tenant, facts)
        found |= {
            (customer_id, Channel.PUSH): own.devices[0].address
            for customer_id, own in owned.items()
            if own.devices
        }
    if Channel.WEBHOOK in wanted and (url := messaging_settings(tenant).webhook_url):
        found |= {(customer_id, Channel.WEBHOOK): url for customer_id in facts}
    return found
