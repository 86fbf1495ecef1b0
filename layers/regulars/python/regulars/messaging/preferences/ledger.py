"""The ledger of what a customer wished and agreed to: one entry a change, never changed or removed. Pure.

Replayed from the first to the last entry it gives the contact's consents and preferences: it is the proof, the contact is what is
fast to read (docs/adr/0016).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from regulars.messaging.contact import Consent, ConsentState, Contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.wishes import Wishes, wished


class EntryKind(StrEnum):
    """`suppressed` and `lifted` tell of an address of the customer; `erased` is the last entry of a deleted customer."""

    CONSENT = "consent"
    PREFERENCES = "preferences"
    SUPPRESSED = "suppressed"
    LIFTED = "lifted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `at` is when it happened, which for imports lies before `recorded_at`.

    `source` says where (`preference_page`, `sms_keyword`, `import` …), `reason` why in somebody's words, `by` who did it;
    `proof` is what shows it: page, text version, a hash of the IP address. `wishes` are what a change of preferences set.
    `revision` is the contact's after the change, `part` tells the entries of one change apart; both make the id.
    """

    kind: EntryKind
    at: datetime
    source: str
    channel: Channel | None = None
    state: ConsentState | None = None
    reason: str = ""
    proof: Mapping[str, str] = field(default_factory=dict)
    wishes: Wishes | None = None
    delivery_id: str = ""
    by: str = ""
    recorded_at: datetime | None = None
    revision: int = 0
    part: int = 0

    @property
    def id(self) -> str:
        return f"{self.revision:08d}-{self.part:02d}"


def replay(customer_id: str, entries: Iterable[Entry]) -> Contact:
    """The contact that the entries, in any order, make of nothing: its wishes and consents; its revision is the last one's."""
    contact = Contact(customer_id)
    for entry in sorted(entries, key=lambda one: one.id):
        contact = replace(_after(contact, entry), revision=entry.revision)
    return contact


def _after(contact: Contact, entry: Entry) -> Contact:
    if entry.kind is EntryKind.ERASED:
        return Contact(contact.customer_id, erased=True)
    if entry.kind is EntryKind.CONSENT and entry.channel is not None and entry.state is not None:
        return with_consents(contact, (entry.channel,), Consent(entry.state, entry.at, entry.source))
    if entry.kind is EntryKind.PREFERENCES and entry.wishes is not None:
        return wished(contact, entry.wishes)
    return contact


def with_consents(contact: Contact, channels: Iterable[Channel], consent: Consent) -> Contact:
    """The contact with this consent on these channels."""
    changed: dict[Channel, Any] = dict.fromkeys(channels, consent)
    return replace(contact, consents={**contact.consents, **changed})
