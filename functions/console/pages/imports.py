"""The import wizard: choose a file, match its columns, try it, start it. And exports."""

from typing import Any, Literal

from pydantic import ValidationError

from console.forms import Form
from console.import_form import KINDS, columns_of, mapping_of, options_of, reading_of, settings_for
from console.pages.jobs import PATH as JOBS
from console.routing import Pages
from console.shell import Crumb, show
from console.web import Reply, Request, allow_uploads, flash_cookie, json_reply, redirect
from regulars.imports.model import ImportSpec
from regulars.imports.service import begin_import, preview, start_import
from regulars.imports.steering import begin_export
from regulars.imports.targets import ImportKind
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.files import S3Files
from regulars.kernel.http.serve import faults_of
from regulars.kernel.jobs import get_job
from regulars.kernel.permissions import Permission

PAGES = Pages()
_PATH = "/console/imports"
_ONE = f"{_PATH}/{{job_id}}"


@PAGES.get(f"{_PATH}/new", permission=Permission.IMPORTS_WRITE)
def choose(request: Request) -> Reply:
    """The page may send a file to the bucket, so its policy names the bucket's address."""
    chosen = request.query.get("kind", KINDS[0].key)
    reply = show(request, "pages/import_new.html", title="Import", kinds=KINDS, chosen=chosen)
    bucket = S3Files(request.tenant).upload_form("probe", 1)["url"]
    return Reply(reply.status, reply.body, {**reply.headers, **allow_uploads(bucket)}, reply.cookies)


@PAGES.post(f"{_PATH}/uploads", permission=Permission.IMPORTS_WRITE)
def begin(request: Request) -> Reply:
    """Begins an import and answers, as JSON, where to send its file and where to go then."""
    kind, name = request.form.get("kind", ""), request.form.get("filename", "")[:200]
    format = _format_of(name)
    if kind not in {each.value for each in ImportKind} or format is None:
        return json_reply({"detail": "Choose a .csv or .jsonl file, plain or .gz."}, 422)
    begun = begin_import(
        request.tenant, ImportKind(kind), format, name, now=request.call.now, by=f"staff:{request.caller.id}"
    )
    upload = begun.upload
    return json_reply({"url": upload.url, "fields": upload.fields, "next": f"{_PATH}/{begun.id}"})


def _format_of(name: str) -> Literal["csv", "jsonl"] | None:
    plain = name.lower().removesuffix(".gz")
    if plain.endswith((".csv", ".tsv", ".txt")):
        return "csv"
    return "jsonl" if plain.endswith((".jsonl", ".ndjson")) else None


@PAGES.get(_ONE, permission=Permission.IMPORTS_WRITE)
def match(request: Request) -> Reply:
    return _match(request, Form())


@PAGES.post(_ONE, permission=Permission.IMPORTS_WRITE)
def decide(request: Request) -> Reply:
    """Looks again with the columns as they are matched now, tries the import, or starts it."""
    job_id, deed = request.params["job_id"], request.form.get("do", "check")
    if deed == "check":
        return _match(request, Form())
    try:
        found = preview(request.tenant, job_id)
        mapping = mapping_of(request.form, found)
        options = options_of(request.form)
        start_import(request.tenant, job_id, mapping, options, dry_run=deed == "try")
    except ValidationError as error:
        return _match(request, Form().refused(InvalidError("", faults_of(error))), 422)
    except RegularsError as error:
        return _match(request, Form().refused(error), error.status)
    return redirect(f"{JOBS}/{job_id}")


@PAGES.post(f"{JOBS}/{{job_id}}/start", permission=Permission.IMPORTS_WRITE)
def start(request: Request) -> Reply:
    """After a trial: the same columns, in earnest."""
    job_id = request.params["job_id"]
    spec = ImportSpec.of(get_job(request.tenant, job_id).spec)
    start_import(request.tenant, job_id, spec.mapping, spec.options, dry_run=False)
    return redirect(f"{JOBS}/{job_id}", cookies=(flash_cookie("The import has begun"),))


@PAGES.get(f"{JOBS}/{{job_id}}/map", permission=Permission.IMPORTS_WRITE)
def again(request: Request) -> Reply:
    return redirect(f"{_PATH}/{request.params['job_id']}")


def _match(request: Request, form: Form, status: int = 200) -> Reply:
    job = get_job(request.tenant, request.params["job_id"])
    spec = ImportSpec.of(job.spec)
    found = preview(request.tenant, job.id)
    asked = mapping_of(request.form, found) if request.method == "POST" else spec.mapping
    if asked:
        try:
            found = preview(request.tenant, job.id, asked)
        except InvalidError as error:
            form, status = form.refused(error), 422
    kind = next(each for each in KINDS if each.key == spec.kind.value)
    columns = columns_of(spec.kind, found, asked or found.mapping)
    typed = request.form if request.method == "POST" else reading_of(spec, asked or found.mapping)
    return show(
        request,
        "pages/import_map.html",
        title=f"Import {kind.label.lower()}",
        crumbs=(Crumb("Import", f"{_PATH}/new"), Crumb(job.name)),
        status=status,
        kind=kind,
        action=f"{_PATH}/{job.id}",
        file=job.name,
        form=Form(typed, form.errors, form.problem),
        columns=columns,
        matched=sum(bool(column["field"]) for column in columns),
        rows=[[_short(row.get(name)) for name in found.columns] for row in found.rows[:5]],
        **settings_for(spec.kind),
    )


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


@PAGES.post("/console/customers/export", permission=Permission.EXPORTS_WRITE)
def export(request: Request) -> Reply:
    """All customers of a status, tag or country to one file, as a job."""
    asked = {name: request.form.get(name, "") for name in ("status", "tag", "country")}
    wanted = {name: value for name, value in asked.items() if value}
    by = f"staff:{request.caller.id}"
    job = begin_export(request.tenant, "csv", wanted, now=request.call.now, by=by)
    return redirect(f"{JOBS}/{job.id}")
