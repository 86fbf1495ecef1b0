"""The events of a delivery's own fate."""

from regulars.kernel.events import Event
from regulars.messaging.events import MessageNotSent, MessageSent, MessageUnconfirmed
from regulars.messaging.model import Delivery, Reason, State


def event_of(delivery: Delivery) -> Event:
    """What is told of a delivery that the sending side has done with."""
    which = {
        "delivery_id": delivery.id,
        "channel": delivery.channel.value,
        "template": delivery.template,
        "about": delivery.about,
        "category": delivery.category,
        "campaign_id": delivery.campaign_id,
        "variant": delivery.variant,
    }
    if delivery.state is State.UNKNOWN:
        return MessageUnconfirmed(**which)
    if delivery.state in (State.FAILED, State.NOT_SENT):
        reason = delivery.reason or Reason.REJECTED
        return MessageNotSent(**which, state=delivery.state.value, reason=reason.value)
    return MessageSent(**which, subject=delivery.subject, language=delivery.language)
