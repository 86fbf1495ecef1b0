"""Reading who is in a segment and who was: each of its 16 partitions in the order of the customers' ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kernel.clock import iso
from regulars.kernel.errors import MalformedError
from regulars.kernel.pagination import decode_cursor, encode_cursor
from regulars.kernel.tenancy import Tenant
from regulars.segments.members_store import (
    MEMBER,
    PAST,
    SHARDS,
    MemberItem,
    SpellItem,
    member_shard_of,
    members_shard,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of members ended: in which partition, and after which customer."""

    shard: int
    after: str = ""


@dataclass(frozen=True, slots=True)
class Spell:
    """A membership: `until` is None of one that lasts."""

    customer_id: str
    since: datetime
    until: datetime | None = None


def read_place(tenant: Tenant, segment_id: str, cursor: str | None) -> Place:
    """The place that a cursor stands for. Raises MalformedError for one of another tenant, segment or list."""
    keys = decode_cursor(tenant, cursor)
    if keys is None:
        return Place(0)
    if set(keys) == {"pk", "sk"} and keys["sk"]["S"].startswith(MEMBER):
        for shard in range(SHARDS):
            if keys["pk"]["S"] == members_shard(tenant, segment_id, shard):
                return Place(shard, keys["sk"]["S"].removeprefix(MEMBER))
    raise MalformedError("the cursor is not one of this list")


def cursor_at(tenant: Tenant, segment_id: str, place: Place) -> str:
    """The cursor of a place."""
    pk = members_shard(tenant, segment_id, place.shard)
    return encode_cursor({"pk": {"S": pk}, "sk": {"S": MEMBER + place.after}})


def present_after(
    tenant: Tenant, segment_id: str, place: Place, limit: int, since: datetime | None = None
) -> tuple[list[Spell], str | None]:
    """Present members of one partition after a place, with `since` only those who had come by then; and the customer up to
    whom this is (None: to the end). 0.5 request units for every 40 or so."""
    pk = members_shard(tenant, segment_id, place.shard)
    found = MemberItem.page(
        pk,
        # Above "" all ids lie; the next letter ends the range.
        MemberItem.sk.between(f"{MEMBER}{place.after}\x01", f"{MEMBER}~"),
        limit=limit,
        only=None if since is None else MemberItem.since <= since,
    )
    spells = [Spell(item.sk.removeprefix(MEMBER), item.since) for item in found.items]
    return spells, None if found.last is None else found.last["sk"]["S"].removeprefix(MEMBER)


def past_at(
    tenant: Tenant, segment_id: str, shard: int, at: datetime, customer_id: str | None = None
) -> list[Spell]:
    """Who was in it at a moment and has left since, of one partition (or of one customer in it). 0.5 request units for every
    30 or so who left since."""
    pk = members_shard(tenant, segment_id, shard)
    found: list[Spell] = []
    after: dict[str, Any] | None = None
    left_since = SpellItem.sk.between(f"{PAST}{iso(at)}~", f"{PAST}~")
    while True:
        page = SpellItem.page(pk, left_since, limit=2000, after=after, only=SpellItem.since <= at)
        for item in page.items:
            whose = item.sk.rpartition("#")[2]
            if customer_id is None or customer_id == whose:
                found.append(Spell(whose, item.since, item.until))
        after = page.last
        if after is None:
            return found


def spell_at(tenant: Tenant, segment_id: str, customer_id: str, at: datetime) -> Spell | None:
    """The spell that a customer was in a segment by at a moment, or None."""
    shard = member_shard_of(customer_id)
    item = MemberItem.read(members_shard(tenant, segment_id, shard), MEMBER + customer_id, consistent=True)
    if item is not None and item.since <= at:
        return Spell(customer_id, item.since)
    past = past_at(tenant, segment_id, shard, at, customer_id)
    return past[0] if past else None


def merged(present: Sequence[Spell], past: Sequence[Spell], place: Place, end: str | None) -> list[Spell]:
    """Both in the order of the customers' ids, after a place and up to `end`."""
    within = [
        one
        for one in (*present, *past)
        if one.customer_id > place.after and (end is None or one.customer_id <= end)
    ]
    return sorted(within, key=lambda one: one.customer_id)
