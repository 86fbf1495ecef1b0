"""Segments put straight into the catalogue, ready, and what is to be seen of a customer's memberships."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from regulars.customers import customer_partition
from regulars.kernel.events import EventItem
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, TimerItem, due_timers, timer_of
from regulars.kernel.transaction import Transaction
from regulars.segments.evaluating import evaluate_timer
from regulars.segments.members_store import SHARDS as MEMBER_SHARDS
from regulars.segments.members_store import (
    FlowItem,
    MemberItem,
    SizeItem,
    SpellItem,
    members_shard,
    sums_partition,
)
from regulars.segments.model import Kind, Segment, State
from regulars.segments.state_store import (
    read_states,
)
from regulars.segments.store import create_catalogue, create_segment_item, move_catalogue, read_revision

ORDERED = {
    "type": "event",
    "events": ["order.placed"],
    "window": {"type": "last", "amount": 30, "unit": "days"},
}
BIG = {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 5000}}


def make_segments(
    tenant: Tenant, now: datetime, zone: str = "Europe/Warsaw", **roots: dict[str, Any]
) -> None:
    """Ready segments with ids `seg_<name>` and these rules."""
    tx = Transaction(tenant)
    revision = read_revision(tenant)
    if revision is None:
        create_catalogue(tx, zone, AssertionError())
    else:
        move_catalogue(tx, revision)
    for name, root in roots.items():
        rule = {"version": 1, "root": root}
        create_segment_item(tx, Segment(f"seg_{name}", name, Kind.DYNAMIC, rule, now, now))
    tx.commit()


def inside(name: str) -> dict[str, Any]:
    """The condition of being in another of these segments."""
    return {"type": "segment", "segment": f"seg_{name}"}


def state(tenant: Tenant, customer_id: str) -> State:
    return read_states(tenant, [customer_id]).get(customer_id, State())


def moves(tenant: Tenant, customer_id: str, name: str) -> list[tuple[str, datetime]]:
    """A customer's entries and exits by their events: `in` or `out`, and when."""
    items = EventItem.each(
        customer_partition(tenant, customer_id), EventItem.sk.startswith("E#"), consistent=True
    )
    words = {"segment.entered": "in", "segment.exited": "out"}
    return [
        (words[item.name], item.time)
        for item in items
        if item.name in words and item.data["segment_id"] == f"seg_{name}"
    ]


def present(tenant: Tenant, name: str) -> set[str]:
    """The customers among the segment's members."""
    return {
        item.sk.removeprefix("M#")
        for shard in range(MEMBER_SHARDS)
        for item in MemberItem.each(
            members_shard(tenant, f"seg_{name}", shard), MemberItem.sk.startswith("M#"), consistent=True
        )
    }


def spells(tenant: Tenant, name: str) -> list[tuple[datetime, datetime]]:
    """The past memberships."""
    return [
        (item.since, item.until)
        for shard in range(MEMBER_SHARDS)
        for item in SpellItem.each(
            members_shard(tenant, f"seg_{name}", shard), SpellItem.sk.startswith("P#"), consistent=True
        )
    ]


def size(tenant: Tenant, name: str) -> int:
    items = SizeItem.each(
        sums_partition(tenant, f"seg_{name}"), SizeItem.sk.startswith("SIZE#"), consistent=True
    )
    return sum(int(item.size) for item in items)


def flow(tenant: Tenant, name: str) -> dict[str, tuple[int, int]]:
    """Entered and left by day."""
    found: dict[str, tuple[int, int]] = {}
    pk = sums_partition(tenant, f"seg_{name}")
    for item in FlowItem.each(pk, FlowItem.sk.startswith("DAY#"), consistent=True):
        day = item.sk.split("#")[1]
        entered, exited = found.get(day, (0, 0))
        found[day] = entered + int(item.entered), exited + int(item.exited)
    return found


def timers(tenant: Tenant, until: datetime) -> list[Timer]:
    """The tenant's timers of segments that are due."""
    return [
        timer_of(message_of(item))
        for shard in range(SHARDS)
        for item in due_timers(shard, until)
        if item.tenant == tenant.id and item.name == "segments.evaluate"
    ]


def message_of(item: TimerItem) -> dict[str, str]:
    return {
        "tenant": item.tenant,
        "name": item.name,
        "subject": item.subject,
        "due": item.due.isoformat(),
    }


def let_time_pass(tenant: Tenant, now: datetime) -> tuple[int, set[str]]:
    """Everything that is due by `now`: how many judgements that took, and whose timers fired."""
    judged, woken = 0, set()
    for timer in timers(tenant, now):
        judged += evaluate_timer(timer, now)
        woken.add(timer.subject)
    return judged, woken


def alternate(moves: Iterable[tuple[str, datetime]]) -> bool:
    """Whether entries and exits take turns, beginning with an entry."""
    return all(way == ("in", "out")[place % 2] for place, (way, _) in enumerate(moves))
