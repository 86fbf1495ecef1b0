"""What tests do with campaigns: make them, let time pass, look at what the senders were told."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from regulars import campaigns
from regulars.campaigns import Campaign, NewCampaign
from regulars.campaigns.waking import wake
from regulars.customers import Facts
from regulars.customers.facts import new_item
from regulars.kernel.ids import new_id
from regulars.kernel.jobs import ACTIVE, Job, get_job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, TimerItem, timer_of
from regulars.kernel.transaction import Transaction
from regulars.messaging.dispatch_store import add_at_gate
from tests.integration.segments.retail import put
from tests.integration.segments.working import finish
from tests.resources import taken_from

PLAN: dict[str, Any] = {
    "name": "News",
    "audience": {"all": True},
    "channels": ["email"],
    "template": "news",
    "category": "newsletters",
}


@dataclass
class Stage:
    """A tenant, its time, and what its senders have been told so far."""

    tenant: Tenant
    now: datetime
    queue: str
    told: list[dict[str, Any]] = field(default_factory=list)

    def customers(self, count: int, zones: tuple[str | None, ...] = (None,)) -> list[str]:
        """So many customers, their time zones in turn; their ids."""
        ids = [new_id("cus", self.now) for _ in range(count)]
        put(
            new_item(
                Facts(
                    self.tenant,
                    one,
                    status="active",
                    created_at=self.now,
                    email=f"{one.lower()}@example.test",
                    traits={"time_zone": zone} if zone else {},
                )
            )
            for one, zone in zip(ids, zones * (count // len(zones) + 1), strict=False)
        )
        return ids

    def draft(self, **changes: Any) -> Campaign:
        """A draft by the plan above."""
        given = NewCampaign.model_validate(PLAN | changes)
        return campaigns.create_campaign(self.tenant, given, now=self.now)

    def send(self, **changes: Any) -> Campaign:
        """A campaign that is being sent; nothing is planned yet."""
        return campaigns.send_campaign(self.tenant, self.draft(**changes).id, now=self.now)

    def get(self, campaign: Campaign) -> Campaign:
        return campaigns.get_campaign(self.tenant, campaign.id)

    def plan(self, campaign: Campaign) -> Job | None:
        """Carry on the job at hand, if there is one, to its end."""
        run = self.get(campaign).run
        job = get_job(self.tenant, run.job) if run and run.job else None
        return finish(self.tenant, job, self.now) if job and job.state in ACTIVE else job

    def fire(self) -> int:
        """Do what campaigns' timers that are due ask for; how many there were."""
        due = [one for one in self.timers() if one.due <= self.now]
        for timer in due:
            wake(timer, self.now)
        return len(due)

    def timers(self) -> list[Timer]:
        found = []
        for shard in range(SHARDS):
            for item in TimerItem.each(f"S#TIMER#{shard:02d}", consistent=True):
                if item.tenant == self.tenant.id and item.name.startswith("campaign."):
                    told = {"tenant": item.tenant, "name": item.name, "subject": item.subject}
                    found.append(timer_of(told | {"due": item.due.isoformat()}))
        return sorted(found, key=lambda one: one.due)

    def batches(self) -> list[dict[str, Any]]:
        """What the senders were told since the last look, of this tenant."""
        found = [one for one in taken_from(self.queue) if one["tenant"] == self.tenant.id]
        self.told += found
        return found

    def handle(self) -> Counter[str]:
        """Be the sender of all that was told: every customer of a dispatch is handled, once."""
        seen: dict[str, set[str]] = {}
        for one in self.told:
            seen.setdefault(one["dispatch"], set()).update(one["customers"])
        return Counter({dispatch: len(ids) for dispatch, ids in seen.items()})

    def count(self, dispatch_id: str, **counts: int) -> None:
        """Add to a dispatch's sums, by mail."""
        tx = Transaction(self.tenant)
        given = {name if name == "handled" else f"email_{name}": count for name, count in counts.items()}
        add_at_gate(tx, dispatch_id, 0, given)
        tx.commit()

    def pass_time(self, hours: float = 0, minutes: float = 0) -> None:
        self.now += timedelta(hours=hours, minutes=minutes)

    def live(self, campaign: Campaign, until: datetime) -> dict[str, datetime]:
        """Let time pass timer by timer, planning what is to be planned and sending all of it at once; when each customer was
        told of first. Fails when one is told of twice in effect, by two branches."""
        moments: dict[str, datetime] = {}
        branch_of: dict[str, str] = {}
        self._turn(campaign, moments, branch_of)
        for _ in range(500):
            timers = [one for one in self.timers() if one.due <= until]
            if not timers:
                self.now = until
                return moments
            self.now = max(self.now, timers[0].due)
            self.fire()
            self._turn(campaign, moments, branch_of)
        raise AssertionError("it does not come to rest")

    def _turn(self, campaign: Campaign, moments: dict[str, datetime], branch_of: dict[str, str]) -> None:
        self.plan(campaign)
        for one in self.batches():
            fresh = 0
            for customer in one["customers"]:
                assert branch_of.setdefault(customer, one["dispatch"]) == one["dispatch"]
                fresh += customer not in moments
                moments.setdefault(customer, self.now)
            if fresh:
                self.count(one["dispatch"], handled=fresh, sent=fresh)
