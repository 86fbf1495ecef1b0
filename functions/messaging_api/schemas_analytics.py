"""What the routes about how messages do take and show."""

from datetime import date

from pydantic import Field

from regulars.kernel.http.models import Query, View
from regulars.messaging.analytics_model import By


class AnalyticsQuery(Query):
    since: date | None = Field(None, alias="from", description="First day; 29 days before `to` unless given")
    until: date | None = Field(None, alias="to", description="Last day; today unless given")
    by: By = Field(
        By.DAY, description="What a row stands for: day, channel, template, category or hour of the day"
    )


class RatesView(View):
    """Shares from 0 to 1; null where there is nothing to divide by."""

    delivery: float | None = Field(description="Delivered of sent")
    open: float | None = Field(description="Opened by people of arrived")
    click: float | None = Field(description="Clicked by people of arrived")
    click_to_open: float | None
    conversion: float | None
    unsubscribe: float | None
    bounce: float | None = Field(description="Bounced of sent")
    complaint: float | None
    machine: float | None = Field(description="Opened or clicked by machines of arrived")


class FiguresView(View):
    """Counts are of messages; `revenue` in minor units by the tenant's attribution; `cost` in millionths of the currency unit."""

    key: str = Field(description="The day, channel, template, category or hour; empty for the totals")
    counts: dict[str, int]
    revenue: int
    rates: RatesView


class AnalyticsView(View):
    since: date
    until: date
    by: By
    time_zone: str
    currency: str
    rows: list[FiguresView]
    totals: FiguresView
