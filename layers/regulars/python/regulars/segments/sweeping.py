"""The worker's side of a bulk evaluation: a part goes page by page through its shards, in each page judges together whom it
can, and writes what differs (docs/adr/0013).

A page may be done again after a crash: what is written already is found unchanged then. So memberships, sums and events are
exact, while the job's own counts of who entered and left miss what a page wrote before it was cut short.
"""

from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.customers import Facts
from regulars.kernel.clock import iso
from regulars.kernel.jobs import Job, State
from regulars.kernel.leases import Lease
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import Hands, Owner
from regulars.segments.bulk import IN_FLIGHT, JOB, Ask, conclude, shards_of
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.evaluating import Cause, evaluate
from regulars.segments.judging import Candidate, judge
from regulars.segments.packing import write_steps
from regulars.segments.ranking import computed, keep_thresholds, measure
from regulars.segments.rules.values import millis
from regulars.segments.sweep_store import Page, read_page
from regulars.segments.thresholds import Threshold, readers_of, value_of

# Customers between two checkpoints: a second or two of work when all of them change.
PAGE = 500
# Histories that are read at the same time.
LANES = 8


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a part does: what its job asks, which thresholds moved from what to what, and until when every judged state moves on
    though nothing differs."""

    tenant: Tenant
    ask: Ask
    moves: dict[str, tuple[float | None, float]]
    touch_until: datetime

    @classmethod
    def of(cls, tenant: Tenant, job: Job) -> "Sweep":
        ask, place = Ask.of(job), job.checkpoint
        moves = {key: (old, new) for key, (old, new) in place.get("moves", {}).items()}
        since = datetime.fromisoformat(place["at"]) if moves else job.created_at
        return cls(tenant, ask, moves, since + IN_FLIGHT if ask.edited or moves else since)

    def do(self, page: Page, now: datetime, pool: Executor) -> Counter[str]:
        """Judge and write a page; what there is to count."""
        if page.catalogue is None:
            return Counter()
        candidates = self._candidates(page.catalogue, page)
        touch = now < self.touch_until
        verdict = judge(page.catalogue, candidates, millis(now), self.ask.because, pool, touch=touch)
        written = write_steps(page.catalogue, verdict.steps)
        again = [*(one.facts.customer_id for one in verdict.live), *written.moved]
        woken = {one.facts.customer_id: one.woken for one in candidates}
        evaluate(self.tenant, {one: Cause(woken[one], self.ask.because) for one in again}, now)
        changed = written.counts.pop("changed", 0)
        unchanged = len(page.customers) - changed - len(again)
        return written.counts + Counter(read=len(page.customers), unchanged=unchanged, retried=len(again))

    def _candidates(self, catalogue: Catalogue, page: Page) -> list[Candidate]:
        everywhere = frozenset(self.ask.segments) & catalogue.dynamic
        readers = {key: readers_of(catalogue, [key]) for key in self.moves}
        made = [
            Candidate(facts, state, everywhere.union(*(readers[key] for key in self._crossed(facts))))
            for facts, state in page.customers
        ]
        return [one for one in made if one.woken]

    def _crossed(self, facts: Facts) -> list[str]:
        """The thresholds that have moved past the customer."""
        return [key for key, (old, new) in self.moves.items() if _between(facts, key, old, new)]


def _between(facts: Facts, key: str, old: float | None, new: float) -> bool:
    value = value_of(facts, Threshold.of(key).field)
    if value is None or old is None:
        return value is not None
    return min(old, new) <= value <= max(old, new)


def sweep(hands: Hands) -> bool:
    """A part's turn; whether it is through."""
    lease = hands.lease
    assert lease.part is not None
    work, shards = Sweep.of(hands.tenant, lease.job), shards_of(lease.part)
    place, counts = lease.place or {"shard": 0, "after": ""}, Counter(lease.counts)
    with ThreadPoolExecutor(LANES) as pool:
        while place["shard"] < len(shards):
            page = read_page(hands.tenant, shards[place["shard"]], place["after"], PAGE)
            counts += work.do(page, hands.now(), pool)
            place = _onward(place, page)
            lease.checkpoint(
                hands.now(), counts=dict(counts), checkpoint=place, done=place["shard"] / len(shards)
            )
            if lease.stopping or hands.in_haste:
                break
    return bool(place["shard"] == len(shards))


def _onward(place: dict[str, Any], page: Page) -> dict[str, Any]:
    if page.last is None:
        return {"shard": place["shard"] + 1, "after": ""}
    return {"shard": place["shard"], "after": page.last}


def _carry_on(hands: Hands) -> bool:
    job = hands.lease.job
    measuring = bool(Ask.of(job).measure) and job.round == 0
    return measure(hands) if measuring else sweep(hands)


def _conclude(hands: Hands, outcome: State, message: str | None) -> bool:
    """The thresholds are known and everybody whom they concern has yet to be judged, or that is done."""
    job = hands.lease.job
    ask = Ask.of(job)
    if outcome is State.SUCCEEDED and ask.measure and job.round == 0:
        place = _put_in_force(hands, ask)
        if ask.segments or place["moves"]:
            hands.lease.begin_next_round(place)
            return False
    conclude(hands.tenant, job, outcome, hands.now())
    return True


def _put_in_force(hands: Hands, ask: Ask) -> dict[str, Any]:
    """Which thresholds moved from what to what. Written down before they are in force: whoever does this again must not take
    the new ones for the old."""
    lease = hands.lease
    if "moves" not in lease.place:
        catalogue = catalogue_of(hands.tenant)
        before = {} if catalogue is None else catalogue.thresholds
        found = computed(hands.files, lease.job.id, ask.measure)
        moved = {
            key: [before.get(key), value] for key, (value, _) in found.items() if before.get(key) != value
        }
        sizes = {key: count for key, (_, count) in found.items()}
        place: dict[str, Any] = {"moves": moved, "sizes": sizes, "at": iso(hands.now())}
        lease.checkpoint(hands.now(), counts=lease.counts, checkpoint=place, done=0)
    place = lease.place
    if place["moves"]:
        keep_thresholds(hands.tenant, place["moves"], place["sizes"], hands.now())
    return place


def _reached(lease: Lease) -> str:
    return f"after {lease.counts.get('read', 0):,} customers"


OWNERS = {JOB: Owner(_carry_on, _conclude, _reached)}
