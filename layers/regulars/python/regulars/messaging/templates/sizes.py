"""How much a channel takes: segments of text messages, bytes of a push message. Pure."""

import json
from dataclasses import dataclass, replace
from typing import Literal

from regulars.messaging.content import PushContent
from regulars.messaging.templates.faults import TemplateError

# 3GPP TS 23.038: the default alphabet, and what takes two places in it.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
# A message in several segments has a header of 6 bytes in each.
_PLACES = {"gsm7": (160, 153), "ucs2": (70, 67)}
MAX_SMS = 1600
MAX_PUSH = 4096
# Gmail shows no more of a mail's HTML than this.
CLIPPED_AT = 102_000


@dataclass(frozen=True, slots=True)
class SmsSize:
    """`length` in places of the encoding; `left` of them are free in the last segment; `special` are characters that are not
    in the short alphabet and cost the whole message the long one."""

    encoding: Literal["gsm7", "ucs2"]
    length: int
    segments: int
    left: int
    special: str = ""


def sms_size(text: str) -> SmsSize:
    """In how many segments a text goes out, and is paid for."""
    special = "".join(dict.fromkeys(one for one in text if one not in _GSM and one not in _GSM_EXTENSION))
    encoding: Literal["gsm7", "ucs2"] = "ucs2" if special else "gsm7"
    widths = [_width(one, encoding) for one in text]
    length, (single, each) = sum(widths), _PLACES[encoding]
    if length <= single:
        return SmsSize(encoding, length, 1 if length else 0, single - length, special)
    # A character of two places is not torn apart between two segments.
    segments, filled = 1, 0
    for width in widths:
        if filled + width > each:
            segments, filled = segments + 1, 0
        filled += width
    return SmsSize(encoding, length, segments, each - filled, special)


def _width(character: str, encoding: str) -> int:
    if encoding == "ucs2":
        return 2 if ord(character) > 0xFFFF else 1
    return 2 if character in _GSM_EXTENSION else 1


def fitted_sms(text: str) -> str:
    """A text message as it goes out. Raises TemplateError beyond what networks take."""
    if len(text) > MAX_SMS:
        raise TemplateError(f"a text message has {MAX_SMS:,} characters at the most", pointer="/text")
    return text.strip()


def push_bytes(content: PushContent) -> int:
    """The size of the payload that a push service is given."""
    whole = {
        "title": content.title,
        "body": content.body,
        "url": content.url,
        "image": content.image_url,
        "data": dict(content.data),
    }
    return len(json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace"))


def fitted_push(content: PushContent) -> PushContent:
    """The content with its body cut so that all of it fits. Raises TemplateError when that does not help."""
    over = push_bytes(content) - MAX_PUSH
    if over <= 0:
        return content
    kept = content.body.encode("utf-8", "replace")[: -(over + 3)].decode("utf-8", "ignore")
    while kept and push_bytes(replace(content, body=kept + "…")) > MAX_PUSH:
        kept = kept[:-16]
    if not kept:
        raise TemplateError("a push message has 4 KB at the most", pointer="/data")
    return replace(content, body=kept + "…")
