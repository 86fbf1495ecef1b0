"""The people behind each number: a campaign's deliveries by what became of them."""

from regulars.campaigns.service import get_campaign
from regulars.kernel.errors import InvalidError, MalformedError
from regulars.kernel.pagination import Page, decode_cursor, encode_cursor
from regulars.kernel.tenancy import Tenant
from regulars.messaging import (
    DELIVERY_SHARDS,
    Delivery,
    DeliveryFilter,
    Reason,
    State,
    campaign_deliveries,
)

# Numbers that count whoever ever came so far, by the moment that says so.
_MOMENTS = {
    "sent": "sent_at",
    "delivered": "delivered_at",
    "opened": "opened_at",
    "clicked": "clicked_at",
    "converted": "converted_at",
    "unsubscribed": "unsubscribed_at",
    "bounced": "bounced_at",
    "soft_bounced": "soft_at",
    "complained": "complained_at",
    "machine": "machine_at",
}


def campaign_recipients(
    tenant: Tenant,
    campaign_id: str,
    *,
    state: str = "",
    variant: str | None = None,
    reason: Reason | None = None,
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Delivery]:
    """A page of them, of all runs. `state` is a measure (`opened`: all who ever opened) or else the state that a delivery is
    in. A page may be short and have a next. Raises NotFoundError, InvalidError, MalformedError."""
    get_campaign(tenant, campaign_id)
    wanted = _filter(state, variant, reason)
    place = decode_cursor(tenant, cursor)
    shard = 0 if place is None else _shard_of(tenant, campaign_id, place)
    after = place if place and "sk" in place else None
    found: list[Delivery] = []
    while shard < DELIVERY_SHARDS:
        some, after = campaign_deliveries(
            tenant, campaign_id, shard, wanted, after=after, limit=limit - len(found)
        )
        found += some
        if after is not None:
            return Page(found, encode_cursor(after))
        shard += 1
        if len(found) >= limit and shard < DELIVERY_SHARDS:
            return Page(found, encode_cursor({"g2pk": {"S": _part(tenant, campaign_id, shard)}}))
    return Page(found)


def _filter(state: str, variant: str | None, reason: Reason | None) -> DeliveryFilter:
    if not state or state in _MOMENTS:
        return DeliveryFilter(moment=_MOMENTS.get(state, ""), variant=variant, reason=reason)
    if state not in set(State):
        raise InvalidError.of("state", "is not a state or a measure of deliveries")
    return DeliveryFilter(State(state), variant=variant, reason=reason)


def _part(tenant: Tenant, campaign_id: str, shard: int) -> str:
    return tenant.partition("L", campaign_id, str(shard))


def _shard_of(tenant: Tenant, campaign_id: str, place: dict[str, dict[str, str]]) -> int:
    for shard in range(DELIVERY_SHARDS):
        if place.get("g2pk", {}).get("S") == _part(tenant, campaign_id, shard):
            return shard
    raise MalformedError("the cursor is not one of this list")
