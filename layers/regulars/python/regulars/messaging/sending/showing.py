"""Fills a message in once more, for people to see what was sent."""

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.content import Content
from regulars.messaging.dispatches import dispatch_of
from regulars.messaging.model import Delivery
from regulars.messaging.templates import PlainLinks, TemplateError, compiled
from regulars.messaging.templates.context import context_from


def content_again(tenant: Tenant, delivery: Delivery) -> Content | None:
    """The content; None when the template is gone."""
    try:
        subject = subject_for(tenant, delivery)
        template = compiled(tenant, delivery.template, delivery.version)
        content = template.content(delivery.channel, delivery.language, subject)
        return content.render(context_from(delivery.inputs), PlainLinks(content.static_links))
    except (NotFoundError, TemplateError):
        return None


def subject_for(tenant: Tenant, delivery: Delivery) -> str:
    """The subject that the delivery's dispatch has instead of the template's; empty if it has none."""
    if not delivery.dispatch_id:
        return ""
    try:
        return dispatch_of(tenant, delivery.dispatch_id).message.subject
    except NotFoundError:
        return ""
