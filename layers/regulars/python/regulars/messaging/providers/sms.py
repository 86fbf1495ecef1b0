"""Texts: AWS End User Messaging SMS, and SNS as the alternative for accounts that have nothing else."""

import re
from collections.abc import Sequence
from typing import Any

from pynamodb.exceptions import PynamoDBException

from regulars.kernel.clock import clock
from regulars.kernel.logs import logger
from regulars.kernel.settings import SmsSettings
from regulars.kernel.tenancy import tagged_tenant
from regulars.messaging.content import EmailShell, SmsContent
from regulars.messaging.model import Channel, Sender, one_line
from regulars.messaging.providers.calls import attempt, provider_client
from regulars.messaging.providers.port import Accepted, Outcome, Outgoing, Rejected, one_by_one
from regulars.messaging.text_store import note_text

_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}\Z")
_LONGEST = 1600
_log = logger("messaging.texts")
_NO_NUMBER = Rejected("not a phone number")


class EndUserMessaging:
    name = "end_user_messaging"
    channel = Channel.SMS
    most = 10

    def __init__(self, configuration_set: str = "") -> None:
        self._configuration_set = configuration_set
        self._client = provider_client("pinpoint-sms-voice-v2")
        self._clock = clock()

    @classmethod
    def from_settings(cls) -> "EndUserMessaging":
        return cls(SmsSettings.load().sms_configuration_set)

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return one_by_one(batch, lambda one: self._send_one(sender, one))

    def _send_one(self, sender: Sender, one: Outgoing) -> Outcome:
        if not _NUMBER.match(one.to):
            return _NO_NUMBER
        request: dict[str, Any] = {
            "DestinationPhoneNumber": one.to,
            "MessageBody": _text(one),
            "Context": {name: one_line(value) for name, value in one.tags.items() if one_line(value)},
        }
        if sender.name:
            request["OriginationIdentity"] = one_line(sender.name)
        if kind := one.tags.get("kind"):
            request["MessageType"] = kind.upper()
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        answer = attempt(lambda: self._client.send_text_message(**request))
        if not isinstance(answer, dict):
            return answer
        self._note(one, sender, answer["MessageId"])
        return Accepted(answer["MessageId"])

    def _note(self, one: Outgoing, sender: Sender, message_id: str) -> None:
        """So that an answer finds its tenant. The text is on its way: a failure here must not make it look as if it were not."""
        tenant = tagged_tenant(one.tags.get("tenant", ""))
        if tenant is None:
            return
        try:
            note_text(tenant, one.to, sender.name, message_id, self._clock.now())
        except PynamoDBException:
            _log.warning("who wrote to a phone could not be noted", exc_info=True)


class SnsTexts:
    """Publishes to numbers. It tells of nothing that becomes of a text, and takes no answers."""

    name = "sns"
    channel = Channel.SMS
    most = 10

    def __init__(self) -> None:
        self._client = provider_client("sns")

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        return one_by_one(batch, lambda one: self._send_one(sender, one))

    def _send_one(self, sender: Sender, one: Outgoing) -> Outcome:
        if not _NUMBER.match(one.to):
            return _NO_NUMBER
        kind = "Promotional" if one.tags.get("kind") == "promotional" else "Transactional"
        attributes = {"AWS.SNS.SMS.SMSType": kind}
        if origin := one_line(sender.name):
            name = "AWS.MM.SMS.OriginationNumber" if origin.startswith("+") else "AWS.SNS.SMS.SenderID"
            attributes[name] = origin
        answer = attempt(
            lambda: self._client.publish(
                PhoneNumber=one.to,
                Message=_text(one),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )
        )
        return Accepted(answer["MessageId"]) if isinstance(answer, dict) else answer


def _text(one: Outgoing) -> str:
    if not isinstance(one.content, SmsContent):
        raise TypeError("a text was given another channel's content")
    return one.content.text[:_LONGEST]
