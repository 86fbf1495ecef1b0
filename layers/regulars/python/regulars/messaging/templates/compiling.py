"""Sources of one channel and language to a compiled content."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from jinja2 import nodes

from regulars.messaging.content import (
    Content,
    EmailContent,
    EmailShell,
    InAppContent,
    PushContent,
    SmsContent,
    WalletContent,
    WebhookContent,
)
from regulars.messaging.model import Channel
from regulars.messaging.templates.codes import CODE, check_closed
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.linking import LinkNumbers
from regulars.messaging.templates.plain import text_of
from regulars.messaging.templates.programs import Layout, Mode, Program, shell_text
from regulars.messaging.templates.rendering import CompiledContent, OneLine
from regulars.messaging.templates.rewriting import LINK_KINDS
from regulars.messaging.templates.sandbox import judged, paths_in
from regulars.messaging.templates.sizes import fitted_push, fitted_sms

_LANGUAGE_FILTERS = frozenset({"money", "number", "date", "time"})
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_HIDDEN = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;"
# So that a mail program does not show the beginning of the text behind a short preheader.
_SPACER = "&#847;&zwnj;&nbsp;" * 60


@dataclass(frozen=True, slots=True)
class _Field:
    """How a field is written: its mode, whether it is one line by all means, and how its links are found."""

    mode: Mode
    one_line: bool = False
    links: str = ""


_FIELDS: Mapping[Channel, Mapping[str, _Field]] = {
    Channel.EMAIL: {
        "subject": _Field("line", one_line=True),
        "html": _Field("html", links="in_html"),
        "text": _Field("text", links="in_text"),
    },
    Channel.SMS: {"text": _Field("line", links="in_text")},
    Channel.PUSH: {
        "title": _Field("line", one_line=True),
        "body": _Field("line"),
        "url": _Field("line", links="as_whole"),
        "image_url": _Field("line"),
    },
    Channel.IN_APP: {
        "title": _Field("line", one_line=True),
        "body": _Field("text"),
        "url": _Field("line", links="as_whole"),
    },
    Channel.WEBHOOK: {"body": _Field("json")},
    Channel.WALLET: {"message": _Field("line", one_line=True)},
}


def fields_of(channel: Channel, source: Mapping[str, Any]) -> dict[str, tuple[str, _Field]]:
    """The texts of a content with how they are written; a push message's data are `data.<name>`."""
    known = _FIELDS[channel]
    found = {name: (str(source.get(name) or ""), how) for name, how in known.items()}
    if channel is Channel.PUSH:
        for name, text in (source.get("data") or {}).items():
            found[f"data.{name}"] = str(text), _Field("line")
    return found


def compile_content(
    channel: Channel, language: str, source: Mapping[str, Any], conditions: Mapping[str, Any]
) -> CompiledContent:
    """Compile one content. Raises TemplateError, whose pointer is the field."""
    for name in ("html", "preheader", "text"):
        _closed(str(source.get(name) or ""), f"/{name}")
    given = mail_sources(source) if channel is Channel.EMAIL else source
    numbers, program, asked = LinkNumbers(), Program(), _Asked()
    fields: dict[str, Layout] = {}
    lines: list[OneLine] = []
    for name, (text, how) in fields_of(channel, given).items():
        pointer = f"/{name.replace('.', '/')}"
        asked.look_at(text, pointer)
        numbered = getattr(numbers, how.links)(text) if how.links else text
        if how.links == "in_html":
            numbered = _with_pixel(numbered)
        if how.one_line:
            line = _one_line(program.reserve(), numbered, how.mode, pointer)
            lines.append(line)
            fields[name] = ((line.name, True),)
        else:
            fields[name] = program.add(numbered, how.mode, pointer)
    shell = (
        EmailShell(**{name: shell_text(layout) for name, layout in fields.items()})
        if channel is Channel.EMAIL
        else None
    )
    return CompiledContent(
        channel=channel,
        language=language,
        reads=frozenset(asked.reads),
        needs_segments=frozenset(asked.segments),
        needs_shown={name: conditions.get(name) for name in sorted(asked.shown)},
        static_links=numbers.destinations,
        shell=shell,
        fields=fields,
        program=program,
        lines=tuple(lines),
        build=_BUILDERS[channel],
    )


