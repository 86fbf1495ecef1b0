"""How many a campaign would reach, and why others not, as the composer shows it; and what that costs. Pure but for `people`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.campaign_texts import CHANNELS
from console.formats import money
from console.people import known_among, name_of
from regulars.campaigns import AudiencePreview
from regulars.campaigns.plan import Plan
from regulars.kernel.money import exponent
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, MessagingSettings, Reason

_MILLION = 1_000_000
_WORTH_READING = 200


@dataclass(frozen=True)
class Named:
    id: str
    name: str


@dataclass(frozen=True)
class Refusal:
    label: str
    text: str
    count: int
    people: list[Named]


@dataclass(frozen=True)
class OnChannel:
    label: str
    icon: str
    count: int


@dataclass(frozen=True)
class Reach:
    """`approx` is `≈ ` where only a sample was looked at; `share` is in percent."""

    total: int
    reachable: int
    share: float
    approx: str
    margin: int
    looked_at: int
    later: int
    channels: list[OnChannel]
    refused: list[Refusal]


@dataclass(frozen=True)
class Seen:
    """What the browser remembers of the last count, so that the rest of the page can speak of it without counting anew."""

    total: int = 0
    reachable: int = 0
    approx: str = ""
    channels: Mapping[str, int] | None = None
    capped: int = 0

    @property
    def words(self) -> str:
        """`≈ 1,234 of 2,000 would get it`; nothing before the first count."""
        if self.channels is None:
            return ""
        return f"{self.approx}{self.reachable:,} of {self.total:,} would get it now"


def reach_of(found: AudiencePreview, names: Mapping[str, str]) -> Reach:
    """The count for people; `names` of the customers among the samples."""
    share = round(100 * found.reachable / found.total, 1) if found.total else 0.0
    refused = [
        Refusal(
            label_of(one.reason.value),
            one.words,
            one.count,
            [Named(person, names[person]) for person in one.sample if person in names],
        )
        for one in sorted(found.refused, key=lambda one: -one.count)
    ]
    channels = [
        OnChannel(CHANNELS[one].label, CHANNELS[one].icon, count)
        for one, count in found.channels.items()
        if count
    ]
    several = channels if len(channels) > 1 else []
    approx = "" if found.exact else "≈ "
    return Reach(
        found.total,
        found.reachable,
        share,
        approx,
        found.margin,
        found.looked_at,
        found.later,
        several,
        refused,
    )


_LABELS = {
    "no_consent": "No consent",
    "no_address": "No address",
    "capped": "Had enough lately",
    "channel_off": "Channel switched off",
    "category_off": "Category switched off",
    "customer_suspended": "Suspended",
    "suppressed": "Address suppressed",
    "no_template": "No text for the channel",
    "no_sender": "No sender set up",
    "no_customer": "Deleted meanwhile",
    "marketing_paused": "Marketing is paused",
    "hold_out": "Hold-out group",
}


def label_of(reason: str) -> str:
    """`No consent` for `no_consent`."""
    return _LABELS.get(reason, reason.replace("_", " ").capitalize())


def seen_of(found: AudiencePreview) -> dict[str, Any]:
    """What the browser keeps of a count."""
    return {
        "total": found.total,
        "reachable": found.reachable,
        "approx": "" if found.exact else "≈ ",
        "channels": {one.value: count for one, count in found.channels.items()},
        "capped": sum(one.count for one in found.refused if one.reason is Reason.CAPPED),
    }


def read_seen(text: str) -> Seen:
    """What the browser kept; nothing when it kept nothing that can be read."""
    try:
        kept = json.loads(text)
        channels = {str(name): int(count) for name, count in kept["channels"].items()}
        return Seen(
            int(kept["total"]),
            int(kept["reachable"]),
            "≈ " if kept["approx"] else "",
            channels,
            int(kept.get("capped", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Seen()


def names_among(tenant: Tenant, found: AudiencePreview) -> dict[str, str]:
    """The names of the customers in the samples."""
    wanted = [person for one in found.refused for person in one.sample]
    known = known_among(tenant, wanted[:_WORTH_READING])
    return {customer_id: name_of(facts) for customer_id, facts in known.items()}


def cost_of(channels: Mapping[str, int], settings: MessagingSettings, currency: str) -> int:
    """What so many messages by channel cost, in minor units."""
    millionths: int = sum(
        count * settings.costs.get(Channel(name), 0)
        for name, count in channels.items()
        if name in set(Channel)
    )
    return round(millionths * int(10 ** exponent(currency)) / _MILLION)


def costs_of(plan: Plan, seen: Seen, settings: MessagingSettings, currency: str) -> list[tuple[str, str]]:
    """The lines of the estimate: messages, fixed costs, what is over the budget."""
    if seen.channels is None:
        return []
    sending = cost_of(seen.channels, settings, currency)
    times = " each time" if plan.schedule.rrule else ""
    rows: Sequence[tuple[str, str]] = [(f"Messages{times}", f"{seen.approx}{money(sending, currency)}")]
    rows = [*rows, ("Other costs", money(plan.cost, currency))] if plan.cost else rows
    if plan.budget is not None:
        left = plan.budget - sending - plan.cost
        rows = [*rows, ("Budget left" if left >= 0 else "Over budget", money(abs(left), currency))]
    return list(rows)
