"""Carrying out what providers tell. Whatever comes twice, late or of something unknown changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulars.kernel.logs import logger, metric
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel
from regulars.messaging.provider_events.reading import read_event
from regulars.messaging.provider_events.seen import read_seen
from regulars.messaging.provider_events.told import Inbound, OfDelivery
from regulars.messaging.text_store import is_taken, note_taken, texted_by
from regulars.messaging.tracking.applying import apply

_log = logger("messaging.provider_events")


def take(message: Mapping[str, Any], now: datetime) -> None:
    """One message of the queue. Raises UnreadableError for one that cannot be understood."""
    if "seen" in message:
        for one in read_seen(message):
            apply(one.tenant, one.signal, now)
        return
    match read_event(message):
        case OfDelivery(tenant, signal):
            apply(tenant, signal, now)
            metric("ProviderEvents", kind=signal.kind.value, channel=signal.channel.value)
        case Inbound() as inbound:
            _take_answer(inbound, now)
        case None:
            _log.info("an event of nothing of ours")


def _take_answer(inbound: Inbound, now: datetime) -> None:
    tenant = addressee(inbound)
    if tenant is None:
        _log.info("an answer to nobody", extra={"answer": inbound.id})
        return
    if is_taken(inbound.id):
        return
    from regulars.messaging.preferences.keywords import take_inbound

    take_inbound(tenant, Channel.SMS, inbound.phone, inbound.text, now)
    note_taken(inbound.id, now)


def addressee(inbound: Inbound) -> Tenant | None:
    """Whom an answer is for: who sent the text that it answers, else who last wrote from that number, else who last wrote."""
    texted = texted_by(inbound.phone)
    ranked = sorted(
        texted,
        key=lambda one: (
            bool(inbound.answers) and one.message_id == inbound.answers,
            one.origin == inbound.number,
        ),
        reverse=True,
    )
    return ranked[0].tenant if ranked else None
