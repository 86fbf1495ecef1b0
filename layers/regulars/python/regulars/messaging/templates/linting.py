"""A template rendered for everybody who would get it, before anybody does: who would see an empty name, a gap, nothing at all.

A job goes through the audience page by page; what it finds is written page by page too, so that it needs the same memory for a
million as for ten.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from regulars.customers import FACTS_SHARDS, Facts, facts_of_many, page_of_shard
from regulars.kernel.errors import NotFoundError
from regulars.kernel.files import S3Files
from regulars.kernel.http.models import Code, Input
from regulars.kernel.idempotency import Once
from regulars.kernel.jobs import Job, State, create_job, get_job
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import Hands, Owner
from regulars.messaging.model import Channel, choose_language
from regulars.messaging.partials.resolving import resolve
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.templates.context import context_of
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.preparing import prepare
from regulars.messaging.templates.publishing import is_marketing, require_sound
from regulars.messaging.templates.rendering import Compiled, PlainLinks
from regulars.messaging.templates.service import get_template
from regulars.messaging.templates.source import TemplateSource
from regulars.platform import settings_of
from regulars.segments import get_segment, members

JOB = "templates.lint"
_PAGE = 250
_MEMBERS_AT_ONCE = 100
_COLUMNS = ("customer_id", "channel", "language", "problem", "detail")
# Distinct gaps that are counted by name.
_MAX_GAPS = 20


class LintAudience(Input):
    """Whose messages to try: all customers, a segment's, or these."""

    all: bool = False
    segment: Code | None = None
    customers: Annotated[list[Code], Field(max_length=1000)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.all, bool(self.segment), bool(self.customers)).count(True) != 1:
            raise ValueError("name one of all, segment and customers")
        return self


@dataclass(frozen=True, slots=True)
class LintRow:
    """One problem of one customer."""

    customer_id: str
    channel: str
    language: str
    problem: str
    detail: str


def start_template_lint(
    tenant: Tenant,
    template_id: str,
    audience: LintAudience,
    *,
    now: datetime,
    by: str = "",
    once: Once | None = None,
) -> Job:
    """Begin to render a template's draft for an audience. Raises NotFoundError (template, segment), and InvalidError for partials
    that cannot be put into it."""
    template = get_template(tenant, template_id)
    require_sound(resolve(tenant, template.draft or TemplateSource()).findings)
    if audience.segment:
        get_segment(tenant, audience.segment)
    spec = {"template": template_id, "audience": audience.model_dump(exclude_defaults=True)}
    return create_job(tenant, JOB, f"Check of “{template.name}”", spec, now=now, by=by, once=once)


def lint_rows(tenant: Tenant, job_id: str, limit: int = 100) -> list[LintRow]:
    """The first problems that a finished check has found. Raises NotFoundError."""
    job = get_job(tenant, job_id)
    if job.type != JOB:
        raise NotFoundError("there is no such check")
    if "result" not in job.files:
        return []
    text = "".join(_decoded(S3Files(tenant).read(job.files["result"]), limit))
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return [LintRow(*row) for row in list(rows)[1 : limit + 1] if len(row) == len(_COLUMNS)]


def _decoded(pieces: Iterator[bytes], lines: int) -> Iterator[str]:
    """As much of a file as its first lines need."""
    held = b""
    for piece in pieces:
        held += piece
        if held.count(b"\n") > lines + 1:
            break
    yield held[: held.rfind(b"\n") + 1].decode()


