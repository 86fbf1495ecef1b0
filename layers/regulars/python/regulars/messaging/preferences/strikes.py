"""Soft bounces in a row: an address that takes them back. They are counted where signals are applied (MSG-4)."""

from dataclasses import replace
from datetime import datetime

from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.writing import Written, write_contact


def without_strikes(before: Contact, *channels: Channel) -> Written | None:
    """The contact without strikes on the channels; None if there are none."""
    left = {one: count for one, count in before.strikes.items() if one not in channels}
    return Written(replace(before, strikes=left)) if left != before.strikes else None


def forget_strikes(tenant: Tenant, customer_id: str, *channels: Channel, now: datetime) -> None:
    """The customer has another address: what the former one refused says nothing. 1 request unit if there was none."""
    write_contact(tenant, customer_id, lambda before: without_strikes(before, *channels), now=now)
