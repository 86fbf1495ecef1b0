"""Drafts become versions, which never change: what was sent can be shown again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from regulars.kernel.errors import Fault, InvalidError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.partials.resolving import resolve
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.templates.checks import check
from regulars.messaging.templates.compiling import compile_content
from regulars.messaging.templates.model import Finding, Template, TemplateVersion
from regulars.messaging.templates.preparing import Prepared, prepare
from regulars.messaging.templates.service import at_hand, with_draft, write
from regulars.messaging.templates.source import TemplateSource
from regulars.messaging.templates.store import read_draft, template_of
from regulars.messaging.templates.version_store import (
    NewVersion,
    VersionHeadItem,
    create_version,
    read_head,
    read_heads,
    read_source,
)
from regulars.platform import settings_of
from regulars.segments import Use, keep_uses


def is_marketing(tenant: Tenant, category: str) -> bool:
    """Whether messages of a category are advertising; one that is not known is."""
    found = messaging_settings(tenant).category(category)
    return found is None or not found.transactional


@dataclass(frozen=True, slots=True)
class _Examined:
    """A source ready to be rendered, the revisions of the partials in it, and all that is to be said about it."""

    prepared: Prepared
    partials: Mapping[str, str]
    findings: list[Finding]


def _examined(tenant: Tenant, source: TemplateSource, category: str) -> _Examined:
    resolved = resolve(tenant, source)
    prepared = prepare(resolved.source, marketing=is_marketing(tenant, category))
    found = check(resolved, prepared, settings_of(tenant).languages)
    if messaging_settings(tenant).category(category) is None:
        found.insert(0, Finding("/category", "fault", f"there is no category “{category}”"))
    return _Examined(prepared, resolved.partials, [*found, *_of_conditions(tenant, source)])


def check_template(tenant: Tenant, source: TemplateSource, category: str) -> list[Finding]:
    """Everything to be said about a source: faults stand in the way of publishing it, warnings do not."""
    return _examined(tenant, source, category).findings


def _of_conditions(tenant: Tenant, source: TemplateSource) -> list[Finding]:
    if not source.conditions:
        return []
    from regulars.segments import parse_rule, vocabulary_of

    found: list[Finding] = []
    for name, rule in source.conditions.items():
        try:
            parse_rule(dict(rule), vocabulary_of(tenant))
        except InvalidError as error:
            found.append(Finding(f"/conditions/{name}", "fault", error.detail))
    return found


def publish_template(
    tenant: Tenant,
    template_id: str,
    *,
    now: datetime,
    version: int | None = None,
    note: str = "",
    by: str = "",
) -> Template:
    """Make of the draft the version that is sent from now on. Raises NotFoundError, StaleError, and InvalidError with pointers
    to every fault."""
    item = at_hand(tenant, template_id, version)
    before, draft = template_of(item), read_draft(tenant, template_id)
    found = _examined(tenant, draft, before.category)
    require_sound(found.findings)
    number = before.latest + 1
    links, segments = _read_of(found.prepared, draft)
    after = replace(
        before,
        published=number,
        latest=number,
        published_at=now,
        changed=False,
        archived=False,
        segments=segments,
        partials=found.partials,
        draft=draft,
    )
    tx = Transaction(tenant)
    create_version(
        tx,
        NewVersion(
            template_id,
            before.key,
            before.name,
            before.category,
            number,
            now,
            by,
            note,
            draft.model_dump(mode="json", exclude_defaults=True),
            {"contents": _stored(found.prepared), "conditions": dict(draft.conditions)},
            links,
        ),
    )
    _note_segments(tx, before, after)
    return write(tenant, item, after, tx)


def require_sound(findings: Iterable[Finding]) -> None:
    """Raises InvalidError with a pointer into the draft for each fault."""
    if faults := [Fault(f"/draft{one.pointer}", one.told) for one in findings if one.level == "fault"]:
        raise InvalidError("the draft has faults", faults)


def _note_segments(tx: Transaction, before: Template, after: Template) -> None:
    # Its name may have changed since the last version.
    use = Use("template", after.id, after.name)
    keep_uses(tx, use, before=set(before.segments), after=set(after.segments), renamed=True)


def _stored(prepared: Prepared) -> dict[str, Mapping[str, Mapping[str, object]]]:
    return {channel.value: languages for channel, languages in prepared.contents.items()}


def _read_of(
    prepared: Prepared, source: TemplateSource
) -> tuple[dict[str, dict[str, list[str]]], tuple[str, ...]]:
    """The destinations of links by channel and language, and the segments that are asked for."""
    links: dict[str, dict[str, list[str]]] = {}
    segments: set[str] = set()
    for channel, languages in prepared.contents.items():
        for language, fields in languages.items():
            content = compile_content(channel, language, fields, source.conditions)
            segments |= content.needs_segments
            if content.static_links:
                links.setdefault(channel.value, {})[language] = list(content.static_links)
    return links, tuple(sorted(segments))


def template_versions(tenant: Tenant, template_id: str) -> list[TemplateVersion]:
    """The newest 100 versions without their sources, the newest first. Raises NotFoundError."""
    at_hand(tenant, template_id)
    return [_version(item) for item in read_heads(tenant, template_id)]


def template_version(tenant: Tenant, template_id: str, number: int) -> TemplateVersion:
    """A version with what was written. Raises NotFoundError."""
    head, source = read_head(tenant, template_id, number), read_source(tenant, template_id, number)
    if head is None or source is None:
        raise NotFoundError("there is no such version of the template")
    return replace(_version(head), source=TemplateSource.model_validate(source))


def _version(item: VersionHeadItem) -> TemplateVersion:
    return TemplateVersion(item.number, item.at, item.by or "", item.note or "", item.name, item.category)


def restore_version(
    tenant: Tenant, template_id: str, number: int, *, now: datetime, version: int | None = None
) -> Template:
    """Make of a version the draft again. Raises NotFoundError, StaleError."""
    item = at_hand(tenant, template_id, version)
    source = template_version(tenant, template_id, number).source or TemplateSource()
    after = with_draft(replace(template_of(item), changed=True, updated_at=now), source)
    return write(tenant, item, after)
