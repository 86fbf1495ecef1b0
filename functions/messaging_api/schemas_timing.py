"""What the routes about when to write take and show."""

from typing import Literal

from pydantic import Field

from regulars.kernel.http.models import Query, View
from regulars.messaging import Channel
from regulars.messaging.best_times import BestTime
from regulars.messaging.timing import ONE


class BestTimeQuery(Query):
    channel: Channel | None = Field(
        None, description="On this channel; on the most promising one unless given"
    )


class HourView(View):
    """`sent` and `engaged` are messages to this customer at that hour, fading with time; `expected` the share believed to
    engage."""

    hour: int
    sent: float
    engaged: float
    expected: float


class BestTimeView(View):
    """`basis` says whose messages it is learned from: the customer's, the shop's, or a default as long as there are none."""

    channel: Channel
    channel_basis: Literal["customer", "shop", "default"]
    channel_explanation: str
    hour: int = Field(description="0 to 23, in `time_zone`")
    time_zone: str
    basis: Literal["customer", "shop", "default"]
    expected: float = Field(
        description="Share of messages at this hour that are believed to be opened or clicked"
    )
    explanation: str
    hours: list[HourView]

    @classmethod
    def of(cls, found: BestTime) -> "BestTimeView":
        past = found.engagement
        return cls(
            channel=found.channel.channels[0],
            channel_basis=found.channel.basis,
            channel_explanation=found.channel.explanation,
            hour=found.hour.hour,
            time_zone=found.time_zone,
            basis=found.hour.basis,
            expected=found.hour.expected,
            explanation=found.hour.explanation,
            hours=[
                HourView(
                    hour=hour,
                    sent=past.sent[hour] / ONE,
                    engaged=past.engaged[hour] / ONE,
                    expected=round(share, 4),
                )
                for hour, share in enumerate(found.hour.hours)
            ],
        )
