"""Reading a customer's events from their partition."""

from pynamodb.expressions.condition import Condition

from regulars.customers.reference import customer_partition
from regulars.kernel.events import EventItem
from regulars.kernel.pagination import decode_cursor
from regulars.kernel.table import Found
from regulars.kernel.tenancy import Tenant

READ_AT_MOST = 500


def page_of_events(
    tenant: Tenant, customer_id: str, families: list[str], *, limit: int, cursor: str | None
) -> Found[EventItem]:
    """The newest events first, of these families (`order`, `behaviour`) or of all."""
    return EventItem.page(
        customer_partition(tenant, customer_id),
        EventItem.sk.startswith("E#"),
        limit=limit,
        newest_first=True,
        after=decode_cursor(tenant, cursor),
        only=_of(families),
        read_at_most=READ_AT_MOST,
    )


def _of(families: list[str]) -> Condition | None:
    whole: Condition | None = None
    for family in families:
        one = EventItem.name.startswith(f"{family}.")
        whole = one if whole is None else whole | one
    return whole
