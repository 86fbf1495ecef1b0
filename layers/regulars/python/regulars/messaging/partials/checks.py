"""What is wrong with a partial: told when it is written, in the way when it is saved, so that no template meets half a block."""

from collections.abc import Iterator, Mapping

from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Channel
from regulars.messaging.partials.expanding import Expanded
from regulars.messaging.partials.resolving import expander_of, placed, texts_for
from regulars.messaging.partials.source import KINDS, Kind, PartialText, includes_of, languages_of
from regulars.messaging.partials.store import Texts
from regulars.messaging.templates.catalogue import is_known
from regulars.messaging.templates.checks import images_without_text
from regulars.messaging.templates.compiling import compile_content
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.markup import html_of, without_comments
from regulars.messaging.templates.model import Finding
from regulars.messaging.templates.sandbox import judged, paths_in, strangers_in
from regulars.platform import settings_of

# Where a piece of MJML can stand. In the body the converter takes elements at every depth.
_AROUND = (
    ("<mjml><mj-body>", "</mj-body></mjml>"),
    ("<mjml><mj-head>", "</mj-head><mj-body></mj-body></mjml>"),
)


def check_partial(tenant: Tenant, contents: Mapping[str, PartialText], key: str = "") -> list[Finding]:
    """Everything to be said about the texts of a partial; `key` is what it is included by, to find it in what it includes. The
    worst first."""
    if not languages_of(contents):
        return [Finding("/contents", "fault", "there is no text yet")]
    try:
        texts = texts_for(tenant, set(includes_of(contents)) - {key})
    except TemplateError as error:
        return [Finding("/contents", "fault", error.what)]
    default = settings_of(tenant).default_language
    found = [
        finding
        for language, given in contents.items()
        for kind in KINDS
        for finding in _of_text(texts, default, key, language, kind, given.of(kind))
    ]
    return sorted(dict.fromkeys(found), key=lambda one: one.level != "fault")


def _of_text(
    texts: Mapping[str, Texts], default: str, key: str, language: str, kind: Kind, source: str
) -> Iterator[Finding]:
    pointer = f"/contents/{language}/{kind}"
    try:
        made = expander_of(texts, kind, language, default).expand(source, key)
    except TemplateError as error:
        yield Finding(pointer, "fault", error.what, error.line)
        return
    for finding in _of_expanded(made, pointer, language, kind):
        yield placed(finding, made)
    if kind != "text":
        yield from images_without_text(source, pointer)


def _of_expanded(made: Expanded, pointer: str, language: str, kind: Kind) -> Iterator[Finding]:
    code = without_comments(made.text) if kind == "mjml" else made.text
    try:
        tree = judged(code)
        _compile(made.text, language, kind)
    except TemplateError as error:
        yield Finding(pointer, "fault", error.what, error.line)
        return
    for path, line in paths_in(tree):
        if not is_known(path, {}):
            yield Finding(pointer, "fault", f"there is no {'.'.join(path)}", line)
    for name, line in strangers_in(tree):
        told = f"“{name}” is shown only where a template that includes this has given it a value"
        yield Finding(pointer, "warning", told, line)


def _compile(text: str, language: str, kind: Kind) -> None:
    """Raises TemplateError for what no template could be made of."""
    if kind == "text":
        compile_content(Channel.IN_APP, language, {"body": text}, {})
        return
    html = text if kind == "html" else _html_of(text)
    compile_content(Channel.EMAIL, language, {"html": html}, {})


def _html_of(mjml: str) -> str:
    refused: TemplateError | None = None
    for before, behind in _AROUND:
        try:
            return html_of(f"{before}{mjml}{behind}")
        except TemplateError as error:
            refused = refused or error
    raise refused or TemplateError("the MJML cannot be read")
