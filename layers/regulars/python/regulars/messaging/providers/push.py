"""Push messages by the send interface of Pinpoint (End User Messaging Push), which goes to device tokens directly."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from regulars.kernel.settings import PushSettings
from regulars.messaging.content import EmailShell, PushContent
from regulars.messaging.model import Channel, Sender, one_line
from regulars.messaging.providers.calls import attempt, provider_client
from regulars.messaging.providers.gone_devices import forget_gone
from regulars.messaging.providers.port import (
    Accepted,
    Lost,
    Outcome,
    Outgoing,
    Postponed,
    Rejected,
    one_by_one,
)

# Of Apple and of Firebase alike.
LARGEST = 4096
TOO_LARGE = Rejected("larger than the 4 KB that devices take")
NO_DEVICE = Rejected("not a device")
_CHANNELS = {"ios": "APNS", "ios_sandbox": "APNS_SANDBOX", "android": "GCM", "web": "GCM"}
# What Apple and Firebase say of a token that is no more, as Pinpoint passes it on.
_GONE = ("Unregistered", "BadDeviceToken", "NotRegistered", "InvalidRegistration", "UNREGISTERED")


class PinpointPush:
    name = "pinpoint"
    channel = Channel.PUSH
    most = 10

    def __init__(self, application: str) -> None:
        self._application = application
        self._client = provider_client("pinpoint")

    @classmethod
    def from_settings(cls) -> "PinpointPush":
        return cls(PushSettings.load().push_application)

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return forget_gone(batch, one_by_one(batch, self._send_one))

    def _send_one(self, one: Outgoing) -> Outcome:
        platform, token = device_of(one)
        if not token or platform not in _CHANNELS:
            return NO_DEVICE
        content = content_of(one)
        data = data_of(one)
        if len(json.dumps([content.title, content.body, content.url, content.image_url, data])) > LARGEST:
            return TOO_LARGE
        answer = attempt(
            lambda: self._client.send_messages(
                ApplicationId=self._application,
                MessageRequest={
                    "Addresses": {token: {"ChannelType": _CHANNELS[platform]}},
                    "Context": dict(one.tags),
                    "TraceId": one.delivery_id,
                    "MessageConfiguration": _message(platform, content, data),
                },
            )
        )
        if not isinstance(answer, dict):
            return answer
        results: Mapping[str, Any] = answer["MessageResponse"].get("Result", {})
        return _outcome(results.get(token, {}))


def device_of(one: Outgoing) -> tuple[str, str]:
    """Platform and token of an address."""
    platform, _, token = one.to.partition(":")
    return platform, token if token.isascii() and token.isprintable() else ""


def content_of(one: Outgoing) -> PushContent:
    if not isinstance(one.content, PushContent):
        raise TypeError("a push message was given another channel's content")
    return one.content


def data_of(one: Outgoing) -> dict[str, str]:
    """What the app gets along: the template's data, and our id so that the app can say what was opened."""
    return {**content_of(one).data, "delivery_id": one.delivery_id}


def _message(platform: str, content: PushContent, data: dict[str, str]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "Title": one_line(content.title),
        "Body": content.body,
        "Action": "URL" if content.url else "OPEN_APP",
        "Data": data,
    }
    if content.url:
        message["Url"] = content.url
    if content.image_url:
        message["MediaUrl" if platform.startswith("ios") else "ImageUrl"] = content.image_url
    return {"APNSMessage" if platform.startswith("ios") else "GCMMessage": message}


def _outcome(result: Mapping[str, Any]) -> Outcome:
    status = str(result.get("DeliveryStatus", ""))
    told = f"{status} {result.get('StatusCode', '')}".strip()
    match status:
        case "SUCCESSFUL":
            return Accepted(str(result.get("MessageId", "")))
        case "THROTTLED":
            return Postponed(told, throttled=True)
        case "TEMPORARY_FAILURE":
            return Postponed(told)
        case "PERMANENT_FAILURE" | "OPT_OUT" | "DUPLICATE":
            words = str(result.get("StatusMessage", ""))
            gone = result.get("StatusCode") == 410 or any(word in words for word in _GONE)
            return Rejected(told, gone=gone)
    return Lost(told or "no result")
