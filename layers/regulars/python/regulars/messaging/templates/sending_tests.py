"""A message to oneself, to see it where it will be seen: marked, not counted, of no delivery."""

from dataclasses import replace
from datetime import datetime

from regulars.kernel.errors import ConflictError, InvalidError, UnavailableError
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import Content, EmailContent, InAppContent, PushContent, SmsContent
from regulars.messaging.model import Channel, Sender
from regulars.messaging.providers.port import Accepted, Outgoing, Rejected
from regulars.messaging.providers.registry import provider_for
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.templates.previewing import preview_template
from regulars.messaging.templates.source import TemplateSource
from regulars.platform import settings_of

MARK = "[Test]"


def send_template_test(
    tenant: Tenant,
    source: TemplateSource,
    *,
    channel: Channel,
    language: str,
    to: str,
    now: datetime,
    category: str = "promotions",
    customer_id: str = "",
) -> str:
    """Send one content of a source to an address, filled in for a customer or an invented one; the provider's id of the message.
    Raises InvalidError (the source has faults, the address is refused), ConflictError (nobody can send there), UnavailableError.
    """
    preview = preview_template(
        tenant,
        source,
        channel=channel,
        language=language,
        now=now,
        category=category,
        customer_id=customer_id,
    )
    if preview.content is None:
        first = preview.findings[-1]
        raise InvalidError.of(f"/draft{first.pointer}", first.detail)
    provider, sender = provider_for(channel), _sender(tenant, channel)
    if provider is None or sender is None:
        raise ConflictError(f"nothing can be sent by {channel.value} yet: no sender is set up")
    outgoing = Outgoing(new_id("dlv", now), customer_id, to, _marked(preview.content))
    (outcome,) = provider.send(sender, [outgoing])
    if isinstance(outcome, Accepted):
        return outcome.message_id
    if isinstance(outcome, Rejected):
        raise InvalidError.of("/to", f"the provider refused it: {outcome.detail}")
    raise UnavailableError(f"the provider did not take it: {outcome.detail}")


def _sender(tenant: Tenant, channel: Channel) -> Sender | None:
    own = settings_of(tenant).sender
    if channel is Channel.EMAIL:
        return Sender(own.name, own.email, own.reply_to or "") if own.email else None
    return Sender(messaging_settings(tenant).sms_sender if channel is Channel.SMS else own.name, "")


def _marked(content: Content) -> Content:
    match content:
        case EmailContent():
            return replace(content, subject=f"{MARK} {content.subject}")
        case SmsContent():
            return replace(content, text=f"{MARK} {content.text}")
        case PushContent() | InAppContent():
            return replace(content, title=f"{MARK} {content.title}")
        case _:
            return content
