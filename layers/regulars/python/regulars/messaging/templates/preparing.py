"""From what people write to what is rendered: MJML becomes HTML, a plain text is made, a way to leave is added."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from regulars.messaging.library.letters import LEAVE
from regulars.messaging.model import Channel
from regulars.messaging.templates.codes import check_closed
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.model import Finding
from regulars.messaging.templates.plain import text_of
from regulars.messaging.templates.sandbox import judged
from regulars.messaging.templates.source import EmailSource, TemplateSource

_STYLE = "margin:0;padding:16px;font:13px/1.5 sans-serif;text-align:center;color:#5b6270;"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What renders, by channel and language, and what was found on the way."""

    contents: Mapping[Channel, Mapping[str, Mapping[str, Any]]]
    findings: tuple[Finding, ...]


def prepare(source: TemplateSource, *, marketing: bool) -> Prepared:
    """Every content ready to be compiled; those that cannot be are left out, with a fault."""
    contents: dict[Channel, dict[str, dict[str, Any]]] = {}
    findings: list[Finding] = []
    for channel, language, fields in source.contents.each():
        made, found = prepared(channel, language, fields, marketing=marketing)
        findings += found
        if made is not None:
            contents.setdefault(channel, {})[language] = made
    return Prepared(contents, tuple(findings))


def prepared(
    channel: Channel, language: str, fields: Any, *, marketing: bool
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """One content ready to be compiled, None when it cannot be."""
    if not isinstance(fields, EmailSource):
        return fields.model_dump(), []
    place = f"/contents/{channel.value}/{language}"
    try:
        html = _html(fields)
    except TemplateError as error:
        return None, [
            Finding(f"{place}/{'html' if fields.mjml is None else 'mjml'}", "fault", error.what, error.line)
        ]
    findings = []
    if marketing and "message.unsubscribe_url" not in html:
        html = _with_way_out(html, language)
        added = "there is no link to unsubscribe ({{ message.unsubscribe_url }}), so one is added at the end"
        findings.append(Finding(place, "warning", added))
    made = {"subject": fields.subject, "preheader": fields.preheader, "html": html}
    return made | {"text": _text(fields.text, html, language, marketing=marketing)}, findings


def _html(fields: EmailSource) -> str:
    if fields.mjml is None:
        check_closed(fields.html or "")
        return fields.html or ""
    # The converter is not where messages are sent.
    from regulars.messaging.templates.markup import html_of, without_comments

    # Before it is converted, lines are still those of the source.
    judged(without_comments(fields.mjml))
    return html_of(fields.mjml)


def _with_way_out(html: str, language: str) -> str:
    leave, choose = (escape(one) for one in _ways_out(language))
    links = (
        f'<a href="{{{{ message.unsubscribe_url }}}}">{leave}</a> &middot;'
        f' <a href="{{{{ message.preferences_url }}}}">{choose}</a>'
    )
    line = f'<p style="{_STYLE}">{{% if shop.footer %}}{{{{ shop.footer }}}}<br>{{% endif %}}{links}</p>'
    before, end, behind = html.rpartition("</body>")
    return f"{before}{line}{end}{behind}" if end else html + line


def _text(text: str, html: str, language: str, *, marketing: bool) -> str:
    if not text.strip():
        return text_of(html)
    if marketing and "message.unsubscribe_url" not in text:
        leave, _ = _ways_out(language)
        return f"{text.rstrip()}\n\n--\n{leave}: {{{{ message.unsubscribe_url }}}}\n"
    return text


def _ways_out(language: str) -> tuple[str, str]:
    return LEAVE.get(language.partition("-")[0], LEAVE["en"])
