"""How big segments are and who came and went by day: the sums that every change of a membership keeps."""

from collections import Counter
from datetime import date, datetime

from regulars.kernel.tenancy import Tenant
from regulars.segments.members_store import FailureItem, FlowItem, SizeItem, sums_partition

_SIZE, _DAY, _FAILED = "SIZE#", "DAY#", "FAILED#"


def read_size(tenant: Tenant, segment_id: str) -> int:
    """How many are in a segment. 0.5 request units."""
    items = SizeItem.each(sums_partition(tenant, segment_id), SizeItem.sk.startswith(_SIZE))
    return max(0, sum(int(item.size) for item in items))


def read_flow(tenant: Tenant, segment_id: str, since: date) -> dict[date, Counter[str]]:
    """`entered` and `exited` of each local day with changes from `since` on. 0.5 request units for about twelve days."""
    pk = sums_partition(tenant, segment_id)
    found: dict[date, Counter[str]] = {}
    for item in FlowItem.each(pk, FlowItem.sk.between(f"{_DAY}{since.isoformat()}", f"{_DAY}~")):
        day = date.fromisoformat(item.sk.split("#")[1])
        counts = found.setdefault(day, Counter())
        counts.update(entered=int(item.entered), exited=int(item.exited))
    return found


def read_failures(tenant: Tenant, segment_id: str, most: int) -> list[datetime]:
    """Since when each customer is waiting whom the segment could not be evaluated for, of `most` at the most. 0.5 request units
    without any."""
    found = FailureItem.page(
        sums_partition(tenant, segment_id), FailureItem.sk.startswith(_FAILED), limit=most
    )
    return [item.since for item in found.items]
