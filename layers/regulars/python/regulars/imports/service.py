"""Use cases around an import: begin it, look into its file, start it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from regulars.imports.mapping import Mapping, check_columns, check_mapping
from regulars.imports.model import IMPORT, MAX_UPLOAD, ImportSpec, Layout, Options, source_key
from regulars.imports.sniffing import FieldCheck, Sample, check_fields, sample, suggest
from regulars.imports.targets import ImportKind
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError
from regulars.kernel.files import UPLOAD_SECONDS, S3Files
from regulars.kernel.idempotency import Once, recall
from regulars.kernel.jobs import Job, State, create_job, get_job, move
from regulars.kernel.money import CURRENCIES
from regulars.kernel.tenancy import Tenant
from regulars.platform import settings_of

_STARTABLE = frozenset({State.UPLOADING, State.READY})
_OVER = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Upload:
    """A form for sending the file: POST `fields` and then `file` to `url`, as multipart/form-data."""

    url: str
    fields: dict[str, str]
    expires_at: datetime
    max_bytes: int = MAX_UPLOAD


@dataclass(frozen=True, slots=True)
class Begun:
    """A new import and where its file goes."""

    job: Job
    upload: Upload

    @property
    def id(self) -> str:
        return self.job.id


@dataclass(frozen=True, slots=True)
class Preview:
    """What is in a file: layout, first rows by column, the mapping used or suggested, and how it fares."""

    format: str
    encoding: str
    delimiter: str
    columns: list[str]
    rows: list[dict[str, Any]]
    mapping: Mapping
    checks: list[FieldCheck]


def begin_import(
    tenant: Tenant,
    kind: ImportKind,
    format: Literal["csv", "jsonl"],
    name: str,
    *,
    now: datetime,
    by: str,
    once: Once | None = None,
) -> Begun:
    """A job that waits for its file."""
    spec = ImportSpec(kind=kind, format=format)

    def begun(job: Job) -> Begun:
        form = S3Files(tenant).upload_form(source_key(job.id), MAX_UPLOAD)
        return Begun(job, Upload(form["url"], form["fields"], now + timedelta(seconds=UPLOAD_SECONDS)))

    return begun(
        create_job(
            tenant,
            IMPORT,
            name,
            spec.stored(),
            now=now,
            by=by,
            state=State.UPLOADING,
            once=once,
            answer=begun,
        )
    )


def preview(tenant: Tenant, job_id: str, mapping: Mapping | None = None) -> Preview:
    """Look into the file that was sent. Raises ConflictError when it is not there yet, InvalidError when it cannot be read."""
    job, spec = _import(tenant, job_id)
    zone = ZoneInfo(settings_of(tenant).time_zone)
    found = _sample(tenant, job, spec)
    if mapping:
        found = replace(found, layout=_with_columns(found.layout, mapping))
        check_columns(spec.kind, mapping, found.layout.columns)
    layout = found.layout
    used = mapping or suggest(spec.kind, found, zone)
    if job.state is State.UPLOADING:
        move(tenant, job_id, _STARTABLE, State.READY)
    return Preview(
        layout.format,
        layout.encoding,
        layout.delimiter,
        layout.columns,
        [dict(zip(layout.columns, record.cells, strict=False)) for record in found.records[:10]],
        used,
        check_fields(spec.kind, used, found, zone),
    )


def start_import(
    tenant: Tenant,
    job_id: str,
    mapping: Mapping,
    options: Options,
    *,
    dry_run: bool,
    once: Once | None = None,
) -> Job:
    """Have the workers take the file in. After a dry run it can be started again. Raises InvalidError, ConflictError."""
    recall(tenant, once)
    job, spec = _import(tenant, job_id)
    if job.state not in _STARTABLE and not (spec.dry_run and job.state in _OVER):
        raise ConflictError(f"this import is {job.state.value}, so it cannot be started")
    layout = _with_columns(_sample(tenant, job, spec).layout, mapping)
    check_mapping(spec.kind, mapping, layout.columns)
    if options.currency is not None and options.currency not in CURRENCIES:
        raise InvalidError.of("/options/currency", "is not an ISO 4217 currency code such as GBP")
    wanted = spec.model_copy(
        update={
            "layout": layout,
            "mapping": mapping,
            "options": options,
            "dry_run": dry_run,
            "run": spec.run + 1,
        }
    )
    return move(
        tenant,
        job_id,
        frozenset({job.state}),
        State.QUEUED,
        once=once,
        spec=wanted.stored(),
        counts={},
        percent=0,
        stumbles=0,
        stopping=False,
        files={"source": source_key(job_id)},
        **dict.fromkeys(("checkpoint", "message", "started_at", "finished_at", "undo_until")),
    )


def _import(tenant: Tenant, job_id: str) -> tuple[Job, ImportSpec]:
    job = get_job(tenant, job_id)
    if job.type != IMPORT:
        raise NotFoundError("this job is no import")
    return job, ImportSpec.of(job.spec)


def _sample(tenant: Tenant, job: Job, spec: ImportSpec) -> Sample:
    try:
        return sample(S3Files(tenant).read(source_key(job.id)), spec.format)
    except NotFoundError as error:
        raise ConflictError("the file has not been sent yet") from error


def _with_columns(layout: Layout, mapping: Mapping) -> Layout:
    """JSON lines may have fields that the first of them do not have."""
    if layout.format == "csv":
        return layout
    named = [column for source in mapping.values() for column in source.columns()]
    return layout.model_copy(update={"columns": list(dict.fromkeys([*layout.columns, *named]))})
