"""Whose work an event is that is there already."""

from datetime import datetime

from regulars.behaviour.model import NewEvent
from regulars.behaviour.store import item_of
from regulars.kernel.events import EventItem
from regulars.kernel.tenancy import Tenant


def was_recorded_by(
    tenant: Tenant, event: NewEvent, customer_id: str | None, work: str, *, now: datetime
) -> bool:
    """Whether the event, which has an id of its own, is there and was written by this piece of work (a request or job)."""
    item = item_of(
        tenant, event, given_id=event.id, customer_id=customer_id, at=event.at or now, history=True
    )
    present = EventItem.read(item.pk, item.sk, consistent=True)
    return present is not None and present.correlation == work
