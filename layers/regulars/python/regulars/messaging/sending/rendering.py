"""Fills in templates for the deliveries of a claim, a language at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regulars.kernel.logs import logger
from regulars.messaging.contact import Contact
from regulars.messaging.content import Content, EmailContent, EmailShell, PushContent, SmsContent
from regulars.messaging.model import Channel, Delivery, one_line
from regulars.messaging.preferences.links import headers
from regulars.messaging.providers.port import Outgoing, tags_of
from regulars.messaging.sending.people import Shop
from regulars.messaging.templates import Compiled, CompiledContent, TemplateError
from regulars.messaging.templates.context import context_from
from regulars.messaging.tracking.links import DeliveryLinks, may_pixel

_NOTHING = EmailContent("", "", "")
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_log = logger("messaging.sending")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A delivery's subject and links of its own, and what is handed over of it; `fault` says what went wrong instead."""

    delivery: Delivery
    outgoing: Outgoing | None
    subject: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders one message. `subject` replaces the template's."""

    shop: Shop
    compiled: Compiled
    subject: str = ""
    marketing: bool = True

    def group(
        self, channel: Channel, language: str, some: Sequence[Delivery], contacts: Mapping[str, Contact]
    ) -> tuple[EmailShell | None, list[Rendered], list[DeliveryLinks]]:
        """Those of one channel and language: the shell that several mails share, each message, and the links made."""
        content = self.compiled.content(channel, language, self.subject)
        shell = content.shell if len(some) > 1 else None
        links = [
            DeliveryLinks(
                self.shop.tenant,
                one,
                self.shop.settings,
                content.static_links,
                may_pixel(self.shop.settings, contacts.get(one.customer_id) or Contact(one.customer_id)),
            )
            for one in some
        ]
        done = [self._one(content, shell, one, its) for one, its in zip(some, links, strict=True)]
        return shell, done, links

    def _one(
        self, content: CompiledContent, shell: EmailShell | None, delivery: Delivery, links: DeliveryLinks
    ) -> Rendered:
        context: dict[str, Any] = context_from(delivery.inputs)
        try:
            if shell is None:
                filled, parts = content.render(context, links), {}
                subject = subject_of(filled)
            else:
                filled, parts = _NOTHING, content.parts(context, links)
                subject = _PLACE.sub(lambda place: parts[place[1]], shell.subject)
        except TemplateError as error:
            _log.warning("a message could not be filled in", extra={"delivery": delivery.id})
            return Rendered(delivery, None, fault=error.detail[:300])
        outgoing = self._outgoing(delivery, filled, parts)
        return Rendered(delivery, outgoing, one_line(subject), dict(links.dynamic))

    def _outgoing(self, delivery: Delivery, content: Content, parts: Mapping[str, str]) -> Outgoing:
        tenant, channel = self.shop.tenant, delivery.channel
        transactional = not self.marketing if channel is Channel.SMS else None
        one_click = self.marketing and channel is Channel.EMAIL
        return Outgoing(
            delivery.id,
            delivery.customer_id,
            delivery.to,
            content,
            headers(tenant, delivery.customer_id, delivery.id) if one_click else {},
            tags_of(tenant, delivery.id, delivery.customer_id, channel, transactional=transactional),
            parts,
        )


def subject_of(content: Content) -> str:
    """What a list shows of a message."""
    match content:
        case EmailContent(subject=subject):
            return subject
        case SmsContent(text=text):
            return text[:80]
        case PushContent(title=title):
            return title
        case _:
            return str(getattr(content, "title", "") or getattr(content, "message", ""))
