"""Removing what lies in a segment's own partitions."""

from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.segments.members_store import SHARDS, members_shard, sums_partition

_AT_ONCE = 250


def places_of(tenant: Tenant, segment_id: str) -> list[str]:
    """The partitions of a segment: its members', and the one of its sums."""
    shards = [members_shard(tenant, segment_id, shard) for shard in range(SHARDS)]
    return [*shards, sums_partition(tenant, segment_id)]


def clear_some(pk: str) -> int:
    """Remove up to 250 items of a partition; answers how many there were. 1 request unit each and a little for reading."""
    found = Item.page(pk, limit=_AT_ONCE, consistent=True).items
    with Item.batch_write() as batch:
        for item in found:
            batch.delete(item)
    return len(found)
