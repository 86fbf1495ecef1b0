"""What `keep_contacts` does with an event."""

from datetime import datetime

from regulars.customers.events import CustomerUpdated
from regulars.kernel.events import Envelope
from regulars.messaging import Channel
from regulars.messaging.events import ConsentRequested
from regulars.messaging.preferences.parting import erase_contact
from regulars.messaging.preferences.strikes import forget_strikes

_ADDRESSES = {"emails": Channel.EMAIL, "phone": Channel.SMS}


def keep(envelope: Envelope, now: datetime) -> None:
    """Follow one event; any can come twice. Who was deleted is not written to, whether or not it is history."""
    tenant, customer_id = envelope.owner(), envelope.subject
    if envelope.name == "customer.deleted":
        erase_contact(tenant, customer_id, now)
    elif envelope.name == "customer.updated":
        changed = envelope.read(CustomerUpdated).changed
        if moved := [channel for field, channel in _ADDRESSES.items() if field in changed]:
            forget_strikes(tenant, customer_id, *moved, now=now)
    elif envelope.name == "consent.requested" and not envelope.history:
        # Sending needs far more than keeping does.
        from regulars.messaging.preferences.opt_in_mail import ask_to_confirm

        ask_to_confirm(tenant, customer_id, envelope.read(ConsentRequested).request_id, now)
