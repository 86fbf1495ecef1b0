"""Consents and wishes as changes of a contact: what is new of what was asked for, with its ledger entries and events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regulars.kernel.errors import InvalidError
from regulars.kernel.events import Event
from regulars.kernel.idempotency import Once
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Consent, ConsentState, Contact
from regulars.messaging.events import ConsentGranted, ConsentWithdrawn, PreferencesChanged
from regulars.messaging.model import Channel
from regulars.messaging.preferences.ledger import Entry, EntryKind, with_consents
from regulars.messaging.preferences.wishes import Wishes, packed, really_new, wished
from regulars.messaging.preferences.writing import Also, Written, write_contact
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import messaging_settings

Render = Callable[[Contact], object]


@dataclass(frozen=True, slots=True)
class Told:
    """How a wish reached us. `source`: `api`, `staff`, `preference_page`, `unsubscribe_page`, `one_click`, `sms_keyword`,
    `double_opt_in`, `complaint`, `import` …; `reason`: why, in somebody's words; `at`: when, if it was before now."""

    source: str
    reason: str = ""
    proof: Mapping[str, str] = field(default_factory=dict)
    delivery_id: str = ""
    campaign_id: str = ""
    at: datetime | None = None
    history: bool = False


def _wished(before: Contact, new: Wishes, told: Told, now: datetime) -> Written:
    entry = Entry(
        EntryKind.PREFERENCES,
        told.at or now,
        told.source,
        reason=told.reason,
        proof=told.proof,
        wishes=new,
        delivery_id=told.delivery_id,
    )
    after = wished(before, new)
    data = packed(new)
    event = PreferencesChanged(
        source=told.source,
        **{name: data[name] for name in ("channels", "categories", "frequency") if name in data},
    )
    return Written(after, (entry,), (event,))


def check_wishes(settings: MessagingSettings, wishes: Wishes) -> None:
    """Raises InvalidError for a category that does not exist, or one that cannot be switched off."""
    for key, on in wishes.categories.items():
        category = settings.category(key)
        if category is None:
            raise InvalidError.of(f"/categories/{key}", "is not a category of the settings")
        if category.transactional and not on:
            raise InvalidError.of(f"/categories/{key}", "cannot be switched off")
    for key in wishes.frequency:
        if key and settings.category(key) is None:
            raise InvalidError.of(f"/frequency/{key}", "is not a category of the settings")


def record_wishes(
    tenant: Tenant,
    customer_id: str,
    told: Told,
    now: datetime,
    *,
    consents: Mapping[Channel, ConsentState] | None = None,
    wishes: Wishes | None = None,
    only_from: frozenset[ConsentState] = frozenset(ConsentState),
    also: Also | None = None,
    once: Once | None = None,
    render: Render = lambda contact: contact,
) -> Contact:
    """The contact with these consents and wishes, in one change.

    A consent is left alone where it stands already, is none of `only_from`, or is younger than what is told of the past. Raises
    InvalidError for a category that is not in the settings or cannot be switched off.
    """
    if wishes is not None:
        check_wishes(messaging_settings(tenant), wishes)

    def decide(before: Contact) -> Written | None:
        written = _consented(before, consents or {}, only_from, told, now)
        new = really_new(written.contact, wishes) if wishes is not None else None
        if new is not None:
            further = _wished(written.contact, new, told, now)
            entries, events = written.entries + further.entries, written.events + further.events
            return Written(further.contact, entries, events)
        return written if written.entries else None

    return write_contact(
        tenant,
        customer_id,
        decide,
        now=now,
        at=told.at,
        history=told.history,
        also=also,
        once=once,
        render=render,
    )


def _consented(
    before: Contact,
    consents: Mapping[Channel, ConsentState],
    only_from: frozenset[ConsentState],
    told: Told,
    now: datetime,
) -> Written:
    at = told.at or now
    after, entries, events = before, [], []
    for channel, state in consents.items():
        if not _is_due(before.consent(channel), state, told, only_from):
            continue
        after = with_consents(after, (channel,), Consent(state, at, told.source))
        entries.append(
            Entry(
                EntryKind.CONSENT,
                at,
                told.source,
                channel,
                state,
                told.reason,
                told.proof,
                delivery_id=told.delivery_id,
            )
        )
        events += _events_of(channel, state, told)
    return Written(after, tuple(entries), tuple(events))


def _is_due(standing: Consent, state: ConsentState, told: Told, only_from: frozenset[ConsentState]) -> bool:
    if standing.state is state or standing.state not in only_from:
        return False
    # What is told live counts from now on, whatever the clocks say.
    return told.at is None or standing.at is None or told.at >= standing.at


def _events_of(channel: Channel, state: ConsentState, told: Told) -> list[Event]:
    if state is ConsentState.GRANTED:
        return [ConsentGranted(channel=channel.value, source=told.source, delivery_id=told.delivery_id)]
    if state is ConsentState.WITHDRAWN:
        return [
            ConsentWithdrawn(
                channel=channel.value,
                source=told.source,
                delivery_id=told.delivery_id,
                campaign_id=told.campaign_id,
            )
        ]
    return []
