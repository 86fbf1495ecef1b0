"""The tab of a customer's page about what they want to get: channels with consent, categories, times, and the ledger."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from console.formats import Clock
from console.lists import Listing
from console.pages.products import localized
from console.people import PATH
from console.shell import shop_of
from console.tables import Column, Text, When
from console.web import Request
from console.wish_texts import (
    CHANNELS,
    consent_badge,
    consent_text,
    entry_text,
    proof_text,
    source_text,
    suppression_badge,
)
from regulars.customers import Customer
from regulars.kernel.pagination import Page
from regulars.messaging import (
    Channel,
    ConsentState,
    Contact,
    MessagingSettings,
    messaging_settings,
    suppressed,
)
from regulars.messaging.contact import Frequency, QuietHours
from regulars.messaging.preferences.choices import CHOOSABLE, gets
from regulars.messaging.preferences.ledger import Entry
from regulars.messaging.preferences.service import get, ledger
from regulars.messaging.preferences.wishes import KEEP, Wishes
from regulars.platform import settings_of

_OFTEN = (
    ("immediate", "As it happens"),
    ("daily", "Daily digest"),
    ("weekly", "Weekly digest"),
    ("monthly", "Monthly digest"),
)
_STATES = (("granted", "Agreed"), ("withdrawn", "Unsubscribed"))


def wish_values(request: Request, found: Customer) -> dict[str, Any]:
    """What the tab shows."""
    tenant, settings = request.tenant, messaging_settings(request.tenant)
    contact, shop = get(tenant, found.id), settings_of(tenant)
    page = ledger_page(request, found.id, request.query.get("cursor"))
    quiet = contact.quiet
    return {
        "wish_channels": _channels(request, found, contact, settings),
        "wish_categories": _categories(contact, settings, shop.default_language),
        "wish_states": _STATES,
        "wish_often": _OFTEN,
        "wish_quiet": (_hour(quiet.start), _hour(quiet.end)) if quiet else ("", ""),
        "wish_usual": settings.quiet_hours,
        "wish_language": contact.language,
        "wish_languages": shop.languages,
        "table": ledger_of(found.id).table(page, {"tab": "preferences"}),
    }


def _hour(at: time) -> str:
    return at.isoformat("minutes")


def _channels(
    request: Request, found: Customer, contact: Contact, settings: MessagingSettings
) -> list[dict[str, Any]]:
    clock = Clock(shop_of(request).zone, request.call.now)
    addresses = {Channel.EMAIL: found.facts.email, Channel.SMS: found.facts.phone}
    held = suppressed(request.tenant, [(one, to) for one, to in addresses.items() if to])
    rows = []
    for one in CHOOSABLE:
        blocked = held.get((one, addresses.get(one) or ""))
        rows.append(
            {
                "key": one.value,
                "name": CHANNELS[one],
                "address": addresses.get(one) or "",
                "state": contact.consent(one).state.value,
                "badge": consent_badge(contact.consent(one)),
                "text": consent_text(contact.consent(one), settings, one, clock),
                "gets": gets(contact, settings, one, bought=found.facts.orders > 0) and blocked is None,
                "switched_off": not contact.channels.get(one, True),
                "blocked": suppression_badge(blocked.reason) if blocked else None,
            }
        )
    return rows


def _categories(contact: Contact, settings: MessagingSettings, language: str) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "name": localized(one.name, language),
            "always": one.transactional,
            "on": contact.categories.get(one.key, one.on),
            "often": contact.frequency_of(one.key).value,
        }
        for one in settings.categories
    ]


def ledger_page(request: Request, customer_id: str, cursor: str | None) -> Page[Entry]:
    """A page of what was changed, newest first."""
    return ledger(request.tenant, customer_id, limit=50, cursor=cursor or None)


def ledger_of(customer_id: str) -> Listing[Entry]:
    columns = (
        Column[Entry]("what", "What", lambda one: Text(entry_text(one))),
        Column[Entry]("where", "How", lambda one: Text(source_text(one.source).capitalize())),
        Column[Entry]("why", "Why", lambda one: Text(one.reason), minor=True),
        Column[Entry]("proof", "Proof", lambda one: Text(proof_text(one.proof)), minor=True),
        Column[Entry]("at", "When", lambda one: When(one.at), end=True),
        Column[Entry]("told", "Recorded", lambda one: When(one.recorded_at), end=True, minor=True),
    )
    path = f"{PATH}/{customer_id}"
    return Listing(
        "ledger", "Ledger", path, columns, lambda one: one.id, entry_text, lambda one: "", "changes"
    )


def consents_in(form: Mapping[str, str], contact: Contact) -> dict[Channel, ConsentState]:
    """The consents that the form changes."""
    changed = {}
    for channel in CHOOSABLE:
        given = form.get(f"consent.{channel.value}", "")
        if given in dict(_STATES) and given != contact.consent(channel).state.value:
            changed[channel] = ConsentState(given)
    return changed


def wishes_in(form: Mapping[str, str], contact: Contact, settings: MessagingSettings) -> Wishes:
    """What else the form changes."""
    chosen = [one for one in settings.categories if not one.transactional and f"often.{one.key}" in form]
    on = {one.key: f"category.{one.key}" in form for one in chosen}
    often = {one.key: form[f"often.{one.key}"] for one in chosen}
    return Wishes(
        {},
        {one.key: on[one.key] for one in chosen if on[one.key] != contact.categories.get(one.key, one.on)},
        {
            key: Frequency(value)
            for key, value in often.items()
            if value in dict(_OFTEN) and value != contact.frequency_of(key).value
        },
        _quiet(form, contact),
        form.get("language", contact.language),
    )


def _quiet(form: Mapping[str, str], contact: Contact) -> Any:
    start, end = form.get("quiet_start", ""), form.get("quiet_end", "")
    if not start and not end:
        return None if contact.quiet and "quiet_start" in form else KEEP
    try:
        return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        return KEEP
