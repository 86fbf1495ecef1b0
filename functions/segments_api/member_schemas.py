"""What the operations on a segment's customers take and answer with. Money is in minor units of the tenant's currency."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import Field, model_validator

from regulars.customers import Facts
from regulars.kernel.http.models import Input, ListQuery, Moment, Query, View, page_model
from regulars.segments import Belonging, Kind, Member
from regulars.segments.describing import References


class MembersQuery(ListQuery):
    at: Moment | None = Field(None, description="Who was in it at this moment")


class MemberView(View):
    """A customer in a segment; what is known of them is of now."""

    id: str
    since: datetime
    until: datetime | None = Field(description="In a list of the past: when they left")
    name: str | None = None
    email: str | None = None
    status: str | None = Field(None, description="Null of one who was deleted a moment ago")
    tags: list[str] = []
    country: str | None = None
    currency: str | None = None
    total_orders: int = 0
    total_spent: int = 0
    last_purchase_at: datetime | None = None
    last_activity_at: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        if not isinstance(value, Member):
            return value
        shown = {"id": value.customer_id, "since": value.since, "until": value.until}
        return shown | (_known(value.facts) if value.facts else {})


def _known(facts: Facts) -> dict[str, Any]:
    row = {
        name: getattr(facts, name)
        for name in ("name", "email", "status", "country", "currency", "last_activity_at")
    }
    return row | {
        "tags": sorted(facts.tags),
        "total_orders": facts.orders,
        "total_spent": facts.spent,
        "last_purchase_at": facts.last_order_at,
    }


MemberPage = page_model(MemberView)


class ChangeMembers(Input):
    """Customers by our id, an external id or an email address."""

    add: References = Field(default_factory=list)
    remove: References = Field(default_factory=list)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.add and not self.remove:
            raise ValueError("name somebody to add or remove")
        return self


class MembersChangedView(View):
    added: int
    removed: int
    unchanged: int
    unknown: list[str] = Field(description="Who is not known, as they were named")


class AnalyticsQuery(Query):
    since: date | None = Field(None, alias="from", description="First day; 29 days before `to` unless given")
    until: date | None = Field(None, alias="to", description="Last day; today unless given")


class FlowDayView(View):
    day: date
    size: int = Field(description="At the end of the day")
    entered: int
    left: int


class OverlapView(View):
    segment_id: str
    name: str
    both: int
    share: float = Field(description="Of this segment's customers, 0 to 1")


class ProfileView(View):
    """Customers in figures. Shares are 0 to 1, the commonest 20; `none` stands for those of whom it is not known."""

    customers: int
    spent_total: int
    average_spent: int | None
    average_orders: float
    average_order: int | None
    active_30d: float = Field(description="Share of those who did something in the last 30 days")
    countries: dict[str, float]
    languages: dict[str, float]
    statuses: dict[str, float]
    tags: dict[str, float]
    categories: dict[str, float] = Field(description="Favourite category")
    payment: dict[str, float]


class AnalyticsView(View):
    since: date
    until: date
    size: int
    flow: list[FlowDayView]
    overlap: list[OverlapView]
    members: ProfileView
    everybody: ProfileView
    sampled: bool


class BelongingView(View):
    segment_id: str
    name: str
    kind: Kind
    since: datetime

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        if not isinstance(value, Belonging):
            return value
        return {
            "segment_id": value.segment.id,
            "name": value.segment.name,
            "kind": value.segment.kind,
            "since": value.since,
        }


class BelongingsView(View):
    items: list[BelongingView]
