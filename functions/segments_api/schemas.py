"""What the operations on segments take and answer with. Money is in minor units of the tenant's currency."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field, model_validator

from regulars.kernel.http.models import Code, Input, Moment, Query, View, page_model
from regulars.kernel.jobs import State
from regulars.segments import Explained, Kind, PreviewCustomer, Segment, Staleness, Status
from regulars.segments.describing import Tree


class SegmentView(View):
    """A segment. While it is `evaluating`, `job` is at work; of a `failed` one that job has failed."""

    id: str
    name: str
    description: str
    kind: Kind
    rule: dict[str, Any] | None = Field(description="Null of a static one")
    status: Status
    definition: int = Field(description="Counts the versions of the rule")
    key: str | None = Field(description="Of a prebuilt segment, stable: high_value, at_risk …")
    job: str | None
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    evaluated_at: datetime | None = Field(description="When all customers were last evaluated at once")
    version: int


class SizedSegmentView(SegmentView):
    size: int = Field(description="How many customers are in it now")

    @classmethod
    def sized(cls, segment: Segment, size: int) -> Self:
        """A segment beside its size."""
        shown = {name: getattr(segment, name) for name in SegmentView.model_fields}
        return cls.model_validate(shown | {"size": size})


class SegmentDetailView(SizedSegmentView):
    """With how stale it is: for whom it could not be evaluated. Each is tried again by itself until it succeeds."""

    failing: int = Field(description="For how many customers; 1,000 are counted at the most")
    stale_since: datetime | None = Field(description="Since when the first of them is waiting")

    @classmethod
    def detailed(cls, segment: Segment, size: int, staleness: Staleness) -> Self:
        """A segment beside its size and staleness."""
        shown = {name: getattr(segment, name) for name in SegmentView.model_fields}
        told = {"size": size, "failing": staleness.customers, "stale_since": staleness.since}
        return cls.model_validate(shown | told)


SegmentPage = page_model(SizedSegmentView)


class UseView(View):
    kind: str = Field(description="segment, campaign, automation …")
    id: str
    name: str


class UsesView(View):
    items: list[UseView]


class RefreshView(View):
    """The job that evaluates; `GET /jobs/{id}` shows its progress."""

    id: str
    type: str
    name: str
    state: State
    percent: int


class VocabularyView(View):
    """All there is to make rules of. `operators` of fields and properties name those of the section `operators` that apply."""

    fields: list[dict[str, Any]] = Field(
        description="Facts about a customer: name, label, group, type, help, choices, available, ranked, operators"
    )
    events: list[dict[str, Any]] = Field(
        description="What can have happened: name, label, group, available, open, properties"
    )
    operators: list[dict[str, Any]] = Field(description="operator, label, types, operands")
    windows: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    periods: list[dict[str, Any]]
    limits: dict[str, int]


class NewPreview(Input):
    """A rule to be tried out, perhaps against the present members of a segment."""

    rule: Tree
    compare_to: Code | None = Field(None, description="A segment's id")
    sample: int = Field(10, ge=0, le=50, description="How many customers to show of each sort")


class ExplanationView(View):
    """One part of the rule: whether it matches, the value seen and what was wanted. `pointer` is its place in the rule."""

    matches: bool
    type: str
    label: str
    seen: Any | None
    wanted: str
    pointer: str
    children: list["ExplanationView"]
    next_change: str | None = Field(description="When time alone may change `matches` next")


class PreviewCustomerView(View):
    id: str
    name: str | None
    explanation: ExplanationView

    @model_validator(mode="before")
    @classmethod
    def _of(cls, value: Any) -> Any:
        if not isinstance(value, PreviewCustomer):
            return value
        return {"id": value.id, "name": value.name, "explanation": value.explanation.dump()}


class PreviewView(View):
    estimate: int = Field(description="How many customers match")
    exact: bool
    of: int = Field(description="How many customers were looked at")
    total: int = Field(description="How many customers there are; an estimate unless all were looked at")
    margin: int = Field(description="Half the width of the 95 % interval; 0 when exact")
    sample: list[PreviewCustomerView]
    entering: int | None = Field(description="Against the segment of `compare_to`")
    leaving: int | None
    entering_sample: list[PreviewCustomerView]
    leaving_sample: list[PreviewCustomerView]


class ExplainQuery(Query):
    customer: Code = Field(description="The customer's id")
    at: Moment | None = Field(None, description="A moment of the past")


class ExplainedView(View):
    segment_id: str
    customer_id: str
    member: bool
    since: datetime | None
    next_change: datetime | None = Field(description="When time alone may change the membership next")
    stale: bool
    explanation: ExplanationView | None = Field(description="Null of a list, and for a moment of the past")

    @classmethod
    def present(cls, found: Explained) -> dict[str, Any]:
        """As of now, with reasons."""
        shown = {name: getattr(found, name) for name in cls.model_fields}
        return shown | {"explanation": None if found.explanation is None else found.explanation.dump()}

    @classmethod
    def past(cls, segment_id: str, customer_id: str, member: bool) -> dict[str, Any]:
        """As of a moment of the past."""
        known = {"segment_id": segment_id, "customer_id": customer_id, "member": member, "stale": False}
        return dict.fromkeys(cls.model_fields) | known
