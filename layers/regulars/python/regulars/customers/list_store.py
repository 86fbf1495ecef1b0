"""Lists of customers: in time order or in the order of spend, filtered. One Query each, never a scan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pynamodb.expressions.condition import Condition

from regulars.customers.facts import (
    Facts,
    FactsItem,
    from_item,
    list_partition,
    spend_key,
    spend_partition,
)
from regulars.kernel.clock import iso
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.tenancy import Tenant

Sort = Literal["-created", "created", "-spent", "spent"]
# How many customers a filtered page reads at the most: it may be short, even empty, and still have a next one.
READ_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """What a customer must be; None asks for nothing. Money in minor units; all bounds are inclusive."""

    status: str | None = None
    tag: str | None = None
    country: str | None = None
    source: str | None = None
    min_spent: int | None = None
    max_spent: int | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    last_order_from: datetime | None = None
    last_order_to: datetime | None = None

    def admits(self, facts: Facts) -> bool:
        """Whether `facts` are of such a customer."""
        return (
            self.status in (None, facts.status)
            and (self.tag is None or self.tag in facts.tags)
            and self.country in (None, facts.country)
            and self.source in (None, facts.source)
            and _within(facts.spent, self.min_spent, self.max_spent)
            and _within(facts.created_at, self.created_from, self.created_to)
            and _within(facts.last_order_at, self.last_order_from, self.last_order_to)
        )


def _within(value: int | datetime | None, low: int | datetime | None, high: int | datetime | None) -> bool:
    if value is None:
        return low is None and high is None
    return (low is None or value >= low) and (high is None or value <= high)  # type: ignore[operator]


def list_customers(
    tenant: Tenant,
    wanted: Filter | None = None,
    *,
    sort: Sort = "-created",
    limit: int = 25,
    cursor: str | None = None,
) -> Page[Facts]:
    """A page of customers. About 2 request units for 25 without a filter."""
    wanted = wanted or Filter()
    by_spend = sort.endswith("spent")
    found = FactsItem.page(
        spend_partition(tenant) if by_spend else list_partition(tenant),
        _spent_between(wanted) if by_spend else _created_between(wanted),
        index="by_sort" if by_spend else "by_list",
        limit=limit,
        newest_first=sort.startswith("-"),
        after=decode_cursor(tenant, cursor),
        only=_all_of(_conditions(wanted, by_spend)),
        read_at_most=READ_AT_MOST,
    )
    return page_of(found, lambda item: from_item(tenant, item))


def _created_between(wanted: Filter) -> Condition | None:
    low = iso(wanted.created_from) if wanted.created_from else ""
    high = iso(wanted.created_to) + "~" if wanted.created_to else ""
    if low and high:
        # Bounds that cross admit nothing; DynamoDB would refuse them.
        return FactsItem.g1sk.between(low, max(low, high))
    return FactsItem.g1sk >= low if low else FactsItem.g1sk <= high if high else None


def _spent_between(wanted: Filter) -> Condition | None:
    low = spend_key(wanted.min_spent) if wanted.min_spent is not None else ""
    high = spend_key(wanted.max_spent) + "~" if wanted.max_spent is not None else ""
    if low and high:
        return FactsItem.g2sk.between(low, max(low, high))
    return FactsItem.g2sk >= low if low else FactsItem.g2sk <= high if high else None


def _conditions(wanted: Filter, by_spend: bool) -> list[Condition]:
    found: list[Condition] = [
        attribute == value
        for attribute, value in (
            (FactsItem.status, wanted.status),
            (FactsItem.country, wanted.country),
            (FactsItem.source, wanted.source),
        )
        if value is not None
    ]
    if wanted.tag is not None:
        found.append(FactsItem.tags.contains(wanted.tag))
    # The bound of the list's own order is in its key; a filter may not name a key, and need not.
    ranges: list[tuple[object, object, object]] = [
        (FactsItem.last_order_at, wanted.last_order_from, wanted.last_order_to),
        (FactsItem.created_at, wanted.created_from, wanted.created_to)
        if by_spend
        else (FactsItem.spent, wanted.min_spent, wanted.max_spent),
    ]
    for attribute, low, high in ranges:
        found += [attribute >= low] if low is not None else []  # type: ignore[operator]
        found += [attribute <= high] if high is not None else []  # type: ignore[operator]
    return found


def _all_of(conditions: list[Condition]) -> Condition | None:
    whole: Condition | None = None
    for one in conditions:
        whole = one if whole is None else whole & one
    return whole
