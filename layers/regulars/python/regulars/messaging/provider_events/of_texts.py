"""Events of AWS End User Messaging SMS, and what people write to two-way numbers. Pure.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
"""

from collections.abc import Mapping
from typing import Any

from regulars.messaging.model import Channel
from regulars.messaging.provider_events.told import (
    Inbound,
    OfDelivery,
    UnreadableError,
    moment,
    owner_of,
    words,
)
from regulars.messaging.signals import Signal, SignalKind

Event = Mapping[str, Any]

# TEXT_UNKNOWN says that nobody will ever know, which moves nothing.
_KINDS = {
    "TEXT_QUEUED": SignalKind.ACCEPTED,
    "TEXT_PENDING": SignalKind.ACCEPTED,
    "TEXT_SENT": SignalKind.ACCEPTED,
    "TEXT_SUCCESSFUL": SignalKind.ACCEPTED,
    "TEXT_DELIVERED": SignalKind.DELIVERED,
    "TEXT_INVALID": SignalKind.BOUNCED,
    "TEXT_UNREACHABLE": SignalKind.SOFT_BOUNCED,
    "TEXT_CARRIER_UNREACHABLE": SignalKind.SOFT_BOUNCED,
    "TEXT_BLOCKED": SignalKind.SOFT_BOUNCED,
    "TEXT_CARRIER_BLOCKED": SignalKind.SOFT_BOUNCED,
    "TEXT_TTL_EXPIRED": SignalKind.SOFT_BOUNCED,
    "TEXT_INVALID_MESSAGE": SignalKind.REJECTED,
    "TEXT_SPAM": SignalKind.REJECTED,
    "TEXT_PROTECT_BLOCKED": SignalKind.REJECTED,
}


def is_text_event(event: Event) -> bool:
    return str(event.get("eventType", "")).startswith("TEXT_")


def read_text_event(event: Event) -> OfDelivery | None:
    """None for kinds that move nothing and for texts that are not ours. Raises UnreadableError."""
    context = event.get("context")
    owner = owner_of(context if isinstance(context, Mapping) else {})
    kind = _KINDS.get(str(event["eventType"]))
    if owner is None or kind is None:
        return None
    told = kind in (SignalKind.ACCEPTED, SignalKind.DELIVERED)
    detail = "" if told else words((event.get("messageStatus"), event.get("messageStatusDescription")))
    signal = Signal(
        owner[1],
        kind,
        moment(event.get("eventTimestamp")),
        Channel.SMS,
        detail,
        provider="end_user_messaging",
        provider_id=str(event.get("messageId", "")),
    )
    return OfDelivery(owner[0], signal)


def is_inbound_text(event: Event) -> bool:
    return "originationNumber" in event and "messageBody" in event


def read_inbound_text(event: Event) -> Inbound:
    """Raises UnreadableError."""
    phone, number = str(event["originationNumber"]), str(event.get("destinationNumber", ""))
    identifier = str(event.get("inboundMessageId") or "")
    if not phone or not identifier:
        raise UnreadableError("an answer of nobody")
    answers = str(event.get("previousPublishedMessageId") or "")
    return Inbound(identifier, phone, number, str(event["messageBody"])[:2000], answers)
