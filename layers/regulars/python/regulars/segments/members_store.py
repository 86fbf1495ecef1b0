"""Where memberships are kept: each customer's state beside their facts' shard, each segment's members and past spells in
16 partitions, and its sums by day. A customer's changes are one transaction; several customers' may share one."""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.customers import FACTS_SHARDS, FactsItem, customer_subject, facts_key
from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, disarm
from regulars.kernel.transaction import Transaction
from regulars.segments.events import SegmentEntered, SegmentExited
from regulars.segments.model import Change, State
from regulars.segments.rules.values import Millis, moment_of

SHARDS = 16
# As many as a bulk run has parts, and by the same remainder: no two of its workers write the same sums.
SUM_SHARDS = 16
TIMER = "segments.evaluate"
_MEMBER, _PAST = "M#", "P#"


class StateMovedError(ConflictError):
    """Somebody else evaluated this customer meanwhile: read everything again and repeat."""


class StateItem(Item):
    """A customer's memberships; `revision` moves with every evaluation."""

    kind = UnicodeAttribute(default="segments")
    members = JsonAttribute(default=dict)
    next = JsonAttribute(default=dict)
    failed = JsonAttribute(null=True)
    timer = NumberAttribute(null=True)
    revision = NumberAttribute()


class MemberItem(Item):
    """A present member (`M#<customer>`)."""

    kind = UnicodeAttribute(default="member")
    since = TimeAttribute()


class SpellItem(Item):
    """A past membership (`P#<until>#<customer>`)."""

    kind = UnicodeAttribute(default="spell")
    since = TimeAttribute()
    until = TimeAttribute()


class SizeItem(Item):
    """A part of a segment's size (`SIZE#<n>`): all parts add up."""

    kind = UnicodeAttribute(default="size")
    size = NumberAttribute(default=0)


class FlowItem(Item):
    """A part of who came and went on a local day (`DAY#<day>#<n>`)."""

    kind = UnicodeAttribute(default="flow")
    entered = NumberAttribute(default=0)
    exited = NumberAttribute(default=0)


class FailureItem(Item):
    """A customer whom a segment could not be evaluated for (`FAILED#<customer>`), since when and why."""

    kind = UnicodeAttribute(default="failure")
    since = TimeAttribute()
    reason = UnicodeAttribute()


def _hash(customer_id: str) -> int:
    return zlib.crc32(customer_id.encode())


def state_shard(tenant: Tenant, shard: int) -> str:
    """The partition with the states of the customers whose facts are in shard 0 to FACTS_SHARDS - 1."""
    return tenant.partition("M", f"{shard:02d}")


def state_key(tenant: Tenant, customer_id: str) -> tuple[str, str]:
    """`(pk, sk)` of a customer's state."""
    return state_shard(tenant, _hash(customer_id) % FACTS_SHARDS), customer_id


def members_shard(tenant: Tenant, segment_id: str, shard: int) -> str:
    """The partition of a segment's members and past spells, 0 to SHARDS - 1."""
    return tenant.partition("Y", segment_id, f"{shard:02d}")


def member_shard_of(customer_id: str) -> int:
    """In which of a segment's partitions a customer is."""
    return _hash(customer_id) // FACTS_SHARDS % SHARDS


def sums_partition(tenant: Tenant, segment_id: str) -> str:
    """The partition of a segment's sums, users and failures."""
    return tenant.partition("Y", segment_id)


def state_of(item: StateItem | None) -> State:
    """The domain value; of a customer who was never evaluated, an empty one of revision 0."""
    if item is None:
        return State()
    timer = None if item.timer is None else int(item.timer)
    return State(item.members, item.next, item.failed or {}, timer, int(item.revision))


def read_states(tenant: Tenant, customer_ids: Iterable[str], *, consistent: bool = True) -> dict[str, State]:
    """The states of up to 100 customers, of those that have one."""
    items = StateItem.read_many((state_key(tenant, one) for one in customer_ids), consistent=consistent)
    return {item.sk: state_of(item) for item in items}


def timer_for(tenant: Tenant, customer_id: str, at: Millis) -> Timer:
    """The one timer of a customer."""
    return Timer(tenant, TIMER, customer_id, moment_of(at))


