"""What a customer does through a signed link: one click out, choosing, and undoing it. Each can be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.customers import Facts, facts_of
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.contact_store import read_contact
from regulars.messaging.delivery_store import read_delivery
from regulars.messaging.model import Channel, Delivery
from regulars.messaging.preferences.choices import CHOOSABLE, Choices, choices_of, to_become
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.links import Bearer
from regulars.messaging.preferences.wishes import Wishes
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind


@dataclass(frozen=True, slots=True)
class Visit:
    """Whom a followed link names, as they stand now, and the delivery it came in, if it is still there."""

    tenant: Tenant
    facts: Facts
    contact: Contact
    settings: MessagingSettings
    delivery: Delivery | None

    @property
    def channel(self) -> Channel:
        return self.delivery.channel if self.delivery else Channel.EMAIL

    @property
    def choices(self) -> Choices:
        return choices_of(self.contact, self.settings, bought=self.facts.orders > 0)


def visit_of(bearer: Bearer) -> Visit | None:
    """None when the customer is not there any more. 3 request units."""
    facts = facts_of(bearer.tenant, bearer.customer_id, consistent=True)
    contact = read_contact(bearer.tenant, bearer.customer_id)
    if facts is None or contact.erased:
        return None
    delivery = (
        read_delivery(bearer.tenant, bearer.customer_id, bearer.delivery_id) if bearer.delivery_id else None
    )
    return Visit(bearer.tenant, facts, contact, messaging_settings(bearer.tenant), delivery)


def unsubscribe(visit: Visit, source: str, proof: Mapping[str, str], now: datetime) -> None:
    """No marketing any more on the channel of the delivery."""
    consents = {visit.channel: ConsentState.WITHDRAWN}
    record_wishes(visit.tenant, visit.facts.customer_id, _told(visit, source, proof), now, consents=consents)
    _tell_delivery(visit, now)


def unsubscribe_from_all(visit: Visit, source: str, proof: Mapping[str, str], now: datetime) -> None:
    """No marketing any more, wherever."""
    consents = dict.fromkeys(CHOOSABLE, ConsentState.WITHDRAWN)
    record_wishes(visit.tenant, visit.facts.customer_id, _told(visit, source, proof), now, consents=consents)
    _tell_delivery(visit, now)


def leave_category(visit: Visit, source: str, proof: Mapping[str, str], now: datetime) -> None:
    """Nothing any more of the delivery's category, where there is one that can be left."""
    category = visit.settings.category(visit.delivery.category) if visit.delivery else None
    if category is not None and not category.transactional:
        wishes = Wishes(categories={category.key: False})
        record_wishes(visit.tenant, visit.facts.customer_id, _told(visit, source, proof), now, wishes=wishes)


def subscribe_again(visit: Visit, source: str, proof: Mapping[str, str], now: datetime) -> None:
    """Take back an unsubscription: a consent given, on purpose, by who holds the link."""
    key = visit.delivery.category if visit.delivery else ""
    off = key in visit.contact.categories and not visit.contact.categories[key]
    record_wishes(
        visit.tenant,
        visit.facts.customer_id,
        _told(visit, source, proof),
        now,
        consents={visit.channel: ConsentState.GRANTED},
        wishes=Wishes({visit.channel: True}, {key: True} if off and visit.settings.category(key) else {}),
    )


def choose(visit: Visit, wanted: Choices, source: str, proof: Mapping[str, str], now: datetime) -> None:
    """Have it as `wanted`. A category that has gone from the settings meanwhile is left out."""
    before = visit.choices
    consents, wishes = to_become(before, wanted)
    record_wishes(
        visit.tenant,
        visit.facts.customer_id,
        _told(visit, source, proof),
        now,
        consents=consents,
        wishes=wishes,
    )
    if consents.get(visit.channel) is ConsentState.WITHDRAWN:
        _tell_delivery(visit, now)


def _told(visit: Visit, source: str, proof: Mapping[str, str]) -> Told:
    delivery = visit.delivery
    return Told(
        source,
        proof=proof,
        delivery_id=delivery.id if delivery else "",
        campaign_id=delivery.campaign_id if delivery else "",
    )


def _tell_delivery(visit: Visit, now: datetime) -> None:
    """Count the unsubscription for the message it came from, once however often this is called."""
    if visit.delivery is None:
        return
    # Counting needs more than a page does.
    from regulars.messaging.tracking.applying import apply

    ref = DeliveryRef(visit.facts.customer_id, visit.delivery.id)
    apply(visit.tenant, Signal(ref, SignalKind.UNSUBSCRIBED, now, visit.channel), now)
