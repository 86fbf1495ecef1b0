"""Parts of shards that are read as samples, not consistently: what is estimated from them need not be."""

from regulars.customers import FactsItem, facts_shard
from regulars.kernel.tenancy import Tenant
from regulars.segments.members_store import SHARDS, MemberItem, members_shard
from regulars.segments.model import State
from regulars.segments.state_store import StateItem, state_of, state_shard


def states_of_shard(tenant: Tenant, shard: int) -> dict[str, State]:
    """The states of all customers of a facts shard. 0.5 request units for every 10 or so."""
    return {item.sk: state_of(item) for item in StateItem.each(state_shard(tenant, shard))}


def members_of_shard(tenant: Tenant, segment_id: str, shard: int) -> list[str]:
    """All present members of one of a segment's partitions, 0 to SHARDS - 1. 0.5 request units for every 40 or so."""
    assert 0 <= shard < SHARDS
    pk = members_shard(tenant, segment_id, shard)
    return [item.sk.removeprefix("M#") for item in MemberItem.each(pk, MemberItem.sk.startswith("M#"))]


def count_between(tenant: Tenant, shard: int, low: str, high: str) -> int:
    """How many customers of a facts shard have ids between two bounds, which are no ids themselves."""
    return FactsItem.count(facts_shard(tenant, shard), FactsItem.sk.between(low, high))


def ends_between(tenant: Tenant, shard: int, low: str, high: str) -> tuple[str, str] | None:
    """The first and the last of them, None without any."""
    pk, within = facts_shard(tenant, shard), FactsItem.sk.between(low, high)
    pages = [FactsItem.raw_page(pk, within, limit=1, newest_first=newest) for newest in (False, True)]
    ends = [raw["sk"]["S"] for page in pages for raw in page.items]
    return (ends[0], ends[1]) if ends else None
