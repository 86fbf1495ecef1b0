"""When and by which channel a customer is best written to, learned from how they took messages (docs/adr/0017). Pure."""

from dataclasses import replace

from regulars.messaging.contact import Contact, Engagement
from regulars.messaging.model import Channel

# One message; counts are in tenths, so that they can fade.
ONE = 10
# When a channel's counts reach this many messages, all of them fade by a quarter: habits change.
MEMORY = 80


def noted_send(contact: Contact, channel: Channel, hour: int) -> Contact:
    """The contact after a marketing message was sent at `hour` of the customer's own clock."""
    past = contact.engagement.get(channel, Engagement())
    if sum(past.sent) >= MEMORY * ONE:
        past = Engagement(_faded(past.sent), _faded(past.engaged))
    return _with(contact, channel, replace(past, sent=_raised(past.sent, hour)))


def noted_engagement(contact: Contact, channel: Channel, hour: int) -> Contact:
    """The contact after the first open or click of a message sent at `hour`; an engaged message was also sent."""
    past = contact.engagement.get(channel, Engagement())
    engaged = _raised(past.engaged, hour)
    sent = tuple(max(pair) for pair in zip(past.sent, engaged, strict=True))
    return _with(contact, channel, Engagement(sent, engaged))


def _with(contact: Contact, channel: Channel, engagement: Engagement) -> Contact:
    return replace(contact, engagement={**contact.engagement, channel: engagement})


def _raised(hours: tuple[int, ...], hour: int) -> tuple[int, ...]:
    return (*hours[:hour], hours[hour] + ONE, *hours[hour + 1 :])


def _faded(hours: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(count * 3 // 4 for count in hours)
