"""Where a planner's customers come from, page by page: an audience, what an earlier pass kept, or those who did not open.

Each source is cut into sixteen parts. A place is JSON: it is where the next page begins, and the same place gives the same page
for as long as nobody comes or goes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from regulars.campaigns.model import Branch, Campaign, Phase
from regulars.customers import FACTS_SHARDS, Facts, page_of_shard
from regulars.kernel.files import Files
from regulars.kernel.tenancy import Tenant
from regulars.messaging import DELIVERY_SHARDS, Channel, DeliveryFilter, State, campaign_deliveries
from regulars.segments import MEMBER_SHARDS, Matching, member_ids

# Customers between two checkpoints: ten whole batches.
PAGE = 480
PARTS = 16
Place = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """A page: customers' ids, their facts if they were read anyway, where each goes if that is settled, and what comes next."""

    ids: Sequence[str]
    facts: dict[str, Facts] = field(default_factory=dict)
    settled: dict[str, list[str]] = field(default_factory=dict)
    following: Place | None = None
    done: float = 0.0


class Source(Protocol):
    def page(self, place: Place) -> Slice:
        """The page at a place, `{}` at the beginning."""
        ...


@dataclass(frozen=True, slots=True)
class OfSegment:
    """Members of one of the segment's sixteen partitions."""

    tenant: Tenant
    segment_id: str
    matching: Matching
    part: int

    def page(self, place: Place) -> Slice:
        assert MEMBER_SHARDS == PARTS
        ids, last = member_ids(self.tenant, self.segment_id, self.part, place.get("after", ""), PAGE)
        return Slice(self.matching.kept(ids), following=None if last is None else {"after": last})


@dataclass(frozen=True, slots=True)
class OfEverybody:
    """Customers of every sixteenth facts shard, by a rule if there is one."""

    tenant: Tenant
    matching: Matching
    part: int

    def page(self, place: Place) -> Slice:
        shards = range(self.part, FACTS_SHARDS, PARTS)
        at = place.get("shard", 0)
        found = page_of_shard(self.tenant, shards[at], limit=PAGE, after=place.get("last"))
        kept = self.matching.matching(found.items)
        following: Place | None = {"shard": at, "last": found.last}
        if found.last is None:
            following = {"shard": at + 1} if at + 1 < len(shards) else None
        facts = {one.customer_id: one for one in kept}
        return Slice(list(facts), facts, following=following, done=at / len(shards))


@dataclass(frozen=True, slots=True)
class OfList:
    """Every sixteenth of a list."""

    customers: Sequence[str]
    matching: Matching
    part: int

    def page(self, place: Place) -> Slice:
        mine, at = self.customers[self.part :: PARTS], place.get("at", 0)
        some = mine[at : at + PAGE]
        following = {"at": at + PAGE} if at + PAGE < len(mine) else None
        return Slice(self.matching.kept(some), following=following)


@dataclass(frozen=True, slots=True)
class OfKept:
    """What this very part has kept for a later pass: ids by branch, or under an empty name for the remainder."""

    files: Files
    folder: str

    def page(self, place: Place) -> Slice:
        keys = list(self.files.keys(self.folder))
        at = place.get("at", 0)
        if at >= len(keys):
            return Slice([])
        data: dict[str, list[str]] = json.loads(b"".join(self.files.read(keys[at])))
        following = {"at": at + 1} if at + 1 < len(keys) else None
        ids = data.pop("", [])
        return Slice(ids, settled=data, following=following, done=at / len(keys))


@dataclass(frozen=True, slots=True)
class OfUnopened:
    """Those who got the run's mail and neither opened it nor unsubscribed since, by eight of the parts. A machine's opening
    does not count: it leaves the delivery where it was."""

    tenant: Tenant
    campaign: Campaign
    part: int

    def page(self, place: Place) -> Slice:
        if self.part >= DELIVERY_SHARDS:
            return Slice([])
        states = (State.SENT, State.DELIVERED)
        at = place.get("state", 0)
        wanted = DeliveryFilter(states[at], channel=Channel.EMAIL)
        found, last = campaign_deliveries(
            self.tenant, self.campaign.id, self.part, wanted, after=place.get("last"), limit=PAGE
        )
        mine = self._branches()
        settled: dict[str, list[str]] = {}
        for one in found:
            if one.dispatch_id in mine and one.opened_at is None and one.unsubscribed_at is None:
                settled.setdefault(mine[one.dispatch_id], []).append(one.customer_id)
        following: Place | None = {"state": at, "last": last}
        if last is None:
            following = {"state": at + 1} if at + 1 < len(states) else None
        return Slice([], settled=settled, following=following, done=at / len(states))

    def _branches(self) -> dict[str, str]:
        """By which dispatch somebody got it → by which they get it again."""
        run = self.campaign.run
        assert run is not None
        again = {one.variant: one.id for one in run.branches if one.phase is Phase.RESEND}
        first: Iterator[Branch] = (one for one in run.branches if one.phase is not Phase.RESEND)
        return {one.id: again[one.variant] for one in first if one.variant in again}


def folder_of(campaign_id: str, run: int, bucket: str, part: int) -> str:
    """Where a part keeps ids for a later pass."""
    return f"campaigns/{campaign_id}/{run:04d}/{bucket}/{part:02d}-"


def audience_of(tenant: Tenant, campaign: Campaign, part: int, now: datetime) -> Source:
    """The campaign's audience as it is now."""
    audience = campaign.plan.audience
    matching = Matching.of(tenant, audience.rule, audience.exclude, now)
    if audience.segment is not None:
        return OfSegment(tenant, audience.segment, matching, part)
    if audience.customers is not None:
        return OfList(audience.customers, matching, part)
    return OfEverybody(tenant, matching, part)
