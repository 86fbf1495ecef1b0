"""What happened to messages and to the wishes about them. They stand in the customer's timeline."""

from regulars.kernel.events import Event


class _OfDelivery(Event):
    delivery_id: str
    channel: str
    template: str
    about: str = ""
    category: str = ""
    campaign_id: str = ""
    variant: str = ""


class MessageSent(_OfDelivery, name="message.sent"):
    subject: str
    language: str


class MessageNotSent(_OfDelivery, name="message.not_sent"):
    """A transactional message decided against (`state` not_sent), or any message refused for good (`state` failed)."""

    state: str
    reason: str


class MessageUnconfirmed(_OfDelivery, name="message.unconfirmed"):
    """Handed to the provider, whose answer was lost."""


class MessageOpened(_OfDelivery, name="message.opened"):
    """By a person, for the first time."""


class MessageClicked(_OfDelivery, name="message.clicked"):
    """By a person, for the first time in this delivery."""

    link: str
    url: str


class MessageBounced(_OfDelivery, name="message.bounced"):
    """For good; the address is suppressed."""

    detail: str = ""


class MessageComplained(_OfDelivery, name="message.complained"):
    """Marked as unwanted; the customer is unsubscribed from marketing on the channel."""


class MessageConverted(_OfDelivery, name="message.converted"):
    """An order followed. Amounts in minor units of the tenant's `currency`: `amount` by its attribution, and by each."""

    order_id: str
    amount: int
    currency: str
    last: int
    first: int
    linear: int


class ConsentRequested(Event, name="consent.requested"):
    """A double opt-in waits for its confirmation, for which a message is to be sent."""

    channel: str
    source: str
    request_id: str


class ConsentGranted(Event, name="consent.granted"):
    channel: str
    source: str
    delivery_id: str = ""


class ConsentWithdrawn(Event, name="consent.withdrawn"):
    channel: str
    source: str
    delivery_id: str = ""
    campaign_id: str = ""


class PreferencesChanged(Event, name="preferences.changed"):
    """What is given is how it stands now."""

    source: str
    channels: dict[str, bool] = {}
    categories: dict[str, bool] = {}
    frequency: dict[str, str] = {}


class AddressSuppressed(Event, name="address.suppressed"):
    """The address itself is not told: it is in the suppression list."""

    channel: str
    reason: str


class AddressLifted(Event, name="address.lifted"):
    """The address was taken off the suppression list; `reason` is why it was on it."""

    channel: str
    reason: str


class MarketingPaused(Event, name="marketing.paused"):
    """Of the whole shop. `reason` is `bounces` or `complaints` when it happened by itself, `figures` what of the last day led to
    it; else it is what the person who paused it wrote."""

    reason: str
    figures: str = ""


class MarketingResumed(Event, name="marketing.resumed"):
    """By a person."""


class MessagingSettingsChanged(Event, name="messaging.settings_changed"):
    """The names of the settings that changed."""

    fields: list[str]
