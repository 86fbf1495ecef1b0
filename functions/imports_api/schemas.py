"""What the imports API takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from regulars.imports.mapping import FieldSource, Mapping
from regulars.imports.model import Options
from regulars.imports.targets import ImportKind
from regulars.kernel.http.models import Input, Line, ListQuery, Moment, View, page_model
from regulars.kernel.jobs import State

FieldName = Annotated[str, Field(min_length=1, max_length=60)]
Fields = Annotated[dict[FieldName, FieldSource], Field(max_length=100)]
Filtered = Annotated[str, Field(min_length=1, max_length=100)]


class NewImport(Input):
    """`format` is what the file holds; whether it is compressed (gzip) is seen from its first bytes."""

    kind: Annotated[ImportKind, Field(strict=False)]
    format: Literal["csv", "jsonl"] = "csv"
    name: Line = Field(description="What to call it, such as the file's name")


class PreviewImport(Input):
    """Without a mapping one is suggested."""

    mapping: Fields | None = None


class StartImport(Input):
    """Where each field comes from, and how rows are read. `dry_run` checks every row and writes nothing."""

    mapping: Fields
    options: Options = Options()
    dry_run: bool = False


class CustomerFilter(Input):
    """As in the list of customers. Money in minor units; all bounds are inclusive."""

    status: Filtered | None = None
    tag: Filtered | None = None
    country: Filtered | None = None
    source: Filtered | None = None
    min_spent: int | None = Field(None, ge=-(10**12), le=10**12)
    max_spent: int | None = Field(None, ge=-(10**12), le=10**12)
    created_from: Moment | None = None
    created_to: Moment | None = None
    last_order_from: Moment | None = None
    last_order_to: Moment | None = None


class NewExport(Input):
    """A file of customers: CSV with money as decimals, or JSON lines with money in minor units."""

    format: Literal["csv", "jsonl"] = "csv"
    filter: CustomerFilter = CustomerFilter()


class JobsQuery(ListQuery):
    """The newest come first."""


class JobView(View):
    """`counts` has at least read, created, updated, unchanged and refused; more by kind (orders, refunds, customers,
    exported; removed, restored and kept of an undo). `percent` is whole; `files` names what can be fetched."""

    id: str
    type: str
    name: str
    state: State
    counts: dict[str, int]
    percent: int
    eta_seconds: int | None
    message: str | None
    created_at: datetime
    created_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    undo_until: datetime | None
    spec: dict[str, Any] = Field(description="What was asked for: kind, format, mapping, options, filter …")
    files: dict[str, str] = Field(
        description="`errors`: GET /jobs/{id}/errors; `result`: GET /jobs/{id}/result"
    )


JobPage = page_model(JobView)


class UploadView(View):
    """POST `fields` and then the file as `file` to `url`, as multipart/form-data, before `expires_at`."""

    url: str
    fields: dict[str, str]
    expires_at: datetime
    max_bytes: int


class BegunView(View):
    """A new import and where its file goes."""

    job: JobView
    upload: UploadView


class CheckView(View):
    """How a field fares in the first rows: read well, not so, and the first problem."""

    field: str
    good: int
    bad: int
    problem: str | None


class PreviewView(View):
    """The file as it was understood: its layout, first rows, a mapping and how that fares."""

    format: str
    encoding: str
    delimiter: str
    columns: list[str]
    rows: list[dict[str, Any]]
    mapping: Mapping
    checks: list[CheckView]


class LinkView(View):
    """Fetch `url` before `expires_at`; it needs no credential."""

    url: str
    expires_at: datetime
