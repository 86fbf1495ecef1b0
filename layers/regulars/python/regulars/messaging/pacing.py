"""How fast: the generic cell rate algorithm, of which the table keeps one number, the moment up to which turns are given out.

https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm. Pure but for the one update of `pace_store`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel
from regulars.messaging.pace_store import reserve

# A channel's turns are given out this far ahead; who finds none comes back later.
AHEAD = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` turns in `seconds`."""

    count: int
    seconds: int

    @property
    def gap(self) -> timedelta:
        return timedelta(seconds=self.seconds / self.count)


def wait_for(tenant: Tenant, name: str, rate: Rate, turns: int, now: datetime) -> timedelta:
    """Take `turns` at once and answer zero, or take none and answer how long it is until there may be room."""
    taken = reserve(tenant, name, rate.gap * turns, now, latest=now + AHEAD)
    if isinstance(taken, datetime):
        return timedelta(0)
    return max(taken, timedelta(seconds=1))


def turns_of(tenant: Tenant, name: str, rate: Rate, turns: int, now: datetime) -> Sequence[datetime]:
    """When each of so many may go: turns are given out as far ahead as it takes, and never taken back."""
    first = reserve(tenant, name, rate.gap * turns, now, latest=None)
    start = first if isinstance(first, datetime) else now
    return [start + rate.gap * number for number in range(turns)]


def channel_name(channel: Channel) -> str:
    """The pace of a channel's provider, for this tenant."""
    return f"CHANNEL#{channel.value}"


def domain_name(domain: str) -> str:
    """The pace of a mail domain."""
    return f"DOMAIN#{domain}"


def dispatch_name(dispatch_id: str) -> str:
    """The pace of a dispatch."""
    return f"DISPATCH#{dispatch_id}"
