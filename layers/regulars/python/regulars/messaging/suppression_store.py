"""The suppression list in the table: an item under a hash of the address, in a list by time and one by address."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from regulars.kernel.clock import iso
from regulars.kernel.ids import digest
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Otherwise, Transaction
from regulars.messaging.model import Channel
from regulars.messaging.suppression_model import Suppression, SuppressionReason

SORT_KEY = "SUPPRESSION"
_READ_AT_MOST = 1000
Address = tuple[Channel, str]


class SuppressionItem(Item):
    kind = UnicodeAttribute(default="suppression")
    channel = UnicodeAttribute()
    address = UnicodeAttribute()
    reason = UnicodeAttribute()
    at = TimeAttribute()
    detail = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, tenant: Tenant, one: Suppression) -> Self:
        pk, sk = suppression_place(tenant, one.channel, one.address)
        item = cls(
            pk,
            sk,
            channel=one.channel.value,
            address=one.address,
            reason=one.reason.value,
            at=one.at,
            detail=one.detail or None,
            by=one.by or None,
        )
        item.g1pk, item.g1sk = list_partition(tenant), f"{iso(one.at)}#{pk.rpartition('#')[2]}"
        item.g2pk, item.g2sk = address_partition(tenant), f"{one.address}#{one.channel.value}"
        return item

    def suppression(self) -> Suppression:
        return Suppression(
            Channel(self.channel),
            self.address,
            SuppressionReason(self.reason),
            self.at,
            self.detail or "",
            self.by or "",
        )


def suppression_place(tenant: Tenant, channel: Channel, address: str) -> tuple[str, str]:
    return tenant.partition("U", channel.value, digest(tenant.id, channel.value, address)), SORT_KEY


def list_partition(tenant: Tenant) -> str:
    """Of `by_list`: the list by the moment of suppression."""
    return tenant.partition("L", "suppression")


def address_partition(tenant: Tenant) -> str:
    """Of `by_sort`: the list by address."""
    return tenant.partition("L", "suppression", "address")


def read_suppression(tenant: Tenant, channel: Channel, address: str) -> Suppression | None:
    """As it is now. 1 request unit."""
    item = SuppressionItem.read(*suppression_place(tenant, channel, address), consistent=True)
    return item.suppression() if item else None


def read_suppressions(tenant: Tenant, addresses: Iterable[Address]) -> dict[Address, Suppression]:
    """Of any number of addresses, those on the list, as they are now. 1 request unit each, 100 a request."""
    wanted = list(dict.fromkeys(addresses))
    found: dict[Address, Suppression] = {}
    for start in range(0, len(wanted), 100):
        places = [suppression_place(tenant, *one) for one in wanted[start : start + 100]]
        for item in SuppressionItem.read_many(places, consistent=True):
            one = item.suppression()
            found[one.channel, one.address] = one
    return found


def put_suppression(
    tx: Transaction, after: Suppression, before: Suppression | None, moved: Otherwise
) -> None:
    """Add to `tx` the suppression in place of what was read as `before`."""
    item = SuppressionItem.of(tx.tenant, after)
    if before is None:
        tx.create(item, moved)
    else:
        tx.save(item, SuppressionItem.reason == before.reason.value, moved)


def remove_suppression(tx: Transaction, before: Suppression, moved: Otherwise) -> None:
    """Add to `tx` the removal of the suppression that was read."""
    item = SuppressionItem(*suppression_place(tx.tenant, before.channel, before.address))
    tx.delete(item, SuppressionItem.reason == before.reason.value, moved)


def page_of_suppressions(
    tenant: Tenant,
    *,
    channel: Channel | None,
    reason: SuppressionReason | None,
    beginning: str,
    limit: int,
    cursor: str | None,
) -> Page[Suppression]:
    """Newest first; or, of those whose address begins with `beginning`, in the order of addresses."""
    conditions: Sequence[Condition] = [
        attribute == wanted.value
        for attribute, wanted in ((SuppressionItem.channel, channel), (SuppressionItem.reason, reason))
        if wanted is not None
    ]
    how: dict[str, Any] = {
        "limit": limit,
        "after": decode_cursor(tenant, cursor),
        "only": reduce(and_, conditions) if conditions else None,
        "read_at_most": _READ_AT_MOST,
    }
    if beginning:
        sort = SuppressionItem.g2sk.startswith(beginning)
        found = SuppressionItem.page(address_partition(tenant), sort, index="by_sort", **how)
    else:
        found = SuppressionItem.page(list_partition(tenant), index="by_list", newest_first=True, **how)
    return page_of(found, SuppressionItem.suppression)
