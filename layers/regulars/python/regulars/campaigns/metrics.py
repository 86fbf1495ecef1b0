"""A run's metrics as they stand at this moment, from the sums that change with each delivery."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from regulars.campaigns.comparing import Arm, best_by_mean, best_by_rate
from regulars.campaigns.deciding_winner import arm_of
from regulars.campaigns.figures import Figures, Uplift, cost_of, figures_of, uplift_of
from regulars.campaigns.model import HOLD_OUT, Campaign, Run
from regulars.campaigns.plan import Winner
from regulars.campaigns.service import get_campaign
from regulars.campaigns.store import runs_of
from regulars.campaigns.totals import by_channel, handled, measures, totals_by_branch
from regulars.kernel.errors import NotFoundError
from regulars.kernel.money import exponent
from regulars.kernel.tenancy import Tenant
from regulars.messaging import (
    BATCH,
    Channel,
    MessagingSettings,
    dispatch_hours,
    dispatch_links,
    link_urls,
    messaging_settings,
)
from regulars.messaging.sending.failing import failed_batches_of
from regulars.platform import settings_of

# So many of a branch are counted.
MOST_FAILED = 200


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """A variant with all of its phases; `probability` is that of being the best so far, by the test's measure."""

    name: str
    figures: Figures
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """`whole` leaves the hold-out aside. `currency` is that of all money, in minor units; `decision` stands once it is made.
    `missing` customers have no result yet; `failed_batches` is how many failed every time: those that are noted, up to 200 of a
    branch, or as many as the missing must be if no result has come for two hours."""

    campaign_id: str
    run: int
    at: datetime
    currency: str
    whole: Figures
    variants: Sequence[VariantFigures] = ()
    channels: Mapping[str, Figures] = field(default_factory=dict)
    hold_out: Figures | None = None
    uplift: Uplift | None = None
    decision: Mapping[str, Any] | None = None
    failed_batches: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class _Sums:
    """A run with the sums of its branches, and by what they are valued."""

    run: Run
    branches: Mapping[str, Counter[str]]
    settings: MessagingSettings
    currency: str

    def counts(self, variant: str | None = None, *, held: bool = False) -> Counter[str]:
        whole: Counter[str] = Counter()
        for one in self.run.branches:
            if (one.variant == HOLD_OUT) == held and variant in {None, one.variant}:
                whole += self.branches[one.id]
        return whole

    def planned(self, variant: str | None = None, *, held: bool = False) -> int:
        return sum(
            one.planned
            for one in self.run.branches
            if (one.variant == HOLD_OUT) == held and variant in {None, one.variant}
        )

    def costs(self, counts: Mapping[str, int]) -> dict[str, int]:
        prices = {channel.value: price for channel, price in self.settings.costs.items()}
        return cost_of(by_channel(counts), prices, exponent(self.currency))

    def figures(self, counts: Counter[str], planned: int, fixed: int = 0) -> Figures:
        cost = sum(self.costs(counts).values()) + fixed
        return figures_of(measures(counts), attribution=self.settings.attribution, cost=cost, planned=planned)


def run_of(tenant: Tenant, campaign: Campaign, number: int) -> Run:
    """A run by its number, 0 for the newest. Raises NotFoundError when there is none."""
    if number in {0, campaign.runs} and campaign.run is not None:
        return campaign.run
    found = next((one for one in runs_of(tenant, campaign.id) if one.number == number), None)
    if found is None:
        raise NotFoundError("this campaign has not run yet" if not campaign.runs else "there is no such run")
    return found


def campaign_metrics(
    tenant: Tenant, campaign_id: str, *, run: int = 0, now: datetime | None = None
) -> Metrics:
    """The figures of a run, live. Raises NotFoundError for one that has not run. About 1 request unit a dispatch."""
    campaign = get_campaign(tenant, campaign_id)
    at_hand = run_of(tenant, campaign, run)
    sums = _Sums(
        at_hand,
        totals_by_branch(tenant, at_hand),
        messaging_settings(tenant),
        settings_of(tenant).currency,
    )
    counts, held = sums.counts(), sums.counts(held=True)
    missing = max(0, at_hand.planned - handled(at_hand, sums.branches))
    costs = sums.costs(counts)
    channels = {
        channel: figures_of(one, attribution=sums.settings.attribution, cost=costs[channel])
        for channel, one in sorted(by_channel(counts).items())
    }
    return Metrics(
        campaign.id,
        at_hand.number,
        at_hand.at,
        sums.currency,
        sums.figures(counts, sums.planned(), campaign.plan.cost),
        _variants(campaign, sums),
        channels,
        sums.figures(held, sums.planned(held=True)) if campaign.plan.hold_out else None,
        _uplift(measures(counts), measures(held)),
        at_hand.decision,
        _failed_batches(tenant, at_hand, missing, now),
        missing,
    )


