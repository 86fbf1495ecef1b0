"""A content as a customer would get it, saved or not: cheap enough to be asked for while somebody types."""

from datetime import datetime
from typing import Any

from regulars.customers import facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import (
    Content,
    EmailContent,
    InAppContent,
    PushContent,
    SmsContent,
    WalletContent,
    WebhookContent,
)
from regulars.messaging.model import Channel
from regulars.messaging.partials.resolving import resolve
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.templates.checks import example
from regulars.messaging.templates.compiling import compile_content
from regulars.messaging.templates.context import context_of
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.model import Finding, Preview
from regulars.messaging.templates.preparing import prepared
from regulars.messaging.templates.publishing import is_marketing
from regulars.messaging.templates.rendering import PlainLinks, Rendered, subject_of
from regulars.messaging.templates.sizes import push_bytes, sms_size
from regulars.messaging.templates.source import TemplateSource
from regulars.platform import settings_of
from regulars.segments import customer_segments


def preview_template(
    tenant: Tenant,
    source: TemplateSource,
    *,
    channel: Channel,
    language: str,
    now: datetime,
    category: str = "promotions",
    customer_id: str = "",
) -> Preview:
    """One channel in one language, for a customer or for an invented one, with the sample values as `data`. What is wrong is
    among the findings. Raises NotFoundError for a customer who is not there."""
    resolved = resolve(tenant, source)
    fields = getattr(resolved.source.contents, channel.value).get(language)
    place = f"/contents/{channel.value}/{language}"
    if fields is None:
        own = tuple(
            one
            for one in resolved.findings
            if f"{one.pointer}/".startswith(f"{place}/") or one.pointer == "/contents"
        )
        missing = (Finding(place, "fault", "there is no such content"),)
        return Preview(channel, language, None, findings=own or missing)
    context = context_for(tenant, source, language, customer_id)
    made, findings = prepared(channel, language, fields, marketing=is_marketing(tenant, category))
    if made is None:
        return Preview(channel, language, None, findings=tuple(resolved.placed(findings)))
    try:
        content = compile_content(channel, language, made, source.conditions)
        # All conditions hold: what is shown to some is what one wants to see.
        context["message"]["shown"] = sorted(content.needs_shown)
        if not customer_id:
            context["message"]["segments"] = sorted(content.needs_segments)
        rendered = content.try_render(context, PlainLinks(content.static_links))
    except TemplateError as error:
        fault = Finding(place + (error.pointer or ""), "fault", error.what, error.line)
        return Preview(channel, language, None, findings=tuple(resolved.placed([*findings, fault])))
    return _preview(channel, language, rendered, findings, _preheader(made, context))


def _preview(
    channel: Channel, language: str, rendered: Rendered, findings: list[Finding], preheader: str
) -> Preview:
    content = rendered.content
    return Preview(
        channel,
        language,
        content,
        preheader,
        tuple(findings),
        tuple(sorted(rendered.missing)),
        sms_size(content.text) if isinstance(content, SmsContent) else None,
        size_of(content),
    )


def _preheader(made: dict[str, Any], context: dict[str, Any]) -> str:
    given = made.get("preheader") or ""
    if not given:
        return ""
    content = subject_of(given).render(context, PlainLinks(()))
    return content.message if isinstance(content, WalletContent) else ""


def context_for(tenant: Tenant, source: TemplateSource, language: str, customer_id: str) -> dict[str, Any]:
    """What a customer's message would read; without one, an invented customer of this shop. Raises NotFoundError."""
    facts = facts_of(tenant, customer_id) if customer_id else None
    if customer_id and facts is None:
        raise NotFoundError("there is no such customer")
    context = context_of(facts, settings_of(tenant), messaging_settings(tenant), source.sample, language)
    if facts is None:
        context["customer"] = example({}, language)["customer"]
    else:
        context["message"]["segments"] = [one.segment.id for one in customer_segments(tenant, customer_id)]
    return context


def size_of(content: Content) -> int:
    """Bytes of what a recipient's device is given."""
    match content:
        case EmailContent():
            return len(content.html.encode("utf-8", "replace"))
        case PushContent():
            return push_bytes(content)
        case SmsContent():
            return len(content.text.encode("utf-8", "replace"))
        case InAppContent() | WebhookContent():
            return len(content.body.encode("utf-8", "replace"))
        case WalletContent():
            return len(content.message.encode("utf-8", "replace"))
