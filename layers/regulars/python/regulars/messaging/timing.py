"""When and by which channel a customer is best written to, learned from how they took messages (docs/adr/0017). Pure.

Each hour of the customer's day, and each channel, is a coin with an unknown share of heads: a message engages (a person opens it
or clicks in it) or does not. What is believed of the share is a Beta distribution: what the shop sees with all its customers,
worth a few messages, and the customer's own messages, an hour's neighbours counting for half. The choice is a Thompson draw: each
coin's share is drawn from what is believed of it, narrowed, and the highest wins, so that what is little known is tried now and
then, and what may be best more often. The same message and customer always draw the same.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from regulars.messaging.contact import Contact, Engagement
from regulars.messaging.model import Channel

# One message; counts are in tenths, so that they can fade.
ONE = 10
# When a channel's counts reach this many messages, all of them fade by a quarter: habits change.
MEMORY = 80
# Late in the morning is when most studies find mail opened; it is used only as long as neither customer nor shop say anything.
DEFAULT_HOUR = 10
DEFAULT_CHANNEL = Channel.EMAIL
# What the shop knows is worth so many messages of the customer's own.
PRIOR_MESSAGES = 4.0
# Draws are made as if so many times as much were known: with few messages a customer, trying costs more than it finds out.
NARROWED = 4.0
NEIGHBOUR = 0.5
# Below this many messages sent the shop's own rates say nothing.
LEAST_SENT = 200

Basis = Literal["customer", "shop", "default"]


@dataclass(frozen=True, slots=True)
class HourPrior:
    """The shop's share of engaged messages in each of 24 local hours, each drawn towards that of all of them; `sent` is how many
    messages they come from."""

    shares: tuple[float, ...]
    sent: int

    @property
    def known(self) -> bool:
        return self.sent >= LEAST_SENT


NO_PRIOR = HourPrior((0.2,) * 24, 0)


@dataclass(frozen=True, slots=True)
class HourChoice:
    """`expected` is the share of messages at this hour that are believed to engage; `tried` whether another hour is believed to
    be better and this one is tried out; `hours` are the beliefs about all of them."""

    hour: int
    basis: Basis
    expected: float
    tried: bool
    explanation: str
    hours: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """The channels from the most to the least promising."""

    channels: tuple[Channel, ...]
    basis: Basis
    expected: float
    tried: bool
    explanation: str


def hour_choice(
    engagement: Engagement, prior: HourPrior, seed: str = "", hours: Collection[int] = range(24)
) -> HourChoice:
    """The hour to send at, one of `hours`. With a `seed` (message and customer) hours are tried out; without one the answer is
    the hour that is believed best."""
    beliefs = [_belief(engagement, prior, hour) for hour in range(24)]
    means = tuple(a / (a + b) for a, b in beliefs)
    own = sum(engagement.sent) / ONE
    basis: Basis = "customer" if own else "shop" if prior.known else "default"
    best = _best(means, hours) if basis != "default" else _nearest(hours)
    hour = _drawn(beliefs, hours, seed) if seed and basis != "default" else best
    words = _hour_words(engagement, prior, basis, hour, best, means)
    return HourChoice(hour, basis, round(means[hour], 4), hour != best, words, means)


def _belief(engagement: Engagement, prior: HourPrior, hour: int) -> tuple[float, float]:
    """The parameters of the Beta distribution of an hour's share."""
    sent = engaged = 0.0
    for step, weight in ((-1, NEIGHBOUR), (0, 1.0), (1, NEIGHBOUR)):
        near = (hour + step) % 24
        sent += weight * engagement.sent[near] / ONE
        engaged += weight * engagement.engaged[near] / ONE
    share = prior.shares[hour]
    return PRIOR_MESSAGES * share + engaged, PRIOR_MESSAGES * (1 - share) + max(sent - engaged, 0.0)


def _best(means: Sequence[float], hours: Collection[int]) -> int:
    """The hour with the highest mean; of several the one nearest to the default."""
    return max(hours, key=lambda hour: (round(means[hour], 9), -_apart(hour, DEFAULT_HOUR), -hour))