@dataclass(slots=True)
class _Lint:
    """What a turn works with: the compiled draft, and the shop."""

    tenant: Tenant
    template: Compiled
    sample: dict[str, Any]

    @classmethod
    def of(cls, tenant: Tenant, job: Job) -> "_Lint":
        found = get_template(tenant, job.spec["template"])
        draft = found.draft or TemplateSource()
        made = prepare(resolve(tenant, draft).source, marketing=is_marketing(tenant, found.category))
        template = Compiled(
            found.key, found.id, 0, found.category, found.name, made.contents, conditions=draft.conditions
        )
        return cls(tenant, template, draft.sample)

    def rows(self, facts: Facts, counts: Counter[str]) -> Iterator[tuple[str, ...]]:
        profile = settings_of(self.tenant)
        for channel in sorted(self.template.channels):
            there = self.template.languages(channel)
            language = choose_language(facts.language or "", profile.default_language, there)
            for problem, detail in self._problems(facts, channel, language):
                counts[problem] += 1
                gap = f"gap:{detail}"
                if problem == "missing" and (gap in counts or _gaps(counts) < _MAX_GAPS):
                    counts[gap] += 1
                yield facts.customer_id, channel.value, language, problem, detail

    def _problems(self, facts: Facts, channel: Channel, language: str) -> Iterator[tuple[str, str]]:
        settings = messaging_settings(self.tenant)
        context = context_of(facts, settings_of(self.tenant), settings, self.sample, language)
        try:
            content = self.template.content(channel, language)
            rendered = content.try_render(context, PlainLinks(content.static_links))
        except TemplateError as error:
            yield "error", error.detail
            return
        for path in sorted(rendered.missing):
            yield (
                ("empty_name" if path.endswith("name") and path.startswith("customer.") else "missing"),
                path,
            )


def _gaps(counts: Counter[str]) -> int:
    return sum(1 for name in counts if name.startswith("gap:"))


def _page(
    tenant: Tenant, audience: dict[str, Any], at: dict[str, Any]
) -> tuple[list[Facts], dict[str, Any] | None]:
    """The customers of a page, and where the next one begins (None: that was all)."""
    if audience.get("customers"):
        start = at.get("start", 0)
        some = audience["customers"][start : start + _MEMBERS_AT_ONCE]
        following = start + _MEMBERS_AT_ONCE
        more = {"start": following} if following < len(audience["customers"]) else None
        return list(facts_of_many(tenant, some).values()), more
    if audience.get("segment"):
        found = members(tenant, audience["segment"], limit=_MEMBERS_AT_ONCE, cursor=at.get("cursor"))
        return [one.facts for one in found.items if one.facts], {"cursor": found.next} if found.next else None
    shard = at.get("shard", 0)
    page = page_of_shard(tenant, shard, limit=_PAGE, after=at.get("last"))
    if page.last:
        return page.items, {"shard": shard, "last": page.last}
    return page.items, {"shard": shard + 1} if shard + 1 < FACTS_SHARDS else None


def _carry_on(hands: Hands) -> bool:
    """Work until the audience is through or the time ends; whether the job has ended."""
    job = hands.lease.job
    place, counts = dict(job.checkpoint or {"number": 0, "at": {}}), Counter(job.counts)
    work = _Lint.of(hands.tenant, job)
    while place["at"] is not None:
        people, following = _page(hands.tenant, job.spec["audience"], place["at"])
        rows = [row for facts in people for row in work.rows(facts, counts)]
        counts["checked"] += len(people)
        if rows:
            hands.files.write(f"{_folder(job.id)}{place['number']:08d}", _lines(rows))
        place = {"number": place["number"] + 1, "at": following}
        done = place["at"].get("shard", 0) / FACTS_SHARDS if place["at"] else 0.99
        hands.lease.checkpoint(hands.now(), counts=dict(counts), checkpoint=place, done=done)
        if hands.lease.stopping:
            hands.lease.finish(hands.now(), State.CANCELLED)
            return True
        if hands.in_haste:
            hands.lease.let_go()
            return False
    result = f"jobs/{job.id}/problems.csv"
    hands.files.join(result, _whole(hands, job.id))
    hands.lease.finish(hands.now(), State.SUCCEEDED, files={"result": result})
    return True


def _folder(job_id: str) -> str:
    return f"jobs/{job_id}/pieces/"


def _whole(hands: Hands, job_id: str) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _lines([_COLUMNS])
    for key in hands.files.keys(_folder(job_id)):
        yield from hands.files.read(key)


def _lines(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


OWNERS = {JOB: Owner(_carry_on, reached=lambda lease: f"after {lease.counts.get('checked', 0):,} customers")}
