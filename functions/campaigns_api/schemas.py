"""What the operations on campaigns take and answer with. Money is in minor units of the tenant's currency."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from regulars.campaigns import Campaign, Plan, Schedule, Status
from regulars.kernel.http.models import Input, Line, ListQuery, Moment, Query, View, page_model
from regulars.kernel.jobs import State


class CampaignsQuery(ListQuery):
    status: Status | None = None
    tag: Annotated[str, StringConstraints(to_lower=True, max_length=40)] = ""
    text: str = Field("", max_length=200, description="A part of the name, as it is written")
    archived: bool = False


class BranchView(View):
    """What a phase sends to one variant's customers; `id` is the dispatch's."""

    id: str
    phase: str
    variant: str
    planned: int


class RunView(View):
    """One sending. `later` says what it waits for (pass, decide, resend, check) and `later_at` until when; `job` plans now."""

    number: int
    at: datetime
    phase: str
    planned: int
    branches: list[BranchView]
    passes: list[datetime] = Field(description="Quarter-hours that are still to be planned")
    later: str
    later_at: datetime | None
    job: str
    decision: dict[str, Any] | None = Field(description="What the test came to: it stands once it is made")
    ended_at: datetime | None


class CampaignView(View):
    """A campaign. `plan` is as it was given, completed with defaults; `due_at` is when it begins by itself."""

    id: str
    name: str
    status: Status
    plan: Plan
    archived: bool
    created_at: datetime
    created_by: str
    updated_at: datetime
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    note: str = Field(description="Why it waits, failed or has paused by itself, in words")
    runs: int = Field(description="How often it has begun")
    run: RunView | None
    version: int


CampaignPage = page_model(CampaignView)


class FindingView(View):
    pointer: str
    level: Literal["fault", "warning"]
    detail: str


class LintJobView(View):
    template_id: str
    job_id: str


class LintView(View):
    """What the last try of its templates on the audience came to. The jobs' files name the customers."""

    at: datetime
    state: State
    fresh: bool = Field(description="Whether audience and published templates are as they were")
    checked: int = Field(description="Customers looked at; the others count messages of theirs")
    empty_name: int
    missing: int = Field(description="With another gap")
    error: int = Field(description="That cannot be filled in")
    jobs: list[LintJobView]


class CampaignDetailView(CampaignView):
    """With all that keeps it from being sent (`fault`), or is worth a second look (`warning`), while it can be changed."""

    findings: list[FindingView]
    lint: LintView | None = Field(description="The last try on the audience, while it can be changed")

    @classmethod
    def detailed(cls, campaign: Campaign, findings: list[Any], lint: Any) -> "CampaignDetailView":
        """A campaign beside what was found about it."""
        shown = {name: getattr(campaign, name) for name in CampaignView.model_fields}
        return cls.model_validate(shown | {"findings": findings, "lint": lint})


class ScheduleBody(Input):
    """When it is to begin, if not as its plan says."""

    schedule: Schedule | None = None


class DuplicateBody(Input):
    name: Line | None = Field(None, description="The same with “(copy)” unless given")


class ArchiveBody(Input):
    archived: bool = True


class RunQuery(Query):
    run: int = Field(0, ge=0, le=100_000, description="The number of a run; the newest unless given")


class FiguresView(View):
    """Deliveries by what became of them, without machines' opens and clicks. `handled` of `planned` customers have been dealt
    with; `reasons` says why some got nothing."""

    planned: int
    handled: int
    claimed: int
    deferred: int
    sent: int
    delivered: int
    opened: int
    clicked: int
    converted: int
    unsubscribed: int
    complained: int
    bounced: int
    soft_bounced: int
    failed: int
    unknown: int
    not_sent: int
    machine: int
    revenue: int
    cost: int
    roi: float | None = Field(description="What came back for each unit spent, less that unit")
    reasons: dict[str, int]


class VariantView(View):
    name: str
    figures: FiguresView
    probability: float | None = Field(description="Of being the best so far, by the test's measure")


class ArmView(View):
    n: int
    successes: int
    revenue: int


class UpliftView(View):
    """Customers who ordered after it was sent, against those held out, touched or not; the 95 % interval is `low` to `high`."""

    treated: ArmView
    control: ArmView
    difference: float
    low: float
    high: float
    certain: bool = Field(description="Whether the interval leaves out nought")
    revenue_each: float = Field(description="How much more each customer brought")


class MetricsView(View):
    campaign_id: str
    run: int
    at: datetime
    currency: str
    whole: FiguresView = Field(description="Without the hold-out")
    variants: list[VariantView]
    channels: dict[str, FiguresView]
    hold_out: FiguresView | None
    uplift: UpliftView | None
    decision: dict[str, Any] | None
    missing: int = Field(description="Customers without a result yet")
    failed_batches: int = Field(
        description="That failed every time, at least: `GET /campaigns/{campaign_id}/failed-batches`"
    )


class HourView(View):
    at: datetime = Field(description="The hour's beginning, UTC")
    counts: dict[str, int]


class HoursView(View):
    items: list[HourView]


class LinkView(View):
    template: str
    number: str
    url: str
    clicks: int
    people: int = Field(description="How many different people clicked it")
    machine: int


class LinksView(View):
    items: list[LinkView]


class RecipientsQuery(ListQuery):
    state: str = Field(
        "", max_length=40, description="A measure (opened: all who ever did) or a delivery's state"
    )
    variant: str | None = Field(None, max_length=40)
    reason: str = Field("", max_length=40, description="Why it was not sent")


class RecipientView(View):
    """A delivery of the campaign; `id` leads to all there is to know about it."""

    id: str
    customer_id: str
    channel: str
    variant: str
    state: str
    reason: str | None
    explanation: str
    created_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    converted_at: datetime | None


RecipientPage = page_model(RecipientView)


class RefusedView(View):
    reason: str
    words: str
    count: int
    sample: list[str] = Field(description="Ids of some of those looked at")


class AudienceView(View):
    """What would become of the audience at this moment; an estimate with its 95 % margin unless `exact`."""

    total: int
    reachable: int
    later: int = Field(description="Of the reachable, those who would get it later: quiet hours, digests")
    exact: bool
    margin: int
    looked_at: int
    channels: dict[str, int]
    refused: list[RefusedView]


class CalendarQuery(Query):
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


class EntryView(View):
    campaign_id: str
    name: str
    at: datetime
    kind: Literal["ran", "due", "recurs"]
    status: Status
    run: int


class CalendarView(View):
    items: list[EntryView]


class ExportBody(Input):
    kind: Literal["letters", "meta", "google"] = Field(
        description="Postal addresses, or hashed addresses in the columns that Meta or Google ask for"
    )


class JobView(View):
    """The job; `GET /jobs/{id}` shows its progress and, at the end, the file."""

    id: str
    type: str
    name: str
    state: State
    percent: int
