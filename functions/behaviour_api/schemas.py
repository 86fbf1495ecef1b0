"""What the function takes and shows."""

from datetime import datetime

from pydantic import Field

from regulars.behaviour import AnonymousId, NewEvent, Result
from regulars.kernel.http.models import Input, View


class EventBatch(Input):
    events: list[NewEvent] = Field(min_length=1, max_length=500)


class OutcomeView(View):
    """What became of the event at `index`; `reason` says why it was refused."""

    index: int
    id: str | None
    result: Result
    reason: str | None


class RecordedView(View):
    accepted: int
    duplicates: int
    refused: int
    results: list[OutcomeView]


class Identification(Input):
    anonymous_id: AnonymousId


class IdentifiedView(View):
    """To whom an anonymous id belongs, since when."""

    anonymous_id: str
    customer_id: str
    at: datetime
