"""A sweep's way through a shard: facts and states of the same customers, side by side."""

from dataclasses import dataclass

from regulars.customers import Facts, facts_shard, page_of_shard
from regulars.kernel.table import Found
from regulars.kernel.tenancy import Tenant
from regulars.segments.catalogue import Catalogue, catalogue_of
from regulars.segments.model import State
from regulars.segments.state_store import (
    StateItem,
    state_of,
    state_shard,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Customers of a shard in the order of ids, each with facts and state; `last` is where the next page starts after (None at
    the end of the shard)."""

    catalogue: Catalogue | None
    customers: list[tuple[Facts, State]]
    last: str | None


def read_page(tenant: Tenant, shard: int, after: str, limit: int) -> Page:
    """A page of a shard after the id `after`. First the states, then the catalogue, then the facts, all consistently: whoever
    writes on condition of a state's revision has judged by what is at least as new as what the last writer judged by. 1 request
    unit per 4 KB of both."""
    beyond = StateItem.sk > after if after else None
    states = StateItem.page(state_shard(tenant, shard), beyond, limit=limit, consistent=True)
    catalogue = catalogue_of(tenant)
    facts = facts_after(tenant, shard, after, limit, consistent=True)
    ends = [found.last["sk"]["S"] for found in (states, facts) if found.last is not None]
    end = min(ends, default=None)
    kept = {item.sk: state_of(item) for item in states.items}
    customers = [
        (one, kept.get(one.customer_id, State()))
        for one in facts.items
        if end is None or one.customer_id <= end
    ]
    return Page(catalogue, customers, end)


def facts_after(
    tenant: Tenant, shard: int, after: str, limit: int, *, consistent: bool = False
) -> Found[Facts]:
    """A page of a shard's facts after the id `after`."""
    place = {"pk": {"S": facts_shard(tenant, shard)}, "sk": {"S": after}} if after else None
    return page_of_shard(tenant, shard, limit=limit, after=place, consistent=consistent)
