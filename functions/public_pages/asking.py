"""What a browser, or a mail program, sends: the form, its languages, where from. Nothing of it is believed."""

import base64
import binascii
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from public_pages.texts import VERSION
from regulars.kernel.tenancy import Tenant
from regulars.messaging.preferences.proof import hashed_ip

MAX_FORM = 64 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a posted form, all values of each; empty for what cannot be read."""

    fields: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        return self.fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    @property
    def one_click(self) -> bool:
        """Whether a mail program unsubscribes on somebody's behalf (RFC 8058)."""
        return self.one("List-Unsubscribe").strip().lower() == "one-click"


def read_form(event: dict[str, Any]) -> Form:
    """Of a POST in either of the forms that RFC 8058 allows."""
    media = event.get("headers", {}).get("content-type", "")
    body = _body(event)
    if media.lower().startswith("multipart/form-data"):
        pairs = _multipart(media, body)
    else:
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)
        except ValueError:
            pairs = []
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return Form(fields)


def _body(event: dict[str, Any]) -> bytes:
    raw: str = event.get("body") or ""
    if len(raw) > MAX_FORM:
        return b""
    if not event.get("isBase64Encoded"):
        return raw.encode("utf-8", "replace")
    try:
        return base64.b64decode(raw)
    except (ValueError, binascii.Error):
        return b""


def _multipart(media: str, body: bytes) -> list[tuple[str, str]]:
    head = "content-type: " + "".join(one for one in media if one.isprintable()) + "\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head.encode("utf-8", "replace") + body)
    pairs = []
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            pairs.append((name, content.decode("utf-8", "replace").strip()))
    return pairs


def accepted_languages(event: dict[str, Any]) -> str:
    return str(event.get("headers", {}).get("accept-language", ""))


def proof_of(event: dict[str, Any], tenant: Tenant, page: str, language: str) -> dict[str, str]:
    """What shows later how a wish came in: the page, its words' version and language, a hash of the IP address."""
    ip = str(event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))
    proof = {"page": page, "text": f"{page}/{VERSION}/{language}", "ip_hash": hashed_ip(tenant, ip)}
    return {name: value for name, value in proof.items() if value}
