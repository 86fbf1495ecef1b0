"""Domain events of segments. Those of membership lie in the customer's timeline; they wake no segment."""

from regulars.kernel.events import Event, Subject
from regulars.kernel.tenancy import Tenant


class SegmentCreated(Event, name="segment.created"):
    segment_id: str
    kind: str


class SegmentChanged(Event, name="segment.changed"):
    """`fields` are the names of what changed; `definition` counts the versions of the rule."""

    segment_id: str
    fields: list[str]
    definition: int


class SegmentDeleted(Event, name="segment.deleted"):
    segment_id: str


class SegmentEntered(Event, name="segment.entered"):
    """Once for each time the customer comes in. `because`: event, time, edit, list or threshold."""

    segment_id: str
    because: str


class SegmentExited(Event, name="segment.exited"):
    """Once for each time the customer goes out."""

    segment_id: str
    because: str


def about_segments(tenant: Tenant, segment_id: str) -> Subject:
    """Where the events of segments' definitions lie."""
    return Subject(segment_id, tenant.partition("SEG", "events"))
