"""Each customer's memberships: one item a customer, in the same 64 shards as the facts, and the one timer that goes with it."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.customers import FACTS_SHARDS, FactsItem, facts_key
from regulars.kernel.errors import ConflictError
from regulars.kernel.table import Item, JsonAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import Timer, arm, disarm
from regulars.kernel.transaction import Transaction
from regulars.segments.model import Change, State
from regulars.segments.rules.values import Millis, moment_of

TIMER = "segments.evaluate"


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


def state_shard(tenant: Tenant, shard: int) -> str:
    """The partition with the states of the customers whose facts are in shard 0 to FACTS_SHARDS - 1."""
    return tenant.partition("M", f"{shard:02d}")


def state_key(tenant: Tenant, customer_id: str) -> tuple[str, str]:
    """`(pk, sk)` of a customer's state."""
    return state_shard(tenant, zlib.crc32(customer_id.encode()) % FACTS_SHARDS), customer_id


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
        return self.alone and self.before.next == self.after.next

    @property
    def alone(self) -> bool:
        """Whether nothing but the state's own item is to be written."""
        before, after = self.before, self.after
        stays = not self.gone and (before.members, before.failed) == (after.members, after.failed)
        return stays and not self.changes and not self.fired and self.armed == before.timer

    @property
    def armed(self) -> Millis | None:
        """For when the timer is to be armed. One that is armed early enough is kept: waking too early costs one evaluation,
        moving a timer two writes."""
        armed = self.before.timer
        wanted = None if self.gone else min(self.after.next.values(), default=None)
        keeps = not self.fired and not self.gone and armed is not None
        return armed if keeps and (wanted is None or (armed or 0) <= wanted) else wanted


def write_alone(tenant: Tenant, step: Moved) -> State:
    """Write a step that is `alone` of a customer who has a state; answers the state as it is kept. Also when nothing differs:
    whoever judged by older facts must not write any more. Raises StateMovedError. 1 request unit a KB, where a transaction would
    take two."""
    revision = step.before.revision
    actions = [StateItem.revision.set(revision + 1)]
    if not step.same:
        actions.append(StateItem.next.set(dict(step.after.next)))
    item = StateItem(*state_key(tenant, step.customer_id))
    if not item.update_if(actions, StateItem.revision == revision):
        raise StateMovedError
    return replace(step.after, timer=step.armed, revision=revision + 1)


def change_state(tx: Transaction, step: Moved) -> State:
    """Add to `tx` the state of a step and its timer; answers the state as it will be kept. The commit raises StateMovedError
    if somebody else evaluated the customer since it was read."""
    _change_timer(tx, step)
    pk, sk = state_key(tx.tenant, step.customer_id)
    before, after = step.before, replace(step.after, timer=step.armed, revision=step.before.revision + 1)
    unmoved = StateItem.revision == before.revision if before.revision else StateItem.pk.does_not_exist()
    item = StateItem(pk, sk)
    if step.gone:
        tx.delete(item, unmoved, StateMovedError())
        return after
    item.members, item.next, item.failed = dict(after.members), dict(after.next), dict(after.failed) or None
    item.timer, item.revision = after.timer, after.revision
    tx.save(item, unmoved, StateMovedError())
    if not before.revision:
        # Else one who was deleted since their facts were read would get a state that nobody takes away.
        known = FactsItem(*facts_key(tx.tenant, step.customer_id))
        tx.check(known, FactsItem.pk.exists(), StateMovedError())
    return after


def _change_timer(tx: Transaction, step: Moved) -> None:
    before, after = step.before.timer, step.armed
    if before == after:
        return
    if before is not None:
        disarm(tx, timer_for(tx.tenant, step.customer_id, before))
    if after is not None:
        arm(tx, timer_for(tx.tenant, step.customer_id, after))
