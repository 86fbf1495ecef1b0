"""What an import or export is asked to do, and what comes of its rows. Pure values."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.imports.mapping import Mapping
from regulars.imports.refusals import Refusal
from regulars.imports.targets import ImportKind
from regulars.kernel.http.models import Input

# S3 takes 5 GB in one form; this is a year of a large shop and a guard against a slip.
MAX_UPLOAD = 512 * 1024 * 1024
IMPORT, EXPORT = "import", "export"
UNDO_FOR = timedelta(days=7)


class Options(Input):
    """`refund_prefix`: an order number that begins so is a refund (`C`). `create_customers`: orders and lines make the
    customers that are not known yet. `currency`: of amounts without one (the tenant's when left out)."""

    refund_prefix: str | None = Field(None, min_length=1, max_length=10)
    create_customers: bool = True
    currency: str | None = Field(None, min_length=3, max_length=3)


class Layout(BaseModel):
    """How the file is written: found in its first bytes. `start` and `lines` are where the rows begin."""

    model_config = ConfigDict(frozen=True)

    format: Literal["csv", "jsonl"]
    delimiter: str = ","
    encoding: str = "utf-8"
    columns: list[str]
    start: int = 0
    lines: int = 0


class ImportSpec(BaseModel):
    """All that a worker needs to know of an import; kept with the job. `run` counts its starts (a dry run is one)."""

    model_config = ConfigDict(frozen=True)

    kind: ImportKind
    format: Literal["csv", "jsonl"]
    layout: Layout | None = None
    mapping: Mapping = {}
    options: Options = Options()
    dry_run: bool = False
    run: int = 0

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def of(cls, spec: dict[str, Any]) -> "ImportSpec":
        """From `stored()`."""
        return cls.model_validate(spec, strict=False)


@dataclass(slots=True)
class Outcome:
    """What came of a unit of rows: by how much the counts change, and the rows that were refused."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)


def source_key(job_id: str) -> str:
    """Where an upload lies."""
    return f"jobs/{job_id}/source"


def errors_key(job_id: str, run: int) -> str:
    """Where the error file of a run lies."""
    return f"jobs/{job_id}/errors-{run}.csv"


def errors_part(job_id: str, run: int, chunk: int | None = None) -> str:
    """Where the refused rows of a chunk lie until the end; without a chunk the beginning of all such names."""
    folder = f"jobs/{job_id}/errors-{run}/"
    return folder if chunk is None else f"{folder}{chunk:08d}.csv"