def _closed(text: str, pointer: str) -> None:
    try:
        check_closed(text)
    except TemplateError as error:
        raise error.at(pointer=pointer) from error


def _one_line(name: str, source: str, mode: Mode, pointer: str) -> OneLine:
    program = Program(prefix="q")
    return OneLine(name, program.add(" ".join(source.splitlines()), mode, pointer), program)


def mail_sources(source: Mapping[str, Any]) -> dict[str, str]:
    """Subject, HTML with the preheader, and text of a mail; the text is made of the HTML if there is none."""
    html = str(source.get("html") or "")
    text = str(source.get("text") or "") or text_of(html)
    if preheader := str(source.get("preheader") or "").strip():
        html = _with_preheader(html, preheader)
    return {"subject": str(source.get("subject") or ""), "html": html, "text": text}


def _with_preheader(html: str, preheader: str) -> str:
    pieces, end = [], 0
    for code in CODE.finditer(preheader):
        pieces += [escape(preheader[end : code.start()]), code[0]]
        end = code.end()
    shown = "".join([*pieces, escape(preheader[end:])])
    hidden = f'<div style="{_HIDDEN}">{shown}{_SPACER}</div>'
    body = _BODY.search(html)
    return html[: body.end()] + hidden + html[body.end() :] if body else hidden + html


def _with_pixel(html: str) -> str:
    before, end, behind = html.rpartition("</body>")
    return f"{before}{{{{ _pixel() }}}}{end}{behind}" if end else f"{html}{{{{ _pixel() }}}}"


class _Asked:
    """What the fields of a content read."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.segments: set[str] = set()
        self.shown: set[str] = set()

    def look_at(self, source: str, pointer: str) -> None:
        try:
            tree = judged(source)
        except TemplateError as error:
            raise error.at(pointer=pointer) from error
        for path, _ in paths_in(tree):
            if not (path[0] == "message" and path[1:2] and path[1] in LINK_KINDS):
                self.reads.add(".".join(path))
        if any(one.name in _LANGUAGE_FILTERS for one in tree.find_all(nodes.Filter)):
            self.reads |= {"message.language", "shop.currency", "shop.time_zone"}
        for call in tree.find_all(nodes.Call):
            self._called(call)

    def _called(self, call: nodes.Call) -> None:
        assert isinstance(call.node, nodes.Name)
        if call.node.name == "in_segment":
            self.segments.add(call.args[0].as_const())
            self.reads.add("message.segments")
        elif call.node.name == "shown":
            self.shown.add(call.args[0].as_const())
            self.reads.add("message.shown")


def _push(texts: Mapping[str, str]) -> PushContent:
    data = {name.removeprefix("data."): text for name, text in texts.items() if name.startswith("data.")}
    return fitted_push(
        PushContent(texts["title"], texts["body"], texts["url"].strip(), texts["image_url"].strip(), data)
    )


def _webhook(texts: Mapping[str, str]) -> WebhookContent:
    try:
        json.loads(texts["body"])
    except ValueError as error:
        raise TemplateError("what was made is not JSON", pointer="/body") from error
    return WebhookContent(texts["body"])


_BUILDERS: Mapping[Channel, Callable[[Mapping[str, str]], Content]] = {
    Channel.EMAIL: lambda texts: EmailContent(texts["subject"], texts["html"], texts["text"]),
    Channel.SMS: lambda texts: SmsContent(fitted_sms(texts["text"])),
    Channel.PUSH: _push,
    Channel.IN_APP: lambda texts: InAppContent(texts["title"], texts["body"], texts["url"].strip()),
    Channel.WEBHOOK: _webhook,
    Channel.WALLET: lambda texts: WalletContent(texts["message"]),
}
