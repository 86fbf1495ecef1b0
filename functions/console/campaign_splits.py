"""A run told apart: by channel, by phase, and its money by the models of attribution. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from console.campaign_rates import rate_text
from console.campaign_texts import CHANNELS
from console.formats import money
from regulars.campaigns.metrics import Metrics
from regulars.campaigns.model import HOLD_OUT, Run
from regulars.messaging import Channel


@dataclass(frozen=True)
class OfChannel:
    label: str
    sent: int
    delivered: int
    opened: str
    clicked: str
    cost: str


def channels_of(metrics: Metrics) -> list[OfChannel]:
    """Each channel's figures; a single one says nothing that the whole does not."""
    if len(metrics.channels) < 2:
        return []
    return [
        OfChannel(
            CHANNELS[Channel(name)].label,
            one.sent,
            one.delivered,
            rate_text(one.opened, one.reached),
            rate_text(one.clicked, one.reached),
            money(one.cost, metrics.currency),
        )
        for name, one in metrics.channels.items()
    ]


@dataclass(frozen=True)
class OfPhase:
    """What a part of a run came to: the test, the remainder, the resend."""

    label: str
    sent: int
    opened: str
    clicked: str


_PHASES = (("first", "First"), ("rest", "The winner to the rest"), ("resend", "Sent again"))


def phases_of(run: Run, sums: Mapping[str, Mapping[str, int]]) -> list[OfPhase]:
    """The phases side by side, by the measures of each branch; a single one says nothing that the whole does not."""
    found: dict[str, Counter[str]] = {}
    for branch in run.branches:
        if branch.variant != HOLD_OUT:
            found.setdefault(branch.phase.value, Counter()).update(sums.get(branch.id, {}))
    if len(found) < 2:
        return []
    return [_phase(label, found[name]) for name, label in _PHASES if name in found]


def _phase(label: str, counts: Mapping[str, int]) -> OfPhase:
    reached = counts.get("delivered", 0) or counts.get("sent", 0)
    return OfPhase(
        label,
        counts.get("sent", 0),
        rate_text(counts.get("opened", 0), reached),
        rate_text(counts.get("clicked", 0), reached),
    )


_MODELS = (("last", "last touch"), ("first", "first touch"), ("linear", "shared by all touches"))


def money_of(metrics: Metrics, counts: Mapping[str, int], attribution: str) -> list[tuple[str, str]]:
    """Revenue by each model of attribution (the shop's own first), what it cost, and what came back."""
    whole, currency = metrics.whole, metrics.currency
    models = sorted(_MODELS, key=lambda one: one[0] != attribution)
    rows = [
        (f"Revenue, {words}", money(counts.get(f"revenue_{name}", 0), currency)) for name, words in models
    ]
    rows.append(("Cost", money(whole.cost, currency)))
    if whole.roi is not None:
        rows.append(("Return on cost", f"{100 * whole.roi:,.0f}%"))
    if whole.converted:
        rows.append(("Revenue an order", money(round(whole.revenue / whole.converted), currency)))
    return rows
