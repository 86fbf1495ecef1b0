"""What the operations on a customer's timeline, interactions and notes take and answer with."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from regulars.kernel.http.models import Input, ListQuery, Text, View, page_model


class TimelineQuery(ListQuery):
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(,[a-z_]{1,40}){0,19}$")] | None = Field(
        None,
        description="Only these kinds, separated by commas: order, cart, visit, behaviour, message, note, interaction, profile …",
    )


class TimelineEntryView(View):
    """One thing that happened; `history` marks what was imported from the past."""

    id: str
    time: datetime
    kind: str
    name: str = Field(description="The event's name, such as order.placed")
    title: str
    data: dict[str, Any]
    actor: str | None
    history: bool


TimelineEntryPage = page_model(TimelineEntryView)


class InteractionView(View):
    id: str
    customer_id: str
    type: str
    direction: str | None
    summary: str
    outcome: str | None
    happened_at: datetime
    follow_up_at: datetime | None = Field(description="When a reminder is due")
    reminded_at: datetime | None
    by: str
    created_at: datetime
    updated_at: datetime
    version: int


InteractionPage = page_model(InteractionView)


class NoteText(Input):
    text: Text


class NoteView(View):
    id: str
    customer_id: str
    text: str
    by: str
    created_at: datetime
    updated_at: datetime
    version: int


NotePage = page_model(NoteView)
