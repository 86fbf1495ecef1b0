"""What the operations on templates take and answer with."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from regulars.kernel.http.models import Code, Input, ListQuery, Query, View, page_model
from regulars.kernel.jobs import State
from regulars.messaging import (
    Channel,
    LintAudience,
    Preview,
    TemplateSource,
)

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]
Tag = Annotated[str, StringConstraints(max_length=20, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")]
Addressee = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=300, pattern=r"^[^\s\x00-\x1f\x7f]+$"),
]
ChannelName = Annotated[Channel, Field(strict=False)]


class TemplateQuery(ListQuery):
    channel: Channel | None = Field(None, description="Only with content for this channel")
    category: str | None = Field(None, max_length=40, description="Only of this category")
    archived: bool = Field(False, description="Those that were put away instead of the others")


class TemplateRowView(View):
    """A template without its draft. `published` is the number of the version that is sent, 0 when there is none; `changed` says
    that the draft is another."""

    id: str
    key: str = Field(description="What senders call it")
    name: str
    description: str
    category: str
    channels: list[Channel]
    languages: list[str]
    includes: list[str] = Field(description="The partials that the draft names")
    published: int
    published_at: datetime | None
    changed: bool
    archived: bool
    created_at: datetime
    created_by: str
    updated_at: datetime
    version: int


def source_of(source: TemplateSource) -> dict[str, Any]:
    """A source as it would be sent back."""
    return source.model_dump(mode="json", exclude_defaults=True)


class TemplateView(TemplateRowView):
    """With the draft."""

    draft: dict[str, Any] = Field(description="contents by channel and language, sample, conditions")

    @field_validator("draft", mode="before")
    @classmethod
    def _as_sent(cls, value: Any) -> Any:
        return source_of(value) if isinstance(value, TemplateSource) else value or {}


TemplatePage = page_model(TemplateRowView)


class FindingView(View):
    """A `fault` stands in the way of publishing, a `warning` does not; `pointer` is its place in the source."""

    pointer: str
    level: Literal["fault", "warning"]
    detail: str
    line: int = Field(description="Counts from 1; 0: of no line")


class FindingsView(View):
    items: list[FindingView]


class CheckSource(Input):
    """A source that need not be saved."""

    draft: TemplateSource
    category: Code = "promotions"


class PreviewSource(CheckSource):
    channel: ChannelName
    language: Tag
    customer: Code | None = Field(
        None, description="A customer's id; without one an invented customer gets it"
    )


class SmsView(View):
    encoding: Literal["gsm7", "ucs2"]
    length: int = Field(description="In places of the encoding")
    segments: int
    left: int = Field(description="Places free in the last segment")
    special: str = Field(description="Characters that cost the long encoding")


class PreviewView(View):
    """`content` is null when it cannot be rendered: `findings` say why."""

    channel: Channel
    language: str
    content: dict[str, Any] | None
    preheader: str
    findings: list[FindingView]
    missing: list[str] = Field(description="Paths that had no value")
    sms: SmsView | None
    size: int = Field(description="Bytes")

    @classmethod
    def of(cls, found: Preview) -> dict[str, Any]:
        shown = {name: getattr(found, name) for name in cls.model_fields}
        return shown | {"content": None if found.content is None else asdict(found.content)}


class PublishTemplate(Input):
    note: Note = ""


class TestTemplate(Input):
    """Where to send one content of the draft, filled in for a customer or an invented one."""

    to: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=3, max_length=300, pattern=r"^[^\s\x00-\x1f\x7f]+$"
        ),
    ] = Field(
        description="An email address, a telephone number (+…), `<platform>:<token>` of a device, a customer's id"
    )
    channel: ChannelName
    language: Tag
    customer: Code | None = None


class SentTestView(View):
    message_id: str = Field(description="The provider's id")


class LintTemplate(LintAudience):
    """Whose messages to try."""


class LintJobView(View):
    """The job; `GET /jobs/{id}` shows its progress, its counts (checked, empty_name, missing, error, gap:<path>) and the file."""

    id: str
    type: str
    name: str
    state: State
    percent: int


class VersionRowView(View):
    number: int
    at: datetime
    by: str
    note: str
    name: str
    category: str


class VersionsView(View):
    items: list[VersionRowView]


class VersionView(VersionRowView):
    source: dict[str, Any]

    @field_validator("source", mode="before")
    @classmethod
    def _as_sent(cls, value: Any) -> Any:
        return source_of(value) if isinstance(value, TemplateSource) else value or {}


class VariablesQuery(Query):
    template: str | None = Field(
        None, max_length=100, description="With what this template's sample has as `data`"
    )


class VariableView(View):
    path: str
    description: str
    example: str
    type: str


class VariablesView(View):
    items: list[VariableView]


class LibraryEntryView(View):
    key: str
    name: str
    description: str
    category: str
    channels: list[Channel]
    languages: list[str]
    transactional: bool
    sample: dict[str, Any]


class LibraryView(View):
    items: list[LibraryEntryView]
