"""Push messages by SNS platform applications, for accounts that have set these up."""

import json
from collections.abc import Sequence
from typing import Any

from regulars.kernel.settings import PushSettings
from regulars.messaging.content import EmailShell
from regulars.messaging.model import Channel, Sender, one_line
from regulars.messaging.providers.calls import attempt, provider_client
from regulars.messaging.providers.gone_devices import forget_gone
from regulars.messaging.providers.port import Accepted, Lost, Outcome, Outgoing, Postponed, one_by_one
from regulars.messaging.providers.push import LARGEST, NO_DEVICE, TOO_LARGE, content_of, data_of, device_of

_PLATFORMS = {"ios": "ios", "ios_sandbox": "ios", "android": "android", "web": "android"}


class SnsPush:
    """`applications`: `ios=<arn>,android=<arn>`. An endpoint is made for each token, which SNS remembers by the token."""

    name = "sns"
    channel = Channel.PUSH
    most = 10

    def __init__(self, applications: str) -> None:
        pairs = (one.partition("=") for one in applications.split(",") if one)
        self._applications = {name: arn for name, _, arn in pairs}
        self._client = provider_client("sns")

    @classmethod
    def from_settings(cls) -> "SnsPush":
        return cls(PushSettings.load().push_application)

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return forget_gone(batch, one_by_one(batch, self._send_one))

    def _send_one(self, one: Outgoing) -> Outcome:
        platform, token = device_of(one)
        application = self._applications.get(_PLATFORMS.get(platform, ""))
        if not token or not application:
            return NO_DEVICE
        message = _message(platform, one)
        if len(message) > LARGEST:
            return TOO_LARGE
        endpoint = attempt(
            lambda: self._client.create_platform_endpoint(PlatformApplicationArn=application, Token=token)
        )
        if not isinstance(endpoint, dict):
            # Nothing was handed over yet, whatever became of this call.
            return Postponed(endpoint.detail) if isinstance(endpoint, Lost) else endpoint
        arn = endpoint["EndpointArn"]
        answer = attempt(
            lambda: self._client.publish(TargetArn=arn, MessageStructure="json", Message=message)
        )
        return Accepted(answer["MessageId"]) if isinstance(answer, dict) else answer


def _message(platform: str, one: Outgoing) -> str:
    content, data = content_of(one), data_of(one)
    title = one_line(content.title)
    if content.url:
        data = data | {"url": content.url}
    if platform.startswith("ios"):
        name = "APNS_SANDBOX" if platform == "ios_sandbox" else "APNS"
        payload: dict[str, Any] = {"aps": {"alert": {"title": title, "body": content.body}}, **data}
        if content.image_url:
            payload["aps"]["mutable-content"] = 1
            payload["image_url"] = content.image_url
    else:
        name = "GCM"
        notification = {"title": title, "body": content.body}
        if content.image_url:
            notification["image"] = content.image_url
        payload = {"fcmV1Message": {"message": {"notification": notification, "data": data}}}
    return json.dumps({"default": content.body, name: json.dumps(payload)})
