"""Parts of shards that are read as samples, not consistently: what is estimated from them need not be."""

from regulars.kernel.tenancy import Tenant
from regulars.segments.members_store import (
    SHARDS,
    MemberItem,
    StateItem,
    members_shard,
    state_of,
    state_shard,
)
from regulars.segments.model import State


def states_of_shard(tenant: Tenant, shard: int) -> dict[str, State]:
    """The states of all customers of a facts shard. 0.5 request units for every 10 or so."""
    return {item.sk: state_of(item) for item in StateItem.each(state_shard(tenant, shard))}


def members_of_shard(tenant: Tenant, segment_id: str, shard: int) -> list[str]:
    """All present members of one of a segment's partitions, 0 to SHARDS - 1. 0.5 request units for every 40 or so."""
    assert 0 <= shard < SHARDS
    pk = members_shard(tenant, segment_id, shard)
    return [item.sk.removeprefix("M#") for item in MemberItem.each(pk, MemberItem.sk.startswith("M#"))]
