"""What a shop's own figures say of hours and channels, before anything is known of a customer. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regulars.messaging.analytics_model import Cell
from regulars.messaging.model import Channel
from regulars.messaging.timing import LEAST_SENT, NO_PRIOR, HourPrior

# Messages by which an hour's share is drawn towards that of all hours: a quiet hour's luck says little.
_DRAWN = 100.0


@dataclass(frozen=True, slots=True)
class Prior:
    """By channel: the shares of its hours, and its own, where the shop has used it enough."""

    hours: Mapping[Channel, HourPrior] = field(default_factory=dict)
    shares: Mapping[Channel, float] = field(default_factory=dict)

    def of(self, channel: Channel) -> HourPrior:
        return self.hours.get(channel, NO_PRIOR)


def prior_from(cells: Iterable[Cell]) -> Prior:
    """The prior by the sums of a period."""
    by_channel: dict[Channel, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_channel[Channel(cell.channel)].append(cell)
    hours = {channel: hour_prior(some) for channel, some in by_channel.items()}
    known = {channel for channel, prior in hours.items() if prior.known}
    return Prior(hours, {channel: _share(_total(by_channel[channel])) for channel in sorted(known)})


def hour_prior(cells: Iterable[Cell]) -> HourPrior:
    """The shares of a channel's hours: how much more is engaged in an hour than its templates would have by the day, times the
    share of all. Order confirmations, which are opened whenever they come, say nothing of the hour that way."""
    some = [cell for cell in cells if cell.counts.get("sent", 0) > 0]
    total = _total(some)
    if total["sent"] < LEAST_SENT:
        return HourPrior(NO_PRIOR.shares, total["sent"])
    share = _share(total)
    of_template = {name: _share(_total(c for c in some if c.template == name)) for name in _names(some)}
    seen: Counter[int] = Counter()
    expected: dict[int, float] = defaultdict(float)
    for cell in some:
        seen[cell.hour] += cell.counts.get("opened", 0)
        expected[cell.hour] += cell.counts["sent"] * of_template[cell.template]
    lift = _DRAWN * share
    shares = tuple(share * (seen[hour] + lift) / (expected[hour] + lift) for hour in range(24))
    return HourPrior(tuple(min(max(one, 0.001), 0.999) for one in shares), total["sent"])


def _names(cells: Iterable[Cell]) -> set[str]:
    return {cell.template for cell in cells}


def _total(cells: Iterable[Cell]) -> Counter[str]:
    total: Counter[str] = Counter()
    for cell in cells:
        total.update({name: cell.counts.get(name, 0) for name in ("sent", "opened")})
    return total


def _share(total: Mapping[str, int]) -> float:
    """Of messages opened (a click is one), kept away from never and always."""
    return (total["opened"] + 0.5) / (total["sent"] + 1)
