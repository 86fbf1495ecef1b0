"""What happens at visits. Subject: the customer."""

from regulars.commerce.amounts import Currency, Minor
from regulars.kernel.events import Event


class VisitRecorded(Event, name="visit.recorded"):
    """The event's time is the visit's. `product_ids` are those of what was had, as far as they were given."""

    visit_id: str
    location: str | None = None
    party_size: int = 1
    seating: str | None = None
    product_ids: list[str] = []
    spend: Minor | None = None
    currency: Currency | None = None
    order_number: str | None = None
