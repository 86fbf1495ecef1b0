"""End User Messaging's sending of texts, as far as senders can see it. Pure."""

import re
from typing import Any

from local.simulator.answers import RefusedError

_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")


def text_message(asked: dict[str, Any]) -> dict[str, Any]:
    """The text of a SendTextMessage request. Raises RefusedError."""
    to, body = str(asked.get("DestinationPhoneNumber", "")), str(asked.get("MessageBody", ""))
    if not _NUMBER.fullmatch(to):
        raise RefusedError("ValidationException", "DestinationPhoneNumber is not in E.164 format")
    if not 1 <= len(body) <= 1600:
        raise RefusedError("ValidationException", "MessageBody has 1 to 1600 characters")
    context = asked.get("Context") or {}
    if len(context) > 5:
        raise RefusedError("ValidationException", "Context has 5 entries at the most")
    return {
        "channel": "sms",
        "to": [to],
        "from": asked.get("OriginationIdentity", ""),
        "subject": "",
        "html": "",
        "text": body,
        "headers": {},
        "tags": context,
        "kind": asked.get("MessageType", ""),
        "configuration_set": asked.get("ConfigurationSetName", ""),
    }
