"""How what is in a message is shown: a mail in a frame of its own, the rest as fields for a template."""

from html import escape
from typing import Any

from regulars.messaging.content import (
    EmailContent,
    InAppContent,
    PushContent,
    SmsContent,
    WalletContent,
    WebhookContent,
)

# A mail is shown as mail programs do: its own styles, no scripts, nothing of ours within its reach.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'; sandbox"
)
# The frame that the editor writes the mail into: it needs to be of our origin for that, and still runs no script.
FRAME_POLICY = MAIL_POLICY + " allow-same-origin"
_PAGE = (
    '<!doctype html><html lang="en"><head><title>Preview</title></head>'
    '<body style="margin:0;padding:28px;font:18px/1.5 Arial,sans-serif;color:#22302a;background:#fff">'
    '<div style="white-space:pre-wrap">{}</div></body></html>'
)


def blank_page(text: str = "") -> str:
    """A page that shows plain text, for a frame."""
    return _PAGE.format(escape(text))


def plain_text(content: Any) -> str:
    """What a content says, without its dress."""
    match content:
        case EmailContent() | SmsContent():
            return content.text
        case PushContent() | InAppContent():
            return f"{content.title}\n{content.body}"
        case WebhookContent():
            return content.body
        case WalletContent():
            return content.message
    return "Nothing written yet"


def shown(content: Any) -> dict[str, str]:
    """A content's fields by name, and which template of the preview shows them."""
    kinds = {
        EmailContent: "email",
        SmsContent: "sms",
        PushContent: "push",
        InAppContent: "in_app",
        WebhookContent: "webhook",
        WalletContent: "wallet",
    }
    names = ("subject", "text", "title", "body", "url", "image_url", "message")
    return {"kind": kinds.get(type(content), "")} | {name: str(getattr(content, name, "")) for name in names}
