"""Pinpoint's sending of push messages, as far as senders can see it. Pure."""

from typing import Any

from local.simulator.answers import RefusedError

_PARTS = {"APNS": "APNSMessage", "APNS_SANDBOX": "APNSMessage", "GCM": "GCMMessage"}


def push_message(asked: dict[str, Any], token: str, channel: str) -> dict[str, Any]:
    """The message to one token of a SendMessages request. Raises RefusedError."""
    configuration = asked.get("MessageConfiguration") or {}
    content = configuration.get(_PARTS.get(channel, ""))
    if content is None:
        raise RefusedError("BadRequestException", f"no message for {channel}")
    return {
        "channel": "push",
        "to": [token],
        "from": channel,
        "subject": content.get("Title", ""),
        "html": "",
        "text": content.get("Body", ""),
        "headers": {
            name: content[name] for name in ("Action", "Url", "MediaUrl", "ImageUrl") if content.get(name)
        },
        "data": content.get("Data") or {},
        "tags": asked.get("Context") or {},
    }
