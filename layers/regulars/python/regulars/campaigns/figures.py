"""What sums of deliveries mean: figures with rates, cost, revenue, return. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.campaigns.comparing import Arm, difference

_REASON = "not_sent_"
# Millionths of the currency unit, as costs a message are kept.
_MICRO = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """Deliveries by what became of them. Rates are shares of the delivered (sent, where nothing tells of deliveries) and leave
    machines out; `reasons` says why some got nothing; money is in minor units."""

    planned: int = 0
    handled: int = 0
    claimed: int = 0
    deferred: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    converted: int = 0
    unsubscribed: int = 0
    complained: int = 0
    bounced: int = 0
    soft_bounced: int = 0
    failed: int = 0
    unknown: int = 0
    not_sent: int = 0
    machine: int = 0
    revenue: int = 0
    cost: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def reached(self) -> int:
        """What rates are shares of."""
        return self.delivered or self.sent

    def rate(self, measure: str) -> float:
        """The share of the reached of whom a measure is true, 0 to 1."""
        count: int = getattr(self, measure)
        return min(1.0, count / self.reached) if self.reached else 0.0

    @property
    def roi(self) -> float | None:
        """What came back for each unit spent, less that unit; None when nothing was."""
        return (self.revenue - self.cost) / self.cost if self.cost else None


_COUNTED = tuple(
    name
    for name in Figures.__dataclass_fields__
    if name not in {"planned", "handled", "revenue", "cost", "reasons"}
)


def figures_of(counts: Mapping[str, int], *, attribution: str, cost: int, planned: int = 0) -> Figures:
    """Figures of the measures of a branch, a variant or a channel."""
    given = {name: counts.get(name, 0) for name in _COUNTED}
    reasons = {
        name.removeprefix(_REASON): count
        for name, count in counts.items()
        if name.startswith(_REASON) and count
    }
    return Figures(
        planned=planned,
        handled=min(planned, counts.get("handled", 0)) if planned else counts.get("handled", 0),
        revenue=counts.get(f"revenue_{attribution}", 0),
        cost=cost,
        reasons=dict(sorted(reasons.items(), key=lambda one: -one[1])),
        **given,
    )


def cost_of(
    by_channel: Mapping[str, Mapping[str, int]], prices: Mapping[str, int], exponent: int
) -> dict[str, int]:
    """The cost of each channel in minor units."""
    micro = micro_costs(by_channel, prices)
    return {channel: round(cost / 10 ** (_MICRO - exponent)) for channel, cost in micro.items()}


def micro_costs(by_channel: Mapping[str, Mapping[str, int]], prices: Mapping[str, int]) -> dict[str, int]:
    """The cost of each channel in millionths of the currency unit: what was counted, else the price a message times what was
    sent."""
    return {
        channel: counts.get("cost") or counts.get("sent", 0) * prices.get(channel, 0)
        for channel, counts in by_channel.items()
    }


@dataclass(frozen=True, slots=True)
class Uplift:
    """What the campaign changed, against those who were held out: the difference of the conversion rates with its 95 %
    interval, and of what a customer brought, in minor units. Both count whoever would have got it, whether or not they
    opened."""

    treated: Arm
    control: Arm
    difference: float
    low: float
    high: float
    revenue_each: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.low > 0 or self.high < 0


def uplift_of(treated: Arm, control: Arm) -> Uplift | None:
    """None without a control group."""
    if not control.n or not treated.n:
        return None
    found, low, high = difference(treated, control)
    return Uplift(treated, control, found, low, high, treated.mean - control.mean)
