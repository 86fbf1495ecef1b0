"""A campaign's deliveries, by state, in the eight parts of its own list (`by_sort`)."""

from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.condition import Condition

from regulars.kernel.tenancy import Tenant
from regulars.messaging.delivery_store import LIST_SHARDS, DeliveryItem
from regulars.messaging.model import Channel, Delivery, Reason, State

DELIVERY_SHARDS = LIST_SHARDS


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries of a campaign: in a state, with a moment (`opened_at` …), of a variant, a dispatch, for a reason."""

    state: State | None = None
    moment: str = ""
    variant: str | None = None
    dispatch_id: str = ""
    reason: Reason | None = None
    channel: Channel | None = None

    def condition(self) -> Condition | None:
        """As the table filters."""
        wanted: list[Condition] = []
        if self.moment:
            wanted.append(getattr(DeliveryItem, self.moment).exists())
        if self.variant is not None:
            kept = DeliveryItem.variant
            wanted.append(kept == self.variant if self.variant else kept.does_not_exist())
        if self.dispatch_id:
            wanted.append(DeliveryItem.dispatch_id == self.dispatch_id)
        if self.reason is not None:
            wanted.append(DeliveryItem.reason == self.reason.value)
        if self.channel is not None:
            wanted.append(DeliveryItem.channel == self.channel.value)
        whole: Condition | None = None
        for one in wanted:
            whole = one if whole is None else whole & one
        return whole


def campaign_deliveries(
    tenant: Tenant,
    campaign_id: str,
    shard: int,
    wanted: DeliveryFilter,
    *,
    after: dict[str, Any] | None = None,
    limit: int = 100,
) -> tuple[list[Delivery], dict[str, Any] | None]:
    """A page of one part (0 to DELIVERY_SHARDS - 1) and where the next begins (None at the end). 0.5 request units per 4 KB."""
    pk = tenant.partition("L", campaign_id, str(shard))
    sort = DeliveryItem.g2sk.startswith(f"{wanted.state.value}#") if wanted.state is not None else None
    found = DeliveryItem.page(pk, sort, index="by_sort", limit=limit, after=after, only=wanted.condition())
    return [item.delivery() for item in found.items], found.last
