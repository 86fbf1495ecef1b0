"""SES v2's sending, as far as senders can see it. Pure: what a request holds, and what becomes of it."""

import json
import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Any

from local.simulator.answers import RefusedError

Request = dict[str, Any]
Message = dict[str, Any]
SIMULATOR = "simulator.amazonses.com"
MOST = 50
_PLACEHOLDER = re.compile(r"{{\s*(\w+)\s*}}")
# What an entry of a bulk call ends as when its address asks for it; SES itself has no such addresses.
STATUSES = {
    "throttled": "ACCOUNT_THROTTLED",
    "paused": "ACCOUNT_SENDING_PAUSED",
    "rejected": "MESSAGE_REJECTED",
    "failing": "TRANSIENT_FAILURE",
}


class NotRenderedError(Exception):
    """A template names something that its data does not hold; SES tells of it by an event, having taken the mail. `envelope`
    is what it knows of the mail."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.envelope: Message = {}


def sender_of(request: Request) -> str:
    """The bare address that a request sends from."""
    return parseaddr(request.get("FromEmailAddress", ""))[1]


def check_sender(request: Request, is_verified: Callable[[str], bool]) -> None:
    """Raises RefusedError for a sender nobody has verified."""
    address = sender_of(request)
    if "@" not in address:
        raise RefusedError("BadRequestException", "Missing 'From' header")
    if not is_verified(address):
        raise RefusedError(
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region US-EAST-1: "
            + address,
        )


def one(request: Request) -> Message:
    """The mail of a SendEmail request. Raises RefusedError, NotRenderedError."""
    content = request.get("Content") or {}
    message = _envelope(request, request.get("Destination") or {}, _named(request.get("EmailTags")))
    if simple := content.get("Simple"):
        body = simple.get("Body") or {}
        return message | {
            "subject": _text(simple.get("Subject")),
            "html": _text(body.get("Html")),
            "text": _text(body.get("Text")),
            "headers": _headers(simple.get("Headers")),
        }
    if template := content.get("Template"):
        message["headers"] = _headers(template.get("Headers"))
        return _filled(message, template, template.get("TemplateData"))
    raise RefusedError("BadRequestException", "Content is neither Simple nor Template")


def many(request: Request) -> list[Callable[[], Message]]:
    """The mails of a SendBulkEmail request; each is made when it is asked for, and may raise NotRenderedError.
    Raises RefusedError."""
    entries = request.get("BulkEmailEntries") or []
    if not 1 <= len(entries) <= MOST:
        raise RefusedError("BadRequestException", f"1 to {MOST} destinations are taken")
    template = (request.get("DefaultContent") or {}).get("Template") or {}
    tags = _named(request.get("DefaultEmailTags"))
    return [_entry(request, template, tags, entry) for entry in entries]


def status_of(entry: Mapping[str, Any]) -> str:
    """How an entry of a bulk call ends."""
    to = ((entry.get("Destination") or {}).get("ToAddresses") or [""])[0]
    name, _, domain = to.partition("@")
    return STATUSES.get(name.partition("+")[0], "SUCCESS") if domain == SIMULATOR else "SUCCESS"


def _entry(
    request: Request, template: Mapping[str, Any], tags: Mapping[str, str], entry: Mapping[str, Any]
) -> Callable[[], Message]:
    def make() -> Message:
        replaced = (entry.get("ReplacementEmailContent") or {}).get("ReplacementTemplate") or {}
        data = replaced.get("ReplacementTemplateData") or template.get("TemplateData")
        own = _named(entry.get("ReplacementTags"))
        envelope = _envelope(request, entry.get("Destination") or {}, {**tags, **own})
        envelope["headers"] = _headers(template.get("Headers")) | _headers(entry.get("ReplacementHeaders"))
        return _filled(envelope, template, data)

    return make


def _envelope(request: Request, destination: Mapping[str, Any], tags: Mapping[str, str]) -> Message:
    to = [*destination.get("ToAddresses", []), *destination.get("CcAddresses", [])]
    if not to:
        raise RefusedError("BadRequestException", "Missing final '@domain'")
    for text in (*to, request.get("FromEmailAddress", "")):
        _one_line(text)
    return {
        "channel": "email",
        "to": to,
        "from": request["FromEmailAddress"],
        "reply_to": request.get("ReplyToAddresses", []),
        "tags": dict(tags),
        "configuration_set": request.get("ConfigurationSetName", ""),
    }


def _filled(envelope: Message, template: Mapping[str, Any], data: str | None) -> Message:
    try:
        return envelope | _rendered(template, data)
    except NotRenderedError as error:
        error.envelope = envelope
        raise


def _rendered(template: Mapping[str, Any], data: str | None) -> Message:
    content = template.get("TemplateContent")
    if not content:
        raise RefusedError("NotFoundException", "Templates are not kept here: send their content", 404)
    try:
        values = json.loads(data or "{}")
    except ValueError as error:
        raise RefusedError("BadRequestException", "TemplateData is not JSON") from error

    def fill(text: str | None) -> str:
        # In SES's templates nothing is escaped that is filled in.
        return _PLACEHOLDER.sub(lambda found: str(_value(values, found[1])), text or "")

    return {
        "subject": _one_line(fill(content.get("Subject"))),
        "html": fill(content.get("Html")),
        "text": fill(content.get("Text")),
    }


def _value(values: Mapping[str, Any], name: str) -> Any:
    if name not in values:
        raise NotRenderedError(f"Attribute '{name}' is not present in the rendering data.")
    return values[name]


def _headers(headers: list[Mapping[str, str]] | None) -> dict[str, str]:
    if len(headers or []) > 15:
        raise RefusedError("BadRequestException", "more than 15 headers")
    return {_one_line(one["Name"]): _one_line(one["Value"]) for one in headers or []}


def _named(tags: list[Mapping[str, str]] | None) -> dict[str, str]:
    named = {tag["Name"]: tag["Value"] for tag in tags or []}
    for text in (*named, *named.values()):
        if not re.fullmatch(r"[A-Za-z0-9_.@-]{1,256}", text):
            raise RefusedError("BadRequestException", f"not a tag: {text[:50]!r}")
    return named


def _text(content: Mapping[str, str] | None) -> str:
    return (content or {}).get("Data", "")


def _one_line(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise RefusedError("BadRequestException", "Header contains a line break")
    return text
