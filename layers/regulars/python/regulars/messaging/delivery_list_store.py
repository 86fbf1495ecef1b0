"""Lists of deliveries, newest first: of a customer from their partition; of all, or of a campaign, merged from eight parts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any

from pynamodb.expressions.condition import Condition

from regulars.kernel.errors import MalformedError
from regulars.kernel.pagination import Page, decode_cursor, encode_cursor, page_of
from regulars.kernel.table import Found
from regulars.kernel.tenancy import Tenant
from regulars.messaging.delivery_store import LIST_SHARDS, DeliveryItem, deliveries_since
from regulars.messaging.model import Channel, Delivery, Reason, State

# Of each part, when much is filtered out.
_READ_AT_MOST = 250
_LONGEST_DIGEST = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What is asked for is given; the rest is open."""

    customer_id: str = ""
    state: State | None = None
    channel: Channel | None = None
    template: str = ""
    category: str = ""
    campaign_id: str = ""

    def condition(self, *leave_out: str) -> Condition | None:
        """On the item's attributes, but for those that the list's own key sees to."""
        wanted = {
            "state": self.state and self.state.value,
            "channel": self.channel and self.channel.value,
            "template": self.template,
            "category": self.category,
            "campaign_id": self.campaign_id,
        }
        parts: list[Condition] = [
            getattr(DeliveryItem, name) == value
            for name, value in wanted.items()
            if value and name not in leave_out
        ]
        return reduce(and_, parts) if parts else None


def page_deliveries(
    tenant: Tenant, wanted: DeliveryFilter, *, limit: int = 25, cursor: str | None = None
) -> Page[Delivery]:
    """Newest first; a campaign's without a state are newest first within each state. A filtered page may be short, even empty,
    and still have a next one. Costs eight requests (a customer's: one), 0.5 request units per 4 KB read.

    Raises MalformedError for a cursor of another list.
    """
    if wanted.customer_id:
        found = DeliveryItem.page(
            tenant.partition("C", wanted.customer_id),
            DeliveryItem.sk.startswith("D#"),
            limit=limit,
            newest_first=True,
            after=decode_cursor(tenant, cursor),
            only=wanted.condition(),
        )
        return page_of(found, DeliveryItem.delivery)
    merged = _Merged(*_list_of(tenant, wanted), limit)
    return merged.page(merged.position(tenant, cursor))


def _list_of(
    tenant: Tenant, wanted: DeliveryFilter
) -> tuple[str, str, str, Callable[[str], Condition | None], Condition | None]:
    """Partition without its part, index, attribute that sorts, the bounds after a position, and what else to filter by."""
    if not wanted.campaign_id:
        return (
            tenant.partition("L", "delivery"),
            "by_list",
            "g1sk",
            lambda last: DeliveryItem.g1sk < last if last else None,
            wanted.condition(),
        )
    low = f"{wanted.state.value}#" if wanted.state else ""

    def bounds(last: str) -> Condition | None:
        if low:
            # Between takes in both ends: nothing sorts between a position and itself without its last character's successor.
            return DeliveryItem.g2sk.between(low, _before(last) if last else low + "~")
        return DeliveryItem.g2sk < last if last else None

    return (
        tenant.partition("L", wanted.campaign_id),
        "by_sort",
        "g2sk",
        bounds,
        wanted.condition("campaign_id", "state"),
    )


def _before(position: str) -> str:
    """The greatest text of ids' characters that sorts before `position`."""
    return position[:-1] + chr(ord(position[-1]) - 1) + "~"


@dataclass(frozen=True, slots=True)
class _Merged:
    """A list in eight parts that are read as one, by the attribute that sorts all of them."""

    pk: str
    index: str
    sort: str
    bounds: Callable[[str], Condition | None]
    only: Condition | None
    limit: int

    def position(self, tenant: Tenant, cursor: str | None) -> str:
        """Where the page before ended, empty for the first page."""
        after = decode_cursor(tenant, cursor)
        if after is None:
            return ""
        held = after.get("pk"), after.get("sk")
        if held[0] != {"S": self.pk} or not held[1] or not held[1]["S"]:
            raise MalformedError("the cursor is not one of this list")
        return str(held[1]["S"])

    def page(self, last: str) -> Page[Delivery]:
        with ThreadPoolExecutor(LIST_SHARDS) as pool:
            parts = list(pool.map(lambda part: self._part(part, last), range(LIST_SHARDS)))
        # Below the end of a part that goes on, nothing can be told yet: something of that part may belong there.
        certain = max((part.last[self.sort]["S"] for part in parts if part.last), default="")
        items = [item for part in parts for item in part.items if self._at(item) >= certain]
        items.sort(key=self._at, reverse=True)
        shown = items[: self.limit]
        end = self._at(shown[-1]) if len(items) > self.limit else certain
        return Page([item.delivery() for item in shown], self._cursor(end) if end else None)

    def _part(self, part: int, last: str) -> Found[DeliveryItem]:
        return DeliveryItem.page(
            f"{self.pk}#{part}",
            self.bounds(last),
            index=self.index,
            limit=self.limit,
            newest_first=True,
            only=self.only,
            read_at_most=_READ_AT_MOST,
        )

    def _at(self, item: DeliveryItem) -> str:
        return str(getattr(item, self.sort))

    def _cursor(self, end: str) -> str:
        keys: dict[str, Any] = {"pk": {"S": self.pk}, "sk": {"S": end}}
        return encode_cursor(keys)


def waiting_for_digest(tenant: Tenant, customer_id: str, now: datetime) -> list[Delivery]:
    """A customer's deliveries that were to go out with a digest by now. Reads what was asked for in the last five weeks, which no
    digest outlasts: 0.5 request units per 4 KB."""
    since = now - _LONGEST_DIGEST
    return [
        one
        for one in deliveries_since(tenant, customer_id, since, limit=1000)
        if one.state is State.DEFERRED
        and one.reason is Reason.DIGEST
        and one.due_at is not None
        and one.due_at <= now
    ]
