"""The planner: a part of a job goes page by page through its share of the audience, says of each customer to which branch they
belong and when they are due, and tells the senders in batches (docs/adr/0018).

The checkpoint comes after the batches of a page were told. A page that is done again after a crash tells the same batches under
the same numbers; each customer's claim makes that harmless. Nothing is remembered from one page to the next but counts.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from regulars.campaigns.assigning import REMAINDER, assigning
from regulars.campaigns.due import Moments, quarter
from regulars.campaigns.habits import best_hours
from regulars.campaigns.model import Campaign, Phase, Run
from regulars.campaigns.plan import ScheduleKind
from regulars.campaigns.recurring import wall_of
from regulars.campaigns.scheduling import zone_of
from regulars.campaigns.sources import PARTS, OfKept, OfUnopened, Slice, Source, audience_of, folder_of
from regulars.customers import Facts, facts_of_many
from regulars.kernel.clock import iso
from regulars.kernel.files import Files
from regulars.kernel.queue import batches
from regulars.kernel.sends import Batch, enqueue_all
from regulars.kernel.tenancy import Tenant
from regulars.messaging import BATCH

_READ_AT_ONCE = 100
# Batches of one part have numbers of their own, whatever pass told them.
_NUMBERS = 10**6
_REST = "rest"


@dataclass(frozen=True)
class Planner:
    """One part of one pass of a run. `due` is the quarter-hour that is planned, None at the beginning of a phase."""

    tenant: Tenant
    campaign: Campaign
    run: Run
    part: int
    due: datetime | None
    files: Files

    def source(self, now: datetime) -> Source:
        """Whom this pass is about."""
        if self.run.phase is Phase.RESEND:
            return OfUnopened(self.tenant, self.campaign, self.part)
        if self._live or (self.due is None and self.run.phase is Phase.FIRST):
            return audience_of(self.tenant, self.campaign, self.part, now)
        return OfKept(self.files, self._folder(self._bucket(self.due) if self.due else _REST))

    def send(self, page: Slice, number: int, page_number: int) -> tuple[Counter[str], set[datetime]]:
        """Tell the senders of those of a page who are due, and keep the others; what there is to count, and which quarter-hours
        are to come. `number` is that of the first batch, `page_number` names what is kept."""
        now: dict[str, list[str]] = {branch: list(ids) for branch, ids in page.settled.items()}
        later: dict[str, dict[str, list[str]]] = {}
        passes: set[datetime] = set()
        for customer_id, branch, due in self._placed(page):
            if due is None and branch:
                now.setdefault(branch, []).append(customer_id)
                continue
            bucket = self._bucket(due) if due else _REST
            later.setdefault(bucket, {}).setdefault(branch, []).append(customer_id)
            passes |= {due} if due else set()
        enqueue_all(self._batches(now, number))
        if not self._live:
            for bucket, kept in later.items():
                self.files.write(f"{self._folder(bucket)}{page_number:06d}", json.dumps(kept).encode())
        return self._counted(page, now), passes

    def _counted(self, page: Slice, now: dict[str, list[str]]) -> Counter[str]:
        places = {one.id: place for place, one in enumerate(self.run.branches)}
        counts = Counter({f"branch_{places[branch]}": len(ids) for branch, ids in now.items()})
        told = sum(counts.values())
        batched = sum(-(-len(ids) // BATCH) for ids in now.values())
        return counts + Counter(
            read=len(page.ids) + sum(map(len, page.settled.values())), planned=told, batches=batched
        )

    def _batches(self, now: dict[str, list[str]], number: int) -> Iterator[Batch]:
        at = (self.run.step * PARTS + self.part) * _NUMBERS + number
        for branch, ids in sorted(now.items()):
            for some in batches(ids, BATCH):
                yield Batch(self.tenant, branch, at, tuple(some))
                at += 1

    def _placed(self, page: Slice) -> Iterator[tuple[str, str, datetime | None]]:
        """Each customer's branch (empty: the remainder, which waits) and moment (None: at once); who is of another pass or
        phase is left out."""
        branches = self._branches
        chosen = [(one, branches[name]) for one in page.ids if (name := self._assign(one)) in branches]
        moments = self._moments(page, [one for one, branch in chosen if branch])
        for one, branch in chosen:
            due = moments.get(one)
            # Looked at again in a live pass: only those whose quarter-hour it is, and later ones who are new.
            if self._live and self.due is not None:
                if due == self.due:
                    yield one, branch, None
                elif due is not None and due > self.due:
                    yield one, branch, due
            else:
                yield one, branch, due

    @cached_property
    def _live(self) -> bool:
        """Whether the audience is looked at again. Best hours are reckoned once: what is learned meanwhile may move them."""
        schedule = self.campaign.plan.schedule
        return schedule.audience == "live" and schedule.kind is not ScheduleKind.BEST_HOUR

    @cached_property
    def _assign(self) -> Callable[[str], str]:
        return assigning(self.campaign.id, self.campaign.plan)

    @cached_property
    def _branches(self) -> dict[str, str]:
        """By what a customer is assigned to: the branch's id."""
        mine = {one.variant: one.id for one in self.run.branches if one.phase is self.run.phase}
        if self.run.phase is Phase.REST:
            return {REMAINDER: mine[self.run.winner]}
        waiting = {REMAINDER: ""} if not self._live else {}
        return mine | waiting

    def _moments(self, page: Slice, ids: list[str]) -> dict[str, datetime | None]:
        """When each is due, None of those who are due already."""
        plan = self.campaign.plan
        delays = {one.name: one.delay_hours for one in plan.variants if one.delay_hours}
        if not plan.schedule.spread and not delays:
            return {}
        facts = self._facts(page, ids) if plan.schedule.spread else {}
        zones = {one: str(facts[one].traits.get("time_zone") or "") if one in facts else "" for one in ids}
        hours = self._hours(zones) if plan.schedule.kind is ScheduleKind.BEST_HOUR else {}
        found: dict[str, datetime | None] = {}
        begun = self._when.begun
        for one in ids:
            due = self._when.due(zones[one], hours.get(one))
            if delays and self.run.phase is Phase.FIRST:
                due += timedelta(hours=delays.get(self._assign(one), 0))
            found[one] = quarter(due) if due > begun else None
        return found

    @cached_property
    def _when(self) -> Moments:
        zone = zone_of(self.tenant)
        return Moments(
            self.campaign.plan.schedule,
            zone,
            wall_of(self.run.due_at, zone),
            self.run.phase_at or self.run.at,
            again=self.run.phase is Phase.REST,
        )

    def _facts(self, page: Slice, ids: list[str]) -> dict[str, Facts]:
        found = {one: page.facts[one] for one in ids if one in page.facts}
        unread = [one for one in ids if one not in found]
        for some in batches(unread, _READ_AT_ONCE):
            found |= facts_of_many(self.tenant, some)
        return found

    def _hours(self, zones: dict[str, str]) -> dict[str, int | None]:
        plan = self.campaign.plan
        key = f"campaign:{self.campaign.id}:{self.run.number}"
        return best_hours(self.tenant, plan.all_channels[0], zones, key, self._when.begun)

    def _bucket(self, due: datetime) -> str:
        return f"{self.run.phase.value}-{iso(due)[:16].replace(':', '')}"

    def _folder(self, bucket: str) -> str:
        return folder_of(self.campaign.id, self.run.number, bucket, self.part)
