"""Use cases of preferences and consent. Each change is one transaction, harmless when repeated; what is so already writes
nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from regulars.kernel.idempotency import Once
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.contact_store import read_contact
from regulars.messaging.model import Channel
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.ledger import Entry
from regulars.messaging.preferences.ledger_store import page_of_ledger
from regulars.messaging.preferences.wishes import Wishes

Channels = Channel | Iterable[Channel]


def get(tenant: Tenant, customer_id: str) -> Contact:
    """How the customer's preferences and consents stand now. 1 request unit."""
    return read_contact(tenant, customer_id)


def ledger(tenant: Tenant, customer_id: str, *, limit: int = 25, cursor: str | None = None) -> Page[Entry]:
    """What was changed when, where and by whom, newest first."""
    return page_of_ledger(tenant, customer_id, limit=limit, cursor=cursor)


def change(
    tenant: Tenant,
    customer_id: str,
    wishes: Wishes,
    source: str,
    now: datetime,
    delivery_id: str = "",
    *,
    reason: str = "",
    proof: Mapping[str, str] | None = None,
    once: Once | None = None,
) -> Contact:
    """The contact with these wishes. Raises InvalidError for a category that is not in the settings or is transactional."""
    told = Told(source, reason, proof or {}, delivery_id)
    return record_wishes(tenant, customer_id, told, now, wishes=wishes, once=once)


def grant(
    tenant: Tenant,
    customer_id: str,
    channels: Channels,
    source: str,
    now: datetime,
    delivery_id: str = "",
    proof: Mapping[str, str] | None = None,
    *,
    reason: str = "",
) -> Contact:
    """Consent given to marketing on the channel or channels. One that stands is not given again."""
    told = Told(source, reason, proof or {}, delivery_id)
    return record_wishes(tenant, customer_id, told, now, consents=_each(channels, ConsentState.GRANTED))


def withdraw(
    tenant: Tenant,
    customer_id: str,
    channels: Channels,
    source: str,
    now: datetime,
    delivery_id: str = "",
    proof: Mapping[str, str] | None = None,
    *,
    reason: str = "",
    campaign_id: str = "",
) -> Contact:
    """Consent withdrawn, or marketing objected to: from the commit on no claim on the channel or channels succeeds."""
    told = Told(source, reason, proof or {}, delivery_id, campaign_id)
    return record_wishes(tenant, customer_id, told, now, consents=_each(channels, ConsentState.WITHDRAWN))


def _each(channels: Channels, state: ConsentState) -> dict[Channel, ConsentState]:
    return dict.fromkeys((channels,) if isinstance(channels, Channel) else channels, state)
