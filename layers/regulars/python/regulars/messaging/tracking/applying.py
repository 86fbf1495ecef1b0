"""Applying a signal: the delivery, all sums, the customer's contact and the events of it are one transaction.

What a bounce or a complaint asks of others comes first and can be repeated: whoever dies in between leaves the signal to be
applied again, and nobody is written to meanwhile.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from regulars.customers import customer_subject
from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError
from regulars.kernel.events import Event
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact_store import read_contact, save_contact
from regulars.messaging.delivery_store import read_delivery, save_delivery
from regulars.messaging.events import MessageBounced, MessageClicked, MessageComplained, MessageOpened
from regulars.messaging.model import Delivery
from regulars.messaging.signals import Advance, Signal, advance
from regulars.messaging.tracking.consequences import contact_after, suppress_first
from regulars.messaging.tracking.counting import count
from regulars.platform import settings_of

_ATTEMPTS = 12
_INSTANT = timedelta(milliseconds=1)
_log = logger("messaging.tracking")


def apply(tenant: Tenant, signal: Signal, now: datetime) -> Delivery | None:
    """Have a delivery go as far as `signal` says; answers it as it stands then, None if there is none.

    Late, repeated and reordered signals change nothing twice and take nothing back. Raises ConflictError when others keep
    changing the delivery.
    """
    for attempt in range(_ATTEMPTS):
        delivery = read_delivery(tenant, signal.ref.customer_id, signal.ref.delivery_id)
        if delivery is None:
            told = {"delivery": signal.ref.delivery_id, "signal": signal.kind.value}
            _log.info("a signal of no delivery", extra=told)
            return None
        step = advance(delivery, signal)
        if not step.moved:
            return delivery
        try:
            return _write(tenant, step, signal, now)
        except ConflictError:
            full_jitter(0.01, min(attempt, 6))
    raise ConflictError("others keep changing this delivery")


def _write(tenant: Tenant, step: Advance, signal: Signal, now: datetime) -> Delivery:
    contact = read_contact(tenant, step.delivery.customer_id)
    touched = contact_after(tenant, contact, step)
    suppress_first(tenant, step, signal, touched, now)
    transaction = Transaction(tenant)
    moved = ConflictError("the delivery has changed meanwhile")
    save_delivery(transaction, step.delivery, step.before, moved)
    count(transaction, step, settings_of(tenant).time_zone)
    if touched != contact:
        save_contact(transaction, touched, moved)
    if not contact.erased:
        subject = customer_subject(tenant, step.delivery.customer_id)
        for event, at in _events(step, signal):
            transaction.emit(event, subject, at=at)
    transaction.commit()
    return replace(step.delivery, revision=step.before.revision + 1)


def _events(step: Advance, signal: Signal) -> Iterator[tuple[Event, datetime]]:
    """What is told of it, and when it happened: each thing when it happens for the first time."""
    delivery, measures = step.delivery, step.measures
    which: dict[str, Any] = {
        "delivery_id": delivery.id,
        "channel": delivery.channel.value,
        "template": delivery.template,
        "about": delivery.about,
        "category": delivery.category,
        "campaign_id": delivery.campaign_id,
        "variant": delivery.variant,
    }
    if "opened" in measures:
        # Before the click that shows it, in every list that goes by time.
        yield MessageOpened(**which), signal.at - ("clicked" in measures) * _INSTANT
    if "clicked" in measures:
        # A link's number comes with what it leads to, as we looked it up, without query and fragment.
        url = signal.detail.partition("#")[0].partition("?")[0]
        yield MessageClicked(**which, link=signal.link, url=url), signal.at
    if "bounced" in measures:
        yield MessageBounced(**which, detail=signal.detail[:500]), signal.at
    if "complained" in measures:
        yield MessageComplained(**which), signal.at