def _failed_batches(tenant: Tenant, run: Run, missing: int, now: datetime | None) -> int:
    if not missing:
        return 0
    noted = sum(len(failed_batches_of(tenant, one.id, MOST_FAILED)) for one in run.branches)
    stalled = -(-missing // BATCH) if now is not None and run.stalled(now) else 0
    return max(noted, stalled)


def _variants(campaign: Campaign, sums: _Sums) -> list[VariantFigures]:
    test = campaign.plan.test
    if test is None or not test.variants:
        return []
    arms = [
        arm_of(one.name, measures(sums.counts(one.name)), test.winner, sums.settings.attribution)
        for one in test.variants
    ]
    chances = best_by_mean(arms) if test.winner is Winner.REVENUE else best_by_rate(arms)
    return [
        VariantFigures(
            one.name, sums.figures(sums.counts(one.name), sums.planned(one.name)), round(chance, 4)
        )
        for one, chance in zip(test.variants, chances, strict=True)
    ]


def _uplift(treated: Mapping[str, int], held: Mapping[str, int]) -> Uplift | None:
    """Buyers of both, touched or not: who was held out had nothing that could have touched them."""
    return uplift_of(
        Arm("treated", treated.get("sent", 0), treated.get("buyers", 0), treated.get("buyers_revenue", 0)),
        Arm(
            HOLD_OUT,
            held.get("not_sent_hold_out", 0),
            held.get("buyers", 0),
            held.get("buyers_revenue", 0),
        ),
    )


@dataclass(frozen=True, slots=True)
class HourFigures:
    """What came about in an hour (UTC): counts by measure, all channels together."""

    at: datetime
    counts: Mapping[str, int]


def campaign_over_time(tenant: Tenant, campaign_id: str, *, run: int = 0) -> list[HourFigures]:
    """The run's hours in which anything came about, the earliest first. Raises NotFoundError."""
    at_hand = run_of(tenant, get_campaign(tenant, campaign_id), run)
    found: dict[datetime, Counter[str]] = {}
    for branch in at_hand.branches:
        if branch.variant != HOLD_OUT:
            for at, row in dispatch_hours(tenant, branch.id).items():
                found.setdefault(at, Counter()).update(measures(row))
    return [HourFigures(at, dict(counts)) for at, counts in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """A link of a template's version: clicks by people, and by how many different ones."""

    template: str
    number: str
    url: str
    clicks: int
    people: int
    machine: int


def campaign_links(tenant: Tenant, campaign_id: str, *, run: int = 0) -> list[LinkFigures]:
    """The links of a run's messages, the most clicked first. Raises NotFoundError."""
    campaign = get_campaign(tenant, campaign_id)
    at_hand = run_of(tenant, campaign, run)
    found: dict[tuple[str, str], Counter[str]] = {}
    for branch in at_hand.branches:
        variant = campaign.plan.variant(branch.variant) or campaign.plan.variant(at_hand.winner)
        template = (variant.template if variant else "") or campaign.plan.template
        for number, row in dispatch_links(tenant, branch.id).items():
            found.setdefault((template, number), Counter()).update(row)
    rows = [
        LinkFigures(
            template,
            number,
            _url(tenant, template, number, sums),
            (counts := measures(sums))["clicked"],
            counts["clicked"],
            counts["machine"],
        )
        for (template, number), sums in found.items()
    ]
    return sorted(rows, key=lambda one: (-one.clicks, one.template, one.number))


def _url(tenant: Tenant, template: str, number: str, sums: Mapping[str, int]) -> str:
    """Where the link leads, empty where that differs by delivery."""
    channel = next(iter(by_channel(sums)), "")
    urls = link_urls(tenant, template, Channel(channel)) if channel and number.isdigit() else ()
    return urls[int(number)] if number.isdigit() and int(number) < len(urls) else ""


def campaign_totals(tenant: Tenant, campaigns: Iterable[Campaign]) -> dict[str, Counter[str]]:
    """Measures of the newest run of each campaign that has run, the hold-out aside, by the campaign's id: for lists. About 1
    request unit a dispatch."""
    found: dict[str, Counter[str]] = {}
    for campaign in campaigns:
        run = campaign.run
        if run is not None:
            mine = replace(run, branches=tuple(one for one in run.branches if one.variant != HOLD_OUT))
            found[campaign.id] = Counter()
            for sums in totals_by_branch(tenant, mine).values():
                found[campaign.id].update(measures(sums))
    return found
