"""Before a campaign is sent: how many would get it, by which channel, and who not and why.

Everybody is looked at in a small audience, else a fair sample; each is decided about as at the moment of sending. What is an
estimate says by how much it may be off (95 %).
"""

import time
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from regulars.campaigns.comparing import wilson
from regulars.campaigns.dispatching import message_of
from regulars.campaigns.model import Branch, Campaign, Phase, Run, Status
from regulars.campaigns.plan import Plan
from regulars.campaigns.sources import PARTS
from regulars.kernel.errors import InvalidError
from regulars.kernel.queue import batches
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, Decision, Outcome, Reason, explain, try_message
from regulars.segments import Matching, member_ids, pick, sizes

# So many are decided about, a segment of so many is read whole, and so many customers are looked at for a rule.
LOOKED_AT, WHOLE, MOST = 1000, 20_000, 5000
_READING, _DECIDING = 0.5, 1.5
_AT_ONCE, _PAGE, _SHOWN = 100, 1000, 20


@dataclass(frozen=True, slots=True)
class Refused:
    """Of so many by estimate: why they would get nothing, in words too; some of those looked at."""

    reason: Reason
    words: str
    count: int
    sample: list[str]


@dataclass(frozen=True, slots=True)
class AudiencePreview:
    """`reachable` of `total` would get it, give or take `margin` (half of the 95 % interval), `later` of them not at once;
    `exact` if everybody was looked at. `channels` says by which."""

    total: int
    reachable: int
    later: int
    exact: bool
    margin: int
    looked_at: int
    channels: Mapping[Channel, int]
    refused: list[Refused]


@dataclass(slots=True)
class _Sample:
    """Customers who stand for the audience, each for `weight` of them."""

    ids: list[str]
    total: int
    whole: bool

    def first(self, count: int) -> "_Sample":
        """Fewer of them, fairly."""
        some = sorted(self.ids, key=lambda one: zlib.crc32(one[::-1].encode()))[:count]
        return _Sample(some, self.total, self.whole and len(some) == len(self.ids))


def preview_audience(tenant: Tenant, plan: Plan, *, now: datetime) -> AudiencePreview:
    """Who of the plan's audience would get its message now. Raises InvalidError when no audience or channel is chosen. About 3
    request units each looked at, and what finding them costs."""
    if not plan.audience.kind:
        raise InvalidError.of("/audience", "choose who gets it")
    if not plan.channels:
        raise InvalidError.of("/channels", "choose a channel at least")
    began = time.monotonic()
    sample = _audience(tenant, plan, now, began).first(LOOKED_AT)
    message = message_of(*_as_if(plan, now))
    decided: dict[str, list[Decision]] = {}
    for some in batches(sample.ids, _AT_ONCE):
        decided |= try_message(tenant, message, some, now)
        if time.monotonic() - began > _DECIDING:
            break
    return _told(sample, decided)


def _as_if(plan: Plan, now: datetime) -> tuple[Campaign, Run, Branch]:
    name = plan.variants[0].name if plan.variants else ""
    campaign = Campaign("", "", Status.DRAFT, plan, now, now)
    return campaign, Run(0, now, now), Branch("", Phase.FIRST, name)


def _audience(tenant: Tenant, plan: Plan, now: datetime, began: float) -> _Sample:
    audience = plan.audience
    matching = Matching.of(tenant, audience.rule, audience.exclude, now)
    if audience.customers is not None:
        kept = matching.kept(audience.customers)
        return _Sample(kept, len(kept), True)
    if audience.segment is not None:
        size = sizes(tenant, [audience.segment])[audience.segment]
        if size <= WHOLE:
            kept = matching.kept(_members(tenant, audience.segment))
            return _Sample(kept, len(kept), True)
    found = pick(tenant, wanted=MOST, until=began + _READING, states=audience.segment is not None)
    facts = [one for one in found.customers if audience.segment in {None, *one.state.members}]
    kept_ids = {one.customer_id for one in matching.matching([one.facts for one in facts])}
    weight = sum(one.weight for one in facts if one.facts.customer_id in kept_ids)
    return _Sample(sorted(kept_ids), round(weight), found.whole)


def _members(tenant: Tenant, segment_id: str) -> list[str]:
    found: list[str] = []
    for shard in range(PARTS):
        after: str | None = ""
        while after is not None:
            ids, after = member_ids(tenant, segment_id, shard, after, _PAGE)
            found += ids
    return found


@dataclass(slots=True)
class _Tally:
    channels: Counter[Channel] = field(default_factory=Counter)
    reached: int = 0
    later: int = 0
    refused: dict[Reason, list[str]] = field(default_factory=dict)

    def add(self, customer_id: str, decisions: Sequence[Decision]) -> None:
        going = [one for one in decisions if one.outcome is not Outcome.REFUSE]
        self.channels.update(one.channel for one in going)
        if going:
            self.reached += 1
            self.later += all(one.outcome is Outcome.DEFER for one in going)
        elif (reason := decisions[0].reason) is not None:
            self.refused.setdefault(reason, []).append(customer_id)


def _told(sample: _Sample, decided: Mapping[str, Sequence[Decision]]) -> AudiencePreview:
    tally, looked = _Tally(), len(decided)
    for customer_id, decisions in decided.items():
        tally.add(customer_id, decisions)
    exact = sample.whole and looked == sample.total
    scale = sample.total / looked if looked else 0.0

    def whole(count: int) -> int:
        return count if exact else round(count * scale)

    low, high = wilson(tally.reached, looked)
    refused = [
        Refused(reason, explain(reason), whole(len(ids)), ids[:_SHOWN])
        for reason, ids in sorted(tally.refused.items(), key=lambda one: -len(one[1]))
    ]
    return AudiencePreview(
        sample.total,
        whole(tally.reached),
        whole(tally.later),
        exact,
        0 if exact else round(sample.total * (high - low) / 2),
        looked,
        {channel: whole(count) for channel, count in tally.channels.most_common()},
        refused,
    )
