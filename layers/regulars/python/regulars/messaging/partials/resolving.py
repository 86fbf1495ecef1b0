"""Templates with the partials in their places: what is checked, shown and published, so that senders never ask for a partial."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from pydantic import ValidationError

from regulars.kernel.http.models import Input
from regulars.kernel.http.serve import faults_of
from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import choose_language
from regulars.messaging.partials.expanding import MAX_NESTING, Expanded, Expander, bare, inside
from regulars.messaging.partials.source import Kind, includes_of
from regulars.messaging.partials.store import Texts, read_texts
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.model import Finding
from regulars.messaging.templates.source import Contents, TemplateSource, texts_of
from regulars.platform import settings_of

# How many partials one template includes, itself and through others.
MAX_PARTIALS = 50
_WRITTEN: Mapping[Kind, str] = {"html": "mails in HTML", "mjml": "mails in MJML", "text": "plain text"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was written, and as `source` the same with the partials in their places; contents into which one cannot be put are
    left out, with a fault. `partials` are those that are in it, with their revisions."""

    written: TemplateSource
    source: TemplateSource
    findings: tuple[Finding, ...] = ()
    partials: Mapping[str, str] = field(default_factory=dict)
    expanded: Mapping[str, Expanded] = field(default_factory=dict)

    def placed(self, findings: Iterable[Finding]) -> list[Finding]:
        """What was found in the source, at its places in what was written; of what is in a partial it says so."""
        return [placed(one, self.expanded.get(one.pointer)) for one in findings]


def placed(finding: Finding, expanded: Expanded | None) -> Finding:
    """A finding about an expanded text, told of the text that was written."""
    if expanded is None or not finding.line:
        return finding
    place = expanded.place_of(finding.line)
    detail = inside(place.partial, place.inner, finding.detail) if place.partial else finding.detail
    return replace(finding, detail=detail, line=place.own)


def texts_for(tenant: Tenant, names: Iterable[str]) -> dict[str, Texts]:
    """The texts of partials, and of those that they include. Raises TemplateError when these are too many."""
    found: dict[str, Texts] = {}
    wanted = set(names)
    for _ in range(MAX_NESTING):
        if len(found) + len(wanted) > MAX_PARTIALS:
            raise TemplateError(f"it includes more than {MAX_PARTIALS} partials")
        read = read_texts(tenant, wanted)
        found |= read
        wanted = {name for texts in read.values() for name in includes_of(texts.contents)} - found.keys()
    return found


def expander_of(texts: Mapping[str, Texts], kind: Kind, language: str, default: str) -> Expander:
    """What puts these partials into sources of a language that are written as `kind` says."""
    return Expander(partial(_text_of, texts, kind, language, default), bare if kind == "mjml" else str)


def _text_of(texts: Mapping[str, Texts], kind: Kind, language: str, default: str, name: str) -> str:
    found = texts.get(name)
    if found is None:
        raise TemplateError(f"there is no partial “{name[:60]}”")
    there = frozenset(tag for tag, one in found.contents.items() if one.of(kind))
    if not there:
        raise TemplateError(f"the partial “{name}” has nothing for {_WRITTEN[kind]}")
    return found.contents[choose_language(language, default, there)].of(kind)


def resolve(tenant: Tenant, source: TemplateSource) -> Resolved:
    """A source with the tenant's partials as they are now. A source without any reads nothing."""
    names = source.includes
    if not names:
        return Resolved(source, source)
    try:
        work = _Resolving(texts_for(tenant, names), settings_of(tenant).default_language)
    except TemplateError as error:
        bare = source.model_copy(update={"contents": Contents()})
        return Resolved(source, bare, (Finding("/contents", "fault", error.what),))
    contents: dict[str, dict[str, Input]] = {}
    for channel, language, fields in source.contents.each():
        made = work.content(f"/contents/{channel.value}/{language}", language, fields)
        if made is not None:
            contents.setdefault(channel.value, {})[language] = made
    whole = source.model_copy(update={"contents": Contents.model_validate(contents)})
    return Resolved(source, whole, tuple(work.findings), work.partials(), work.expanded)


@dataclass(slots=True)
class _Resolving:
    texts: Mapping[str, Texts]
    default: str
    findings: list[Finding] = field(default_factory=list)
    expanded: dict[str, Expanded] = field(default_factory=dict)
    _expanders: dict[tuple[Kind, str], Expander] = field(default_factory=dict)

    def content(self, place: str, language: str, fields: Input) -> Input | None:
        """A content with the partials in their places, None if one cannot be put there."""
        known, values = len(self.findings), fields.model_dump()
        for path, text in texts_of(fields):
            pointer = "/".join((place, *path))
            holder = values[path[0]] if len(path) > 1 else values
            holder[path[-1]] = self._text(pointer, path[0], language, text)
        if len(self.findings) > known:
            return None
        try:
            return type(fields).model_validate(values)
        except ValidationError as error:
            self.findings += [
                Finding(f"{place}{one.pointer}", "fault", f"with its partials: {one.detail}")
                for one in faults_of(error)
            ]
            return None

    def _text(self, pointer: str, name: str, language: str, text: str) -> str:
        kind: Kind = "html" if name == "html" else "mjml" if name == "mjml" else "text"
        expander = self._expanders.get((kind, language))
        if expander is None:
            expander = expander_of(self.texts, kind, language, self.default)
            self._expanders[kind, language] = expander
        try:
            made = expander.expand(text)
        except TemplateError as error:
            self.findings.append(Finding(pointer, "fault", error.what, error.line))
            return text
        if made.text != text:
            self.expanded[pointer] = made
        return made.text

    def partials(self) -> dict[str, str]:
        """The partials that were put in, with their revisions."""
        used = sorted(set().union(*(one.used for one in self._expanders.values())))
        return {name: self.texts[name].revision for name in used}