@dataclass(slots=True)
class Moved:
    """One customer's step from one state to the next. `failures` are the reasons of failed judgements by segment; `fired` is
    set when the armed timer has fired and this very step does its work, `gone` when the customer is deleted, `history` when
    all that woke the segments was imported from the past."""

    customer_id: str
    before: State
    after: State
    changes: tuple[Change, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    fired: bool = False
    gone: bool = False
    history: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing but the revision differs."""
        kept = (self.before.members, self.before.next, self.before.failed)
        return (
            not self.fired
            and not self.gone
            and kept == (self.after.members, self.after.next, self.after.failed)
        )


class MembershipWriter:
    """Collects what customers' steps write into one transaction; `finish` adds the sums they share.

    A step of c changes takes 4 + 3c writes, the sums 2 a segment and day. Raises StateMovedError at the commit if one of the
    customers was evaluated by somebody else since the state was read.
    """

    def __init__(self, tx: Transaction, zone: ZoneInfo) -> None:
        self._tx, self._zone = tx, zone
        self._sizes: Counter[tuple[str, int]] = Counter()
        self._flows: dict[tuple[str, str, int], Counter[str]] = {}

    def add(self, step: Moved) -> State:
        """Add one customer's step; answers the state as it will be kept."""
        tx = self._tx
        armed = self._timer(step)
        pk, sk = state_key(tx.tenant, step.customer_id)
        after = replace(step.after, timer=armed, revision=step.before.revision + 1)
        if step.gone:
            tx.delete(StateItem(pk, sk), StateItem.revision == step.before.revision, StateMovedError())
        else:
            item = StateItem(
                pk,
                sk,
                members=dict(after.members),
                next=dict(after.next),
                failed=dict(after.failed) or None,
                timer=armed,
                revision=after.revision,
            )
            fresh = StateItem.pk.does_not_exist()
            unmoved = StateItem.revision == step.before.revision if step.before.revision else fresh
            tx.save(item, unmoved, StateMovedError())
        if not step.before.revision:
            # Else one who was deleted since their facts were read would get a state that nobody takes away.
            known = FactsItem(*facts_key(tx.tenant, step.customer_id))
            tx.check(known, FactsItem.pk.exists(), StateMovedError())
        self._spells(step)
        self._failures(step)
        self._events(step)
        return after

    def _timer(self, step: Moved) -> Millis | None:
        """Keep the armed timer if it is early enough (waking too early costs one evaluation, moving a timer two writes);
        answers what is armed afterwards."""
        tx, armed = self._tx, step.before.timer
        wanted = None if step.gone else min(step.after.next.values(), default=None)
        early_enough = not step.fired and not step.gone and (wanted is None or (armed or 0) < wanted)
        if armed is not None and (armed == wanted or early_enough):
            return armed
        if armed is not None:
            disarm(tx, timer_for(tx.tenant, step.customer_id, armed))
        if wanted is not None:
            arm(tx, timer_for(tx.tenant, step.customer_id, wanted))
        return wanted

    def _spells(self, step: Moved) -> None:
        tx, customer_id = self._tx, step.customer_id
        for segment in dict.fromkeys(change.segment for change in step.changes):
            pk = members_shard(tx.tenant, segment, member_shard_of(customer_id))
            for change in step.changes:
                if change.segment == segment:
                    self._count(change, customer_id)
                    if change.since is not None:
                        self._past(pk, customer_id, change.since, change.at)
            present = MemberItem(pk, _MEMBER + customer_id)
            if segment in step.after.members and not step.gone:
                present.since = moment_of(step.after.members[segment])
                tx.save(present)
            elif segment in step.before.members:
                tx.delete(present, MemberItem.pk.exists() | MemberItem.pk.does_not_exist())

    def _past(self, pk: str, customer_id: str, since: Millis, until: Millis) -> None:
        self._tx.save(
            SpellItem(
                pk,
                f"{_PAST}{iso(moment_of(until))}#{customer_id}",
                since=moment_of(since),
                until=moment_of(until),
            )
        )

    def _count(self, change: Change, customer_id: str) -> None:
        shard = _hash(customer_id) % SUM_SHARDS
        self._sizes[change.segment, shard] += 1 if change.entered else -1
        day = moment_of(change.at).astimezone(self._zone).date().isoformat()
        flow = self._flows.setdefault((change.segment, day, shard), Counter())
        flow["entered" if change.entered else "exited"] += 1

    def _failures(self, step: Moved) -> None:
        tx = self._tx
        for segment in step.after.failed.keys() - step.before.failed.keys():
            at = moment_of(step.after.next[segment]) - timedelta(minutes=1)
            reason = step.failures.get(segment, "")
            tx.save(
                FailureItem(
                    sums_partition(tx.tenant, segment), f"FAILED#{step.customer_id}", since=at, reason=reason
                )
            )
        for segment in step.before.failed.keys() - step.after.failed.keys():
            item = FailureItem(sums_partition(tx.tenant, segment), f"FAILED#{step.customer_id}")
            tx.delete(item, FailureItem.pk.exists() | FailureItem.pk.does_not_exist())

    def _events(self, step: Moved) -> None:
        subject = customer_subject(self._tx.tenant, step.customer_id)
        for change in step.changes:
            if not change.silent and not step.gone:
                event = SegmentEntered if change.entered else SegmentExited
                self._tx.emit(
                    event(segment_id=change.segment, because=change.because),
                    subject,
                    at=moment_of(change.at),
                    history=step.history and change.because == "event",
                )

    def finish(self) -> None:
        """Add the sums."""
        tx = self._tx
        for (segment, shard), amount in self._sizes.items():
            if amount:
                item = SizeItem(sums_partition(tx.tenant, segment), f"SIZE#{shard}")
                tx.update(item, [SizeItem.kind.set("size"), SizeItem.size.add(amount)])
        for (segment, day, shard), counts in self._flows.items():
            flow = FlowItem(sums_partition(tx.tenant, segment), f"DAY#{day}#{shard}")
            added = [getattr(FlowItem, name).add(times) for name, times in counts.items()]
            tx.update(flow, [FlowItem.kind.set("flow"), *added])


@dataclass(frozen=True, slots=True)
class Spell:
    """A membership: `until` is None of one that lasts."""

    customer_id: str
    since: datetime
    until: datetime | None = None


def touch_state(tenant: Tenant, customer_id: str, revision: int) -> None:
    """Note that a customer was evaluated and nothing changed: whoever judged by older facts must not write any more.
    Raises StateMovedError. 1 request unit a KB, where a transaction would take two."""
    item = StateItem(*state_key(tenant, customer_id))
    if not item.update_if([StateItem.revision.set(revision + 1)], StateItem.revision == revision):
        raise StateMovedError
