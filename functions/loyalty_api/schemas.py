"""What the operations on loyalty take and answer with. Money is in minor units of the tenant's currency."""

from datetime import datetime

from pydantic import Field

from regulars.kernel.http.models import ListQuery, View, page_model
from regulars.loyalty import EarningRule, Period, PointsConfig, ProgramStatus, Source, Tier


class ProgramsQuery(ListQuery):
    status: ProgramStatus | None = None


class ProgramView(View):
    """A program, completed with defaults."""

    id: str
    name: str
    status: ProgramStatus
    period: Period
    tiers: list[Tier]
    points: PointsConfig
    rules: list[EarningRule]
    created_at: datetime
    created_by: str
    updated_at: datetime
    version: int


ProgramPage = page_model(ProgramView)


class StepView(View):
    """What gave points, how many and why; a cap takes from the sum."""

    source: Source
    name: str = Field(description="The tier's or the rule's")
    points: int
    explanation: str


class PassedOverView(View):
    """A rule that gave nothing and why; with an empty name the whole program."""

    name: str
    reason: str


class TrialView(View):
    """What an order would earn: the steps' points add up to `points`."""

    points: int
    steps: list[StepView]
    passed_over: list[PassedOverView]
    tier: str
    first_order: bool
    at: datetime = Field(description="In the tenant's time zone")
    currency: str