def _nearest(hours: Collection[int]) -> int:
    return min(hours, key=lambda hour: (_apart(hour, DEFAULT_HOUR), hour))


def _apart(one: int, other: int) -> int:
    """Hours between two hours of the day, round the clock."""
    return min((one - other) % 24, (other - one) % 24)


def _drawn(beliefs: Sequence[tuple[float, float]], hours: Collection[int], seed: str) -> int:
    draw = random.Random(seed)  # noqa: S311  (no secret: the same message must draw the same)
    drawn = {hour: _share_drawn(draw, beliefs[hour]) for hour in sorted(hours)}
    return max(drawn, key=lambda hour: drawn[hour])


def _share_drawn(draw: random.Random, belief: tuple[float, float]) -> float:
    return draw.betavariate(NARROWED * belief[0], NARROWED * belief[1])


def _hour_words(
    engagement: Engagement, prior: HourPrior, basis: Basis, hour: int, best: int, means: Sequence[float]
) -> str:
    if basis == "default":
        return f"Nothing is known of this customer or of the shop yet, so {hour:02d}:00 is used."
    sent, engaged = sum(engagement.sent) / ONE, sum(engagement.engaged) / ONE
    whose = (
        f"This customer took an interest in {engaged:.0f} of {sent:.0f} messages lately"
        if basis == "customer"
        else f"Nothing is known of this customer yet; the shop sent {prior.sent} messages lately"
    )
    found = f"{whose}; at {best:02d}:00 about {means[best]:.0%} are expected to be opened or clicked"
    if hour == best:
        return f"{found}, which is the best hour."
    return (
        f"{found}. This time {hour:02d}:00 is tried ({means[hour]:.0%} expected), as it may turn out better."
    )


def channel_choice(
    engagements: Mapping[Channel, Engagement],
    shares: Mapping[Channel, float],
    channels: Sequence[Channel],
    seed: str = "",
) -> ChannelChoice:
    """`channels` in the order in which they promise to engage; `shares` are the shop's, for channels it has used enough. Without
    anything known they stay in the order given."""
    beliefs = {one: _channel_belief(engagements.get(one, Engagement()), shares.get(one)) for one in channels}
    means = {one: a / (a + b) for one, (a, b) in beliefs.items()}
    own = any(sum(engagements[one].sent) for one in channels if one in engagements)
    basis: Basis = "customer" if own else "shop" if any(one in shares for one in channels) else "default"
    ranked = sorted(channels, key=lambda one: -means[one]) if basis != "default" else list(channels)
    best = ranked[0]
    if seed and basis != "default":
        draw = random.Random(seed)  # noqa: S311
        drawn = {one: _share_drawn(draw, beliefs[one]) for one in sorted(channels)}
        ranked = sorted(channels, key=lambda one: -drawn[one])
    words = _channel_words(basis, ranked[0], best, means)
    return ChannelChoice(tuple(ranked), basis, round(means[ranked[0]], 4), ranked[0] is not best, words)


def _channel_belief(engagement: Engagement, share: float | None) -> tuple[float, float]:
    sent, engaged = sum(engagement.sent) / ONE, sum(engagement.engaged) / ONE
    share = NO_PRIOR.shares[0] if share is None else min(max(share, 0.001), 0.999)
    return PRIOR_MESSAGES * share + engaged, PRIOR_MESSAGES * (1 - share) + max(sent - engaged, 0.0)


def _channel_words(basis: Basis, chosen: Channel, best: Channel, means: Mapping[Channel, float]) -> str:
    if basis == "default":
        return f"Nothing is known of this customer or of the shop yet, so {chosen.value} comes first."
    whose = "this customer's" if basis == "customer" else "the shop's other"
    found = (
        f"By {whose} messages about {means[best]:.0%} on {best.value} are expected to be opened or clicked"
    )
    if chosen is best:
        return f"{found}, more than on any other channel."
    return f"{found}. This time {chosen.value} is tried ({means[chosen]:.0%} expected), as it may turn out better."


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
