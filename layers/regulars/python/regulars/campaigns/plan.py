"""What a campaign is to do, as people say it: audience, message, schedule, test, resend, costs. Pure.

A draft may be incomplete; `checking` says what is missing before it can be sent.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from regulars.customers import is_customer_id
from regulars.kernel.http.models import Change, Code, Input, Line, Moment
from regulars.messaging import Channel, Choice

MAX_CUSTOMERS = 2000
MAX_VARIANTS = 8


class _Part(Input):
    model_config = ConfigDict(frozen=True)


def _customer(text: str) -> str:
    if not is_customer_id(text):
        raise ValueError("is not a customer's id such as cus_01K…")
    return text


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


AnyChannel = Annotated[Channel, Field(strict=False)]
AnyChoice = Annotated[Choice, Field(strict=False)]
CustomerId = Annotated[str, AfterValidator(_customer)]
Channels = Annotated[list[AnyChannel], Field(max_length=len(Channel)), AfterValidator(_distinct)]
TemplateKey = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Rule = Annotated[dict[str, Any], Field(description="As of a segment: `{version: 1, root: …}`")]


class Audience(_Part):
    """Who gets it: exactly one of a segment, a rule, a list of customers' ids, everybody; less those of other segments."""

    segment: Code | None = None
    rule: Rule | None = None
    customers: (
        Annotated[list[CustomerId], Field(max_length=MAX_CUSTOMERS), AfterValidator(_distinct)] | None
    ) = None
    all: bool = False
    exclude: Annotated[list[Code], Field(max_length=20), AfterValidator(_distinct)] = Field(
        default_factory=list, description="Segments whose members get nothing"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(self._given().values()) > 1:
            raise ValueError("give one of segment, rule, customers and all")
        return self

    def _given(self) -> dict[str, bool]:
        return {
            "segment": self.segment is not None,
            "rule": self.rule is not None,
            "customers": self.customers is not None,
            "all": self.all,
        }

    @property
    def kind(self) -> str:
        """`segment`, `rule`, `customers`, `all`; empty when nothing is chosen."""
        return next((name for name, given in self._given().items() if given), "")

    @property
    def segments(self) -> list[str]:
        """Every segment that is named, in the rule too."""
        named = [*([self.segment] if self.segment else []), *self.exclude, *_segments_in(self.rule)]
        return list(dict.fromkeys(named))


def _segments_in(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _segments_in(one)
    elif isinstance(node, dict):
        if node.get("type") == "segment" and isinstance(node.get("segment"), str):
            yield node["segment"]
        for one in node.values():
            yield from _segments_in(one)


class ScheduleKind(StrEnum):
    """`best_hour`: within a day of the start, at the hour that suits each customer best."""

    NOW = "now"
    AT = "at"
    BEST_HOUR = "best_hour"
    RECURRING = "recurring"


class Schedule(_Part):
    """When. `at` is the (first) moment; with `zone` recipient its wall time in the tenant's zone is meant, in each one's own.

    Whose wall time has passed already when the campaign begins gets it at once, or with `passed` next_day a day later.
    `audience` fixed: who is in it when the run begins; live: looked at again in each pass and before the remainder goes out.
    """

    kind: Annotated[ScheduleKind, Field(strict=False)] = ScheduleKind.NOW
    at: Moment | None = None
    zone: Literal["tenant", "recipient"] = "tenant"
    passed: Literal["at_once", "next_day"] = "at_once"
    rrule: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = Field(
        "", description="RFC 5545, such as FREQ=WEEKLY;BYDAY=MO"
    )
    audience: Literal["fixed", "live"] = "fixed"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.rrule and self.kind is not ScheduleKind.RECURRING:
            raise ValueError("only a recurring campaign has an rrule")
        return self

    @property
    def spread(self) -> bool:
        """Whether customers have moments of their own."""
        return self.zone == "recipient" or self.kind is ScheduleKind.BEST_HOUR


class Variant(_Part):
    """What differs from the campaign; what is left out is as there. `delay_hours` after the others' moment (a test of
    times)."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,29}$")
    ]
    template: TemplateKey = ""
    subject: Subject = ""
    channel: AnyChannel | None = None
    delay_hours: float = Field(0, ge=0, le=48, multiple_of=0.25)


class Winner(StrEnum):
    OPEN = "open"
    CLICK = "click"
    CONVERSION = "conversion"
    REVENUE = "revenue"


class Test(_Part):
    """Variants side by side. `share` of the audience takes part, `hold_out` gets nothing, the remainder gets the winner
    `after_hours`. With nothing left over there is no remainder. Who is where follows from a hash of campaign and customer."""

    variants: list[Variant] = Field(default_factory=list, max_length=MAX_VARIANTS)
    share: float = Field(1.0, gt=0, le=1, description="Of all but the hold-out")
    hold_out: float = Field(0.0, ge=0, le=0.5)
    winner: Annotated[Winner, Field(strict=False)] = Winner.CLICK
    after_hours: float = Field(4, ge=0.25, le=168, multiple_of=0.25)
    minimum_sample: int = Field(100, ge=1, le=1_000_000, description="Recipients of each variant")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [one.name.casefold() for one in self.variants]
        if len(set(names)) != len(names):
            raise ValueError("two variants have the same name")
        if "hold_out" in names:
            raise ValueError("no variant may be named hold_out")
        if len(names) == 1:
            raise ValueError("a test needs two variants at least")
        return self

    @property
    def decides(self) -> bool:
        """Whether a remainder waits for the winner."""
        return len(self.variants) > 1 and self.share < 1


class Resend(_Part):
    """Once more to those who got it by mail and had not opened it `after_hours` later."""

    after_hours: float = Field(48, ge=1, le=336, multiple_of=0.25)
    subject: Subject = ""


class Utm(_Part):
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    medium: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    campaign: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


Tag = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=40)]


class Plan(_Part):
    """All of it. `cost` are fixed costs and `budget` what a run may cost with them, in minor units of the tenant's currency: one
    that could cost more with its next messages is paused. A batch a worker that is on its way by then may go over it."""

    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    audience: Audience = Audience()
    channels: Channels = Field(default_factory=list)
    choice: AnyChoice = Choice.FIRST
    template: TemplateKey = ""
    subject: Subject = ""
    category: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = "promotions"
    values: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="What templates show as `data`"
    )
    schedule: Schedule = Schedule()
    throttle_per_minute: int = Field(0, ge=0, le=1_000_000, description="0: as fast as providers take it")
    test: Test | None = None
    resend: Resend | None = None
    utm: Utm = Utm()
    cost: int = Field(0, ge=0, le=10**12)
    budget: int | None = Field(None, ge=0, le=10**12)
    tags: Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)] = Field(default_factory=list)

    @property
    def variants(self) -> list[Variant]:
        return self.test.variants if self.test else []

    @property
    def hold_out(self) -> float:
        return self.test.hold_out if self.test else 0.0

    def variant(self, name: str) -> Variant | None:
        return next((one for one in self.variants if one.name == name), None)

    @property
    def templates(self) -> list[str]:
        """Every template that is named."""
        named = [one.template or self.template for one in self.variants] or [self.template]
        return [key for key in dict.fromkeys([self.template, *named]) if key]

    @property
    def all_channels(self) -> list[Channel]:
        """Every channel that may be used."""
        own = [one.channel for one in self.variants if one.channel is not None]
        return list(dict.fromkeys([*self.channels, *own]))


class NewCampaign(Plan):
    """A new campaign: a draft, which needs no more than a name."""

    name: Line

    def plan(self) -> Plan:
        return Plan.model_validate(self.model_dump(exclude={"name"}, exclude_unset=True))


class CampaignChange(Change):
    """A change: what is left out stays; what is given is replaced as a whole (`audience`, `schedule`, `test` …)."""

    nullable = frozenset({"test", "resend", "budget"})
    name: Line | SkipJsonSchema[None] = None
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    audience: Audience = Audience()
    channels: Channels = Field(default_factory=list)
    choice: AnyChoice = Choice.FIRST
    template: TemplateKey = ""
    subject: Subject = ""
    category: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    values: dict[str, Any] = Field(default_factory=dict, max_length=50)
    schedule: Schedule = Schedule()
    throttle_per_minute: int = Field(0, ge=0, le=1_000_000)
    test: Test | None = None
    resend: Resend | None = None
    utm: Utm = Utm()
    cost: int = Field(0, ge=0, le=10**12)
    budget: int | None = Field(None, ge=0, le=10**12)
    tags: Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)] = Field(default_factory=list)

    def applied_to(self, plan: Plan) -> Plan:
        """The plan after the change."""
        given = {name: getattr(self, name) for name in self.model_fields_set - {"name"}}
        return plan.model_copy(update=given)
