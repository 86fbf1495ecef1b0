"""Soft bounces in a row: an address that takes them back. They are counted where signals are applied (MSG-4)."""

from dataclasses import replace

from regulars.messaging.contact import Contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.writing import Written


def without_strikes(before: Contact, *channels: Channel) -> Written | None:
    """The contact without strikes on the channels; None if there are none."""
    left = {one: count for one, count in before.strikes.items() if one not in channels}
    return Written(replace(before, strikes=left)) if left != before.strikes else None
