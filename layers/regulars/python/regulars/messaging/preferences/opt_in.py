"""Double opt-in: somebody asks to be written to, gets a message with a link, and confirms by it (MSG-4).

The request is one transaction: consent pending, ledger, and the event that has the message sent. The link names the request and
is good for seven days, as long as nothing else was said meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from regulars.customers import Profile, create, customer_subject, upsert
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import TooManyError, UnavailableError
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import Consent, ConsentState, Contact
from regulars.messaging.contact_store import read_contact
from regulars.messaging.events import ConsentRequested
from regulars.messaging.model import Channel
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.ledger import Entry, EntryKind, with_consents
from regulars.messaging.preferences.opt_in_store import OptIn, add_opt_in, asked_lately, read_opt_in
from regulars.messaging.preferences.writing import ContactMovedError, Written, put_contact
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.suppressions import address_of, holders_of

LASTS = timedelta(days=7)
# A second request right after the first gets no second message; beyond so many a day it is refused.
QUIET = timedelta(minutes=5)
MOST_A_DAY = 5
_DAY = timedelta(days=1)
_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Subscribing:
    """Who wants to be written to: `address` on `channel`; `source` is where they said so, `proof` what shows it (page, version
    of the text, hash of the IP address)."""

    channel: Channel
    address: str
    source: str
    language: str = ""
    proof: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """What came of it; `sent` says whether a message asking for confirmation goes out."""

    customer_id: str
    channel: Channel
    state: ConsentState
    sent: bool = False
    request_id: str = ""


class Confirmed(StrEnum):
    """`void`: too late, or something else was said since."""

    YES = "yes"
    OPEN = "open"
    VOID = "void"


def start(tenant: Tenant, asked: Subscribing, now: datetime, once: Once | None = None) -> Subscription:
    """Have somebody confirm that they want marketing on a channel; the customer is created if they are not known.

    Repeated within five minutes it sends nothing more. Raises InvalidError (address), TooManyError (six in a day).
    """
    recall(tenant, once)
    customer_id = _customer(tenant, asked, now)
    for attempt in range(_ATTEMPTS):
        try:
            return _request(tenant, customer_id, asked, now, once)
        except ContactMovedError:
            full_jitter(0.01, min(attempt, 5))
    raise UnavailableError


def _customer(tenant: Tenant, asked: Subscribing, now: datetime) -> str:
    """The customer with this address; a new one is known by nothing else."""
    address = address_of(asked.channel, asked.address)
    holders = holders_of(tenant, asked.channel, address)
    if holders:
        return holders[0]
    profile = Profile(language=asked.language or None, source="subscription")
    if asked.channel is Channel.SMS:
        return create(tenant, profile.model_copy(update={"phone": address}), now=now).id
    return upsert(
        tenant, Profile(email=address, language=profile.language, source=profile.source), now=now
    ).id


def _request(
    tenant: Tenant, customer_id: str, asked: Subscribing, now: datetime, once: Once | None
) -> Subscription:
    contact = read_contact(tenant, customer_id)
    lately, last_id = asked_lately(tenant, customer_id, asked.channel)
    lately = [moment for moment in lately if moment > now - _DAY]
    subscription = Subscription(customer_id, asked.channel, contact.consent(asked.channel).state)
    tx = Transaction(tenant)
    if subscription.state is ConsentState.GRANTED:
        pass
    elif not messaging_settings(tenant).double_opt_in:
        subscription = replace(subscription, state=ConsentState.GRANTED)
        told = Told(asked.source, proof=asked.proof or {})
        consents = {asked.channel: ConsentState.GRANTED}
        record_wishes(tenant, customer_id, told, now, consents=consents)
    elif subscription.state is ConsentState.PENDING and any(moment > now - QUIET for moment in lately):
        subscription = replace(subscription, request_id=last_id)
    else:
        _refuse_many(lately, now)
        opt_in = _put_request(tx, contact, asked, now)
        add_opt_in(tx, opt_in, lately, last_id, ContactMovedError())
        subscription = replace(subscription, state=ConsentState.PENDING, sent=True, request_id=opt_in.id)
    tx.remember(once, subscription)
    if len(tx):
        tx.commit()
    return subscription


def _put_request(tx: Transaction, contact: Contact, asked: Subscribing, now: datetime) -> OptIn:
    """Add to `tx` the pending consent and the event which has the message sent."""
    opt_in = OptIn(
        new_id("opt", now), contact.customer_id, asked.channel, now, asked.source, dict(asked.proof or {})
    )
    entry = Entry(
        EntryKind.CONSENT,
        now,
        asked.source,
        asked.channel,
        ConsentState.PENDING,
        proof={**opt_in.proof, "request": opt_in.id},
    )
    after = with_consents(contact, (asked.channel,), Consent(ConsentState.PENDING, now, asked.source))
    put_contact(tx, Written(after, (entry,)), now=now, at=now, history=False)
    event = ConsentRequested(channel=asked.channel.value, source=asked.source, request_id=opt_in.id)
    tx.emit(event, customer_subject(tx.tenant, contact.customer_id), at=now)
    return opt_in


def _refuse_many(lately: list[datetime], now: datetime) -> None:
    if len(lately) >= MOST_A_DAY:
        wait = int((min(lately) + _DAY - now).total_seconds()) + 1
        raise TooManyError("this address was asked to confirm too often today", retry_after=wait)


def requested_channel(tenant: Tenant, customer_id: str, ulid: str) -> Channel:
    """The channel that a confirmation link is about; email of one that is not there."""
    opt_in = read_opt_in(tenant, customer_id, ulid)
    return opt_in.channel if opt_in else Channel.EMAIL


def standing_of(tenant: Tenant, customer_id: str, ulid: str, now: datetime) -> Confirmed:
    """What a confirmation link would find."""
    opt_in = read_opt_in(tenant, customer_id, ulid)
    contact = read_contact(tenant, customer_id)
    if opt_in is None or contact.erased:
        return Confirmed.VOID
    state = contact.consent(opt_in.channel).state
    if state is ConsentState.GRANTED:
        return Confirmed.YES
    fresh = now < opt_in.at + LASTS
    return Confirmed.OPEN if state is ConsentState.PENDING and fresh else Confirmed.VOID


def confirm(
    tenant: Tenant, customer_id: str, ulid: str, proof: Mapping[str, str], now: datetime
) -> Confirmed:
    """Consent given by the link of a request. Harmless when repeated; without effect when too late, or after a withdrawal."""
    opt_in = read_opt_in(tenant, customer_id, ulid)
    if opt_in is None or standing_of(tenant, customer_id, ulid, now) is not Confirmed.OPEN:
        return standing_of(tenant, customer_id, ulid, now)
    grant_pending(tenant, customer_id, opt_in.channel, now, opt_in, proof)
    return standing_of(tenant, customer_id, ulid, now)


def grant_pending(
    tenant: Tenant,
    customer_id: str,
    channel: Channel,
    now: datetime,
    opt_in: OptIn,
    proof: Mapping[str, str],
) -> None:
    """Turn the pending consent into one that is given; any other stays as it is."""
    told = Told(opt_in.source, proof={**opt_in.proof, **proof, "request": opt_in.id})
    pending = frozenset({ConsentState.PENDING})
    record_wishes(tenant, customer_id, told, now, consents={channel: ConsentState.GRANTED}, only_from=pending)
