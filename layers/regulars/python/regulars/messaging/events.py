"""What happened to messages. They stand in the customer's timeline."""

from regulars.kernel.events import Event


class MessageSent(Event, name="message.sent"):
    delivery_id: str
    channel: str
    template: str
    about: str
    subject: str
    language: str


class MessageNotSent(Event, name="message.not_sent"):
    """Decided against (`state` not_sent) or refused by the provider for good (`state` failed)."""

    delivery_id: str
    channel: str
    template: str
    about: str
    state: str
    reason: str


class MessageUnconfirmed(Event, name="message.unconfirmed"):
    """Handed to the provider, whose answer was lost."""

    delivery_id: str
    channel: str
    template: str
    about: str
