"""Mail by Amazon SES v2: one mail a call, or up to fifty that share a shell."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from regulars.kernel.settings import MailSettings
from regulars.messaging.content import EmailContent, EmailShell
from regulars.messaging.model import Channel, Sender, one_line
from regulars.messaging.providers.calls import attempt, provider_client
from regulars.messaging.providers.headers import address, ascii_address, safe_headers, safe_tags
from regulars.messaging.providers.port import (
    Accepted,
    Lost,
    Outcome,
    Outgoing,
    Postponed,
    Rejected,
    one_by_one,
)

_PLACEHOLDER = re.compile(r"{{(\w+)}}")
_THROTTLED = frozenset({"ACCOUNT_THROTTLED", "ACCOUNT_DAILY_QUOTA_EXCEEDED"})
# The account's state or a passing failure, and nothing was sent.
_LATER = frozenset(
    {
        "ACCOUNT_SUSPENDED",
        "ACCOUNT_SENDING_PAUSED",
        "CONFIGURATION_SET_SENDING_PAUSED",
        "CONFIGURATION_SET_NOT_FOUND",
        "TRANSIENT_FAILURE",
        "FAILED",
    }
)
_NO_ADDRESS = Rejected("not one email address")


class SesMail:
    name = "ses"
    channel = Channel.EMAIL
    most = 50

    def __init__(self, configuration_set: str = "") -> None:
        self._configuration_set = configuration_set
        self._client = provider_client("sesv2")

    @classmethod
    def from_settings(cls) -> "SesMail":
        return cls(MailSettings.load().ses_configuration_set)

    def send(
        self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell | None = None
    ) -> list[Outcome]:
        if ascii_address(sender.email) is None:
            return [Rejected("the sender is not one email address")] * len(batch)
        if shell is None:
            return one_by_one(batch, lambda one: self._send_one(sender, one, _simple(one)))
        if len(batch) == 1:
            return [self._send_one(sender, batch[0], _filled(batch[0], shell))]
        return self._send_many(sender, batch, shell)

    def _send_one(self, sender: Sender, one: Outgoing, content: dict[str, Any]) -> Outcome:
        to = ascii_address(one.to)
        if to is None:
            return _NO_ADDRESS
        answer = attempt(
            lambda: self._client.send_email(
                Destination={"ToAddresses": [to]},
                Content=content,
                EmailTags=_pairs(safe_tags(one.tags)),
                **self._envelope(sender),
            )
        )
        return Accepted(answer["MessageId"]) if isinstance(answer, dict) else answer

    def _send_many(self, sender: Sender, batch: Sequence[Outgoing], shell: EmailShell) -> list[Outcome]:
        places = {place: to for place, one in enumerate(batch) if (to := ascii_address(one.to))}
        outcomes: list[Outcome] = [_NO_ADDRESS] * len(batch)
        if not places:
            return outcomes
        entries = [_entry(batch[place], to, shell) for place, to in places.items()]
        answer = attempt(
            lambda: self._client.send_bulk_email(
                DefaultContent={"Template": {"TemplateContent": _template(shell), "TemplateData": "{}"}},
                BulkEmailEntries=entries,
                **self._envelope(sender),
            )
        )
        results = answer["BulkEmailEntryResults"] if isinstance(answer, dict) else [answer] * len(places)
        for position, place in enumerate(places):
            # An entry that SES says nothing of may have been sent.
            outcomes[place] = _outcome(results[position]) if position < len(results) else Lost("no result")
        return outcomes

    def _envelope(self, sender: Sender) -> dict[str, Any]:
        envelope: dict[str, Any] = {"FromEmailAddress": address(sender)}
        if reply_to := ascii_address(sender.reply_to):
            envelope["ReplyToAddresses"] = [reply_to]
        if self._configuration_set:
            envelope["ConfigurationSetName"] = self._configuration_set
        return envelope


def _simple(one: Outgoing) -> dict[str, Any]:
    content = one.content
    if not isinstance(content, EmailContent):
        raise TypeError("mail was given another channel's content")
    body = {"Html": _utf8(content.html), "Text": _utf8(content.text)}
    message: dict[str, Any] = {"Subject": _utf8(one_line(content.subject)), "Body": body}
    if headers := _pairs(safe_headers(one.headers)):
        message["Headers"] = headers
    return {"Simple": message}


def _filled(one: Outgoing, shell: EmailShell) -> dict[str, Any]:
    template: dict[str, Any] = {"TemplateContent": _template(shell), "TemplateData": _data(one, shell)}
    if headers := _pairs(safe_headers(one.headers)):
        template["Headers"] = headers
    return {"Template": template}


def _entry(one: Outgoing, to: str, shell: EmailShell) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Destination": {"ToAddresses": [to]},
        "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": _data(one, shell)}},
        "ReplacementTags": _pairs(safe_tags(one.tags)),
    }
    if headers := _pairs(safe_headers(one.headers)):
        entry["ReplacementHeaders"] = headers
    return entry


def _template(shell: EmailShell) -> dict[str, str]:
    return {"Subject": one_line(shell.subject, 998), "Html": shell.html, "Text": shell.text}


def _data(one: Outgoing, shell: EmailShell) -> str:
    """The parts as SES wants them; what a subject is made of stays in one line."""
    in_subject = _parts_of(shell.subject)
    parts = {name: one_line(part) if name in in_subject else part for name, part in one.parts.items()}
    return to_json(parts).decode()


@lru_cache(maxsize=64)
def _parts_of(subject: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(subject))


def _outcome(result: Mapping[str, Any] | Outcome) -> Outcome:
    if not isinstance(result, Mapping):
        return result
    status = str(result.get("Status", ""))
    if status == "SUCCESS":
        return Accepted(str(result.get("MessageId", "")))
    if status in _THROTTLED:
        return Postponed(status, throttled=True)
    return Postponed(status) if status in _LATER else Rejected(status)


def _pairs(named: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in named.items()]


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
