"""What the messaging API takes and shows."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from regulars.customers import CustomerRef
from regulars.kernel.http.models import Code, Input, Line, ListQuery, Moment, View, page_model
from regulars.messaging import (
    Channel,
    Choice,
    Delivery,
    DeliveryWithContent,
    NewBulkMessage,
    Reason,
    SendRequest,
    State,
)

_MOST_VALUES = 20_000


class HistoryQuery(ListQuery):
    state: State | None = Field(None, description="Only deliveries in this state")
    channel: Channel | None = Field(None, description="Only deliveries on this channel")


class LogQuery(HistoryQuery):
    customer: str | None = Field(None, min_length=1, max_length=100, description="Only of this customer id")
    template: str | None = Field(
        None, min_length=1, max_length=100, description="Only of this template's key"
    )
    category: str | None = Field(None, min_length=1, max_length=40, description="Only of this category")
    campaign: str | None = Field(None, min_length=1, max_length=100, description="Only of this campaign id")


class CheckView(View):
    """One thing the decision looked at, and what it saw."""

    name: str
    passed: bool
    seen: str


class DeliveryView(View):
    """One message meant for one customer; `explanation` says why it is in its state, `checks` what the decision looked at."""

    id: str
    customer_id: str
    channel: Channel
    template: str
    version: int
    category: str
    campaign_id: str
    variant: str
    dispatch_id: str
    about: str
    state: State
    reason: Reason | None
    explanation: str
    checks: list[CheckView]
    language: str
    to: str
    subject: str
    attempts: int
    created_at: datetime
    due_at: datetime | None
    expires_at: datetime | None
    attempted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    bounced_at: datetime | None
    complained_at: datetime | None
    unsubscribed_at: datetime | None
    converted_at: datetime | None
    finished_at: datetime | None
    provider: str
    provider_id: str


class ContentView(View):
    """What was in a message: of a mail `subject`, `html` and `text`; of other channels what they have."""

    subject: str | None = None
    html: str | None = None
    text: str | None = None
    title: str | None = None
    body: str | None = None
    url: str | None = None
    image_url: str | None = None
    message: str | None = None
    data: dict[str, str] | None = None


class MessageView(DeliveryView):
    """A delivery with what was in it; `content` is null when nothing was handed over."""

    content: ContentView | None

    @classmethod
    def of(cls, found: DeliveryWithContent) -> "MessageView":
        content = ContentView.model_validate(found.content) if found.content else None
        return cls(**_fields(found.delivery), content=content)


def _fields(delivery: Delivery) -> dict[str, object]:
    return DeliveryView.model_validate(delivery).model_dump()


class Resolution(Input):
    verdict: Literal["sent", "not_sent", "again"]


class StandingView(View):
    """Whether marketing goes on. The counts are of the mails of the last 24 hours, or of those since it was resumed."""

    paused: bool
    reason: str
    since: datetime | None
    by: str
    sent: int
    bounced: int
    complained: int


class StandingChange(Input):
    paused: bool
    reason: Line = Field("paused by hand", description="Shown to whoever wonders why nothing is sent")


# By its name: bodies are strict otherwise.
OneChannel = Annotated[Channel, Field(strict=False)]
Channels = Annotated[list[OneChannel], Field(min_length=1, max_length=6)]


class _New(Input):
    """What one message and a message to many have in common."""

    template: Code
    channel: OneChannel | None = None
    channels: Channels | None = None
    choice: Choice = Field(
        Choice.ALL, description="Of several channels: all, the first possible, the optimal"
    )
    category: Code | None = Field(None, description="The template's own if left out")
    values: dict[str, Any] = Field(default_factory=dict, description="What the template shows as `data`")
    about: Code | None = Field(None, description="What it is about, an order's id for instance")
    expires_at: Moment | None = Field(None, description="When it is of no use any more")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.channel is None) == (self.channels is None):
            raise ValueError("give either channel or channels")
        if len(json.dumps(self.values, default=str)) > _MOST_VALUES:
            raise ValueError(f"values may have {_MOST_VALUES} characters as JSON")
        return self

    def ways(self) -> tuple[Channel, ...]:
        """The channels, whichever way they were given."""
        return (self.channel,) if self.channel else tuple(self.channels or ())


class NewSend(_New):
    customer: CustomerRef
    send_at: Moment | None = Field(None, description="Not before this moment, a year ahead at the most")

    def request(self, customer_id: str) -> SendRequest:
        return SendRequest(
            customer_id,
            self.template,
            self.ways(),
            self.choice,
            self.category or "",
            self.values,
            self.about or "",
            self.send_at,
            self.expires_at,
        )


class NewBulk(_New):
    customers: list[CustomerRef] = Field(min_length=1, max_length=1000)
    name: Line | None = None
    throttle_per_minute: int = Field(0, ge=0, le=1_000_000, description="Messages a minute; 0 is no bound")

    def given(self) -> NewBulkMessage:
        return NewBulkMessage(
            self.customers,
            self.template,
            self.ways(),
            self.choice,
            self.category or "",
            self.values,
            self.about or "",
            self.expires_at,
            self.name or "",
            self.throttle_per_minute,
        )


class SentView(View):
    """The deliveries of a message, one for each channel it goes by."""

    deliveries: list[DeliveryView]

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, given: Any) -> Any:
        return {"deliveries": given} if isinstance(given, list) else given


class BulkView(View):
    """A message to many. `handled` of `customers` have had their turn; `counts` are exact and named `<channel>_<measure>`;
    `unknown` are the places, in the request, of references that name nobody."""

    id: str
    name: str
    state: Literal["open", "paused", "closed"]
    template: str
    created_at: datetime
    customers: int
    handled: int
    counts: dict[str, int]
    unknown: list[int]


DeliveryPage = page_model(DeliveryView)
MessagePage = page_model(MessageView)
