"""What a customer gets as things stand, put together from their wishes, their consents and the shop's rules; and what has to
change for it to be otherwise. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.messaging.contact import ConsentState, Contact, Frequency, QuietHours
from regulars.messaging.model import Channel
from regulars.messaging.preferences.wishes import KEEP, Wishes
from regulars.messaging.settings_model import MessagingSettings

# Channels that reach a person and can be chosen by them.
CHOOSABLE = (Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.IN_APP)


@dataclass(frozen=True, slots=True)
class Choices:
    """`channels`: whether marketing comes on each; `categories` and `frequency` of all that are not transactional."""

    channels: Mapping[Channel, bool] = field(default_factory=dict)
    categories: Mapping[str, bool] = field(default_factory=dict)
    frequency: Mapping[str, Frequency] = field(default_factory=dict)
    quiet: QuietHours | None = None
    language: str = ""


def choices_of(contact: Contact, settings: MessagingSettings, *, bought: bool) -> Choices:
    """How it stands now. `bought`: whether the customer has placed an order (soft opt-in)."""
    chosen = [one for one in settings.categories if not one.transactional]
    return Choices(
        {channel: gets(contact, settings, channel, bought=bought) for channel in CHOOSABLE},
        {one.key: contact.categories.get(one.key, one.on) for one in chosen},
        {one.key: contact.frequency_of(one.key) for one in chosen},
        contact.quiet,
        contact.language,
    )


def gets(contact: Contact, settings: MessagingSettings, channel: Channel, *, bought: bool) -> bool:
    """Whether marketing on the channel is allowed by the customer and by the shop's consent rule."""
    if not contact.channels.get(channel, True):
        return False
    state = contact.consent(channel).state
    if state in (ConsentState.GRANTED, ConsentState.WITHDRAWN):
        return state is ConsentState.GRANTED
    rule = settings.consent_rule(channel)
    return rule == "opt_out" or (rule == "soft_opt_in" and bought)


def to_become(now: Choices, wanted: Choices) -> tuple[dict[Channel, ConsentState], Wishes]:
    """The consents and wishes by which `now` becomes `wanted`. Switching a channel is giving or withdrawing consent; one that
    is on may have been switched off beside it before."""
    switched = {one: on for one, on in wanted.channels.items() if now.channels.get(one) != on}
    consents = {one: ConsentState.GRANTED if on else ConsentState.WITHDRAWN for one, on in switched.items()}
    wishes = Wishes(
        {one: True for one, on in switched.items() if on},
        {key: on for key, on in wanted.categories.items() if now.categories.get(key) != on},
        {key: often for key, often in wanted.frequency.items() if now.frequency.get(key) != often},
        KEEP if wanted.quiet == now.quiet else wanted.quiet,
        None if wanted.language == now.language else wanted.language,
    )
    return consents, wishes
