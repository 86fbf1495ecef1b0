"""What is in a message, by channel: rendered, and ready to be handed to a provider. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EmailContent:
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class SmsContent:
    text: str


@dataclass(frozen=True, slots=True)
class PushContent:
    """`data` goes to the app as it is; all of it together has 4 KB at the most."""

    title: str
    body: str
    url: str = ""
    image_url: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InAppContent:
    title: str
    body: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class WebhookContent:
    """The JSON text that is posted."""

    body: str


@dataclass(frozen=True, slots=True)
class WalletContent:
    """A line that changes on the pass and is announced on the lock screen."""

    message: str


Content = EmailContent | SmsContent | PushContent | InAppContent | WebhookContent | WalletContent


@dataclass(frozen=True, slots=True)
class EmailShell:
    """What mails of one template version and language have in common: `{{p0}}`, `{{p1}}` … stand where they differ.

    The placeholders are those of SES templates, which do not escape what they fill in: parts come escaped.
    """

    subject: str
    html: str
    text: str
