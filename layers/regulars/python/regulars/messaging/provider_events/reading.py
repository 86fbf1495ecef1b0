"""From a message of the provider-events queue to what it tells, whichever way it came: EventBridge's envelope, SNS's, or none.
Pure."""

import json
from collections.abc import Mapping
from typing import Any

from regulars.messaging.provider_events.of_mail import is_mail_event, read_mail_event
from regulars.messaging.provider_events.of_texts import (
    is_inbound_text,
    is_text_event,
    read_inbound_text,
    read_text_event,
)
from regulars.messaging.provider_events.told import Told


def read_event(message: Mapping[str, Any]) -> Told | None:
    """None for what tells nothing of messages of ours. Raises UnreadableError for a known kind that lacks what it must hold."""
    event = _payload(message)
    if is_mail_event(event):
        return read_mail_event(event)
    if is_text_event(event):
        return read_text_event(event)
    if is_inbound_text(event):
        return read_inbound_text(event)
    return None


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(message.get("detail"), Mapping):
        inner: Any = message["detail"]
    elif "TopicArn" in message and isinstance(message.get("Message"), str):
        inner = _json(message["Message"])
    else:
        inner = message
    return inner if isinstance(inner, Mapping) else {}


def _json(text: str) -> Any:
    """A topic also carries plain words, such as what a service publishes to see whether it may."""
    try:
        return json.loads(text)
    except ValueError:
        return None
