"""What the messaging API takes and shows."""

from datetime import datetime

from pydantic import Field

from regulars.kernel.http.models import ListQuery, View, page_model
from regulars.messaging import Channel, Delivery, DeliveryWithContent, Reason, State


class HistoryQuery(ListQuery):
    state: State | None = Field(None, description="Only deliveries in this state")
    channel: Channel | None = Field(None, description="Only deliveries on this channel")


class LogQuery(HistoryQuery):
    customer: str | None = Field(None, min_length=1, max_length=100, description="Only of this customer id")


class DeliveryView(View):
    """One message meant for one customer; `explanation` says why it is in its state."""

    id: str
    customer_id: str
    channel: Channel
    template: str
    about: str
    state: State
    reason: Reason | None
    explanation: str
    language: str
    to: str
    subject: str
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    finished_at: datetime | None
    provider: str
    provider_id: str


class ContentView(View):
    subject: str
    html: str
    text: str


class MessageView(DeliveryView):
    """A delivery with what was in it; `content` is null when nothing was rendered."""

    content: ContentView | None

    @classmethod
    def of(cls, found: DeliveryWithContent) -> "MessageView":
        content = ContentView.model_validate(found.content) if found.content else None
        return cls(**_fields(found.delivery), content=content)


def _fields(delivery: Delivery) -> dict[str, object]:
    return {name: getattr(delivery, name) for name in DeliveryView.model_fields}


DeliveryPage = page_model(DeliveryView)
MessagePage = page_model(MessageView)
