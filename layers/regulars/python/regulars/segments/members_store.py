"""A segment's side of memberships: its members and past spells in 16 partitions, its sums by day, its failures; and the
writing of customers' steps. One customer's changes are one transaction; several customers' may share it."""

import zlib
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.customers import FACTS_SHARDS, customer_subject
from regulars.kernel.clock import iso
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments.events import SegmentEntered, SegmentExited
from regulars.segments.model import Change, State
from regulars.segments.rules.values import Millis, moment_of
from regulars.segments.state_store import Moved, change_state

SHARDS = 16
# As many as a bulk run has parts, and by the same remainder: no two of its workers write the same sums.
SUM_SHARDS = 16
# What the keys of present members and of past spells begin with.
MEMBER, PAST = "M#", "P#"


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


def members_shard(tenant: Tenant, segment_id: str, shard: int) -> str:
    """The partition of a segment's members and past spells, 0 to SHARDS - 1."""
    return tenant.partition("Y", segment_id, f"{shard:02d}")


def member_shard_of(customer_id: str) -> int:
    """In which of a segment's partitions a customer is."""
    return _hash(customer_id) // FACTS_SHARDS % SHARDS


def sums_partition(tenant: Tenant, segment_id: str) -> str:
    """The partition of a segment's sums, users and failures."""
    return tenant.partition("Y", segment_id)


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
        after = change_state(self._tx, step)
        self._spells(step)
        self._failures(step)
        self._events(step)
        return after

    def _spells(self, step: Moved) -> None:
        tx, customer_id = self._tx, step.customer_id
        for segment in dict.fromkeys(change.segment for change in step.changes):
            pk = members_shard(tx.tenant, segment, member_shard_of(customer_id))
            for change in step.changes:
                if change.segment == segment:
                    self._count(change, customer_id)
                    if change.since is not None:
                        self._past(pk, customer_id, change.since, change.at)
            present = MemberItem(pk, MEMBER + customer_id)
            if segment in step.after.members and not step.gone:
                present.since = moment_of(step.after.members[segment])
                tx.save(present)
            elif segment in step.before.members:
                tx.delete(present, MemberItem.pk.exists() | MemberItem.pk.does_not_exist())

    def _past(self, pk: str, customer_id: str, since: Millis, until: Millis) -> None:
        self._tx.save(
            SpellItem(
                pk,
                f"{PAST}{iso(moment_of(until))}#{customer_id}",
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
