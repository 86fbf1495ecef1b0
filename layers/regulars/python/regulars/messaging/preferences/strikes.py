"""Soft bounces in a row: so many of them, and the address is suppressed; a delivery takes them back (MSG-4)."""

from dataclasses import replace
from datetime import datetime, timedelta

from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import Contact
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.strike_store import note_strike, was_struck
from regulars.messaging.preferences.writing import Written, write_contact
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.suppressions import suppress

# Providers repeat what they tell for days at the most.
_REMEMBERED = timedelta(days=30)


def strike(
    tenant: Tenant, customer_id: str, channel: Channel, address: str, delivery_id: str, now: datetime
) -> int:
    """Count a soft bounce of a delivery, once however often it is told; as many in a row as the settings say suppress the
    address. Answers how many there are in a row now."""

    def decide(before: Contact) -> Written | None:
        if was_struck(tenant, customer_id, delivery_id):
            return None
        count = before.strikes.get(channel, 0) + 1
        return Written(replace(before, strikes={**before.strikes, channel: count}))

    def note(tx: Transaction) -> None:
        note_strike(tx, customer_id, delivery_id, now + _REMEMBERED)

    contact = write_contact(tenant, customer_id, decide, now=now, also=note)
    strikes = contact.strikes.get(channel, 0)
    if strikes >= messaging_settings(tenant).soft_bounces and address:
        detail = f"{strikes} soft bounces in a row"
        suppress(tenant, channel, address, SuppressionReason.SOFT_BOUNCES, now, customer_id, detail)
    return strikes


def clear_strikes(tenant: Tenant, customer_id: str, channel: Channel, now: datetime) -> None:
    """A delivery arrived: the row of soft bounces is over. 1 request unit if there was none."""
    if read_contact(tenant, customer_id).strikes.get(channel):
        write_contact(tenant, customer_id, lambda before: without_strikes(before, channel), now=now)


def without_strikes(before: Contact, *channels: Channel) -> Written | None:
    """The contact without strikes on the channels; None if there are none."""
    left = {one: count for one, count in before.strikes.items() if one not in channels}
    return Written(replace(before, strikes=left)) if left != before.strikes else None
