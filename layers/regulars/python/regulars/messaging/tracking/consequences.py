"""What signals have to do with whether and when a customer is written to again."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.customers import facts_of
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import Contact
from regulars.messaging.model import Channel, Delivery
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.signals import Advance, Signal
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.tally_rows import counted_at
from regulars.messaging.timing import noted_engagement
from regulars.platform import settings_of

# Channels whose addresses can be suppressed; a token that is refused is forgotten by its provider's side.
_LISTED = frozenset({Channel.EMAIL, Channel.SMS})


def contact_after(tenant: Tenant, contact: Contact, step: Advance) -> Contact:
    """The contact with the soft bounces in a row counted, and the first sign of interest noted."""
    if contact.erased:
        return contact
    delivery, strikes = step.delivery, contact.strikes.get(step.delivery.channel, 0)
    if "delivered" in step.measures and strikes:
        contact = _struck(contact, delivery, 0)
    elif "soft_bounced" in step.measures and delivery.delivered_at is None:
        contact = _struck(contact, delivery, strikes + 1)
    if _engages(step) and not _transactional(tenant, delivery):
        contact = noted_engagement(contact, delivery.channel, local_hour(tenant, delivery))
    return contact


def _struck(contact: Contact, delivery: Delivery, strikes: int) -> Contact:
    return replace(contact, strikes={**contact.strikes, delivery.channel: strikes})


def _engages(step: Advance) -> bool:
    was = step.before
    return was.opened_at is None and was.clicked_at is None and "opened" in step.measures


def _transactional(tenant: Tenant, delivery: Delivery) -> bool:
    category = messaging_settings(tenant).category(delivery.category)
    return category is not None and category.transactional


def local_hour(tenant: Tenant, delivery: Delivery) -> int:
    """The hour of the customer's own clock at which a delivery was sent; of the tenant's where theirs is not known."""
    facts = facts_of(tenant, delivery.customer_id)
    zone = (facts.traits.get("time_zone") if facts else None) or settings_of(tenant).time_zone
    return counted_at(delivery).astimezone(ZoneInfo(zone)).hour


def suppress_first(tenant: Tenant, step: Advance, signal: Signal, contact: Contact, now: datetime) -> None:
    """Put an address that bounced, or whose owner complained, on the suppression list. Once more changes nothing."""
    delivery, measures = step.delivery, step.measures
    if "complained" in measures:
        _suppress(tenant, delivery, SuppressionReason.COMPLAINT, signal.detail, now)
        from regulars.messaging.preferences.service import withdraw

        withdraw(tenant, delivery.customer_id, delivery.channel, "complaint", now, delivery.id)
    elif "bounced" in measures:
        _suppress(tenant, delivery, SuppressionReason.HARD_BOUNCE, signal.detail, now)
    elif "soft_bounced" in measures:
        limit = messaging_settings(tenant).soft_bounces
        if contact.strikes.get(delivery.channel, 0) >= limit:
            _suppress(tenant, delivery, SuppressionReason.SOFT_BOUNCES, signal.detail, now)


def _suppress(
    tenant: Tenant, delivery: Delivery, reason: SuppressionReason, detail: str, now: datetime
) -> None:
    if delivery.channel not in _LISTED or not delivery.to:
        return
    # Known only to who tells of bounces.
    from regulars.messaging.suppressions import suppress

    suppress(tenant, delivery.channel, delivery.to, reason, now, delivery.customer_id, detail)
