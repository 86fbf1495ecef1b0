"""Undoing a change of consents and preferences: not by unwriting it, but by another entry that sets what was before."""

from datetime import datetime

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.ledger import Entry, EntryKind, replay
from regulars.messaging.preferences.ledger_store import whole_ledger
from regulars.messaging.preferences.wishes import KEEP, Wishes
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import messaging_settings


def take_back(tenant: Tenant, customer_id: str, revision: int, source: str, now: datetime) -> Contact:
    """Set what the change of this revision touched as it was before. Raises NotFoundError when there is no such change."""
    entries = whole_ledger(tenant, customer_id)
    undone = [entry for entry in entries if entry.revision == revision]
    if not undone:
        raise NotFoundError("there is no such change")
    before = replay(customer_id, [entry for entry in entries if entry.revision < revision])
    return record_wishes(
        tenant,
        customer_id,
        Told(source, reason=f"takes back {revision}"),
        now,
        consents=_consents(undone, before),
        wishes=_wishes(undone, before, messaging_settings(tenant)),
    )


def _consents(undone: list[Entry], before: Contact) -> dict[Channel, ConsentState]:
    channels = [entry.channel for entry in undone if entry.kind is EntryKind.CONSENT and entry.channel]
    return {channel: before.consent(channel).state for channel in channels}


def _wishes(undone: list[Entry], before: Contact, settings: MessagingSettings) -> Wishes | None:
    changed = next((entry.wishes for entry in undone if entry.wishes is not None), None)
    if changed is None:
        return None
    known = {one.key: one.on for one in settings.categories}
    return Wishes(
        {channel: before.channels.get(channel, True) for channel in changed.channels},
        {key: before.categories.get(key, known[key]) for key in changed.categories if key in known},
        {key: before.frequency_of(key) for key in changed.frequency if not key or key in known},
        KEEP if changed.quiet is KEEP else before.quiet,
        None if changed.language is None else before.language,
    )
