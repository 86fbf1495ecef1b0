"""What the insights API takes and shows. Money is in minor units of `currency`."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from regulars.insights import By
from regulars.kernel.http.models import Query, View


class SeriesQuery(Query):
    since: date | None = Field(None, alias="from", description="First day; 29 days before `to` unless given")
    until: date | None = Field(None, alias="to", description="Last day; today unless given")
    by: By = Field(By.DAY, description="Step: day, week (from Monday) or month")


class FiguresView(View):
    """Sums over a span of time; `average_order` is null without orders."""

    new_customers: int
    orders: int
    gross: int
    refunds: int
    refunded: int
    net: int
    average_order: int | None
    cancelled: int


class GrowthView(View):
    """Change against the previous period in per cent; null when there was nothing before."""

    new_customers: float | None
    orders: float | None
    net: float | None
    average_order: float | None


class StatsView(View):
    """`window` is the last 30 days of the tenant's calendar, `previous` the 30 before."""

    currency: str
    time_zone: str
    customers: int
    new_this_month: int
    active: int = Field(description="Customers who did something in the window")
    buyers: int = Field(description="Customers who ordered in the window")
    returning: int = Field(description="Buyers of the window with two orders or more in all")
    total: FiguresView
    window: FiguresView
    previous: FiguresView
    growth: GrowthView
    by_status: dict[str, int]
    by_source: dict[str, int]
    by_country: dict[str, int]
    by_channel: dict[str, int] = Field(description="Orders placed by channel, cancelled ones included")


class PointView(View):
    start: date
    figures: FiguresView


class SeriesView(View):
    since: date
    until: date
    by: By
    points: list[PointView]


class ActivityView(View):
    id: str
    name: str
    time: datetime
    subject: str
    actor: str
    data: dict[str, Any]


class SummaryView(View):
    """All that a home page shows."""

    stats: StatsView
    days: list[PointView]
    activity: list[ActivityView]
