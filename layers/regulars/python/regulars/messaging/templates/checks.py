"""What is wrong with a template, and what might be: told when it is saved, in the way when it is published."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from regulars.messaging.model import Channel
from regulars.messaging.partials.resolving import Resolved
from regulars.messaging.templates.catalogue import is_known
from regulars.messaging.templates.codes import CODE, check_closed
from regulars.messaging.templates.compiling import compile_content, fields_of, mail_sources
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.markup import without_comments
from regulars.messaging.templates.model import Finding
from regulars.messaging.templates.preparing import Prepared
from regulars.messaging.templates.rendering import CompiledContent, PlainLinks
from regulars.messaging.templates.sandbox import judged, paths_in, strangers_in
from regulars.messaging.templates.sizes import CLIPPED_AT, MAX_PUSH, push_bytes, sms_size
from regulars.messaging.templates.source import TemplateSource

_NEEDED: Mapping[Channel, tuple[str, ...]] = {
    Channel.EMAIL: ("subject", "html"),
    Channel.SMS: ("text",),
    Channel.PUSH: ("title", "body"),
    Channel.IN_APP: ("title", "body"),
    Channel.WEBHOOK: ("body",),
    Channel.WALLET: ("message",),
}
_IMAGE = re.compile(r"<(?:img|mj-image)\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_GOOD_LINK = re.compile(
    r"(https?://[^\s.]+[^\s]*|mailto:\S+@\S+|tel:\+?[\d ()/-]+|sms:\S+|#\S*)\Z", re.IGNORECASE
)
_MANY_SEGMENTS = 3
_LONG_SUBJECT = 70


def check(resolved: Resolved, prepared: Prepared, languages: list[str]) -> list[Finding]:
    """Everything to be said about a template whose shop has these languages; the worst first."""
    inside = list(prepared.findings)
    for channel, contents in prepared.contents.items():
        for language, fields in contents.items():
            inside += _of_content(resolved.source, channel, language, fields)
    found = [*resolved.findings, *resolved.placed(inside), *_of_whole(resolved.written, languages)]
    found += [
        one
        for channel, language, given in resolved.written.contents.each()
        if channel is Channel.EMAIL
        for one in images_without_text(
            given.mjml or given.html or "", f"/contents/email/{language}/{'mjml' if given.mjml else 'html'}"
        )
    ]
    distinct = dict.fromkeys(found)
    return sorted(distinct, key=lambda one: one.level != "fault")


def _of_whole(source: TemplateSource, languages: list[str]) -> Iterator[Finding]:
    if not source.channels:
        yield Finding("/contents", "fault", "there is no content yet")
    for channel in source.channels:
        there = {language for one, language, _ in source.contents.each() if one is channel}
        for language in languages:
            if language not in there and language.partition("-")[0] not in there:
                told = f"there is no {channel.value} in “{language}”, a language of the shop"
                yield Finding(f"/contents/{channel.value}", "warning", told)


def _of_content(
    source: TemplateSource, channel: Channel, language: str, fields: Mapping[str, Any]
) -> Iterator[Finding]:
    place = f"/contents/{channel.value}/{language}"
    for name in _NEEDED[channel]:
        if not str(fields.get(name) or "").strip():
            yield Finding(f"{place}/{name}", "fault", "is empty")
    for name, text in _written(source, channel, language, fields).items():
        yield from _of_code(text, f"{place}/{name.replace('.', '/')}", source.sample)
    try:
        compiled = compile_content(channel, language, fields, source.conditions)
    except TemplateError as error:
        yield Finding(place + (error.pointer or ""), "fault", error.what, error.line)
        return
    for name, rule in compiled.needs_shown.items():
        if rule is None:
            yield Finding(place, "fault", f"there is no condition “{name}”")
    yield from _of_sizes(compiled, place, source.sample)
    if channel is Channel.EMAIL:
        yield from _of_mail(fields, place)


def _written(
    source: TemplateSource, channel: Channel, language: str, fields: Mapping[str, Any]
) -> dict[str, str]:
    """The texts of a content that somebody wrote, by their names: not what MJML became, and no text made of the HTML."""
    if channel is not Channel.EMAIL:
        return {name: text for name, (text, _) in fields_of(channel, fields).items()}
    given, found = source.contents.email[language], mail_sources(fields)
    if given.mjml is not None:
        # What the preheader shows is on the first line, as it is in the HTML.
        found["mjml"] = f"{given.preheader}{without_comments(given.mjml)}"
        del found["html"]
    if not given.text.strip():
        del found["text"]
    return found


def _of_code(text: str, pointer: str, sample: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        tree = judged(text)
    except TemplateError:
        # Compiling says so.
        return
    for path, line in paths_in(tree):
        if not is_known(path, sample):
            dotted = ".".join(path)
            if path[0] == "data":
                yield Finding(pointer, "warning", f"{dotted} is not among the sample values", line)
            else:
                yield Finding(pointer, "fault", f"there is no {dotted}", line)
    for name, line in strangers_in(tree):
        yield Finding(
            pointer, "fault", f"there is no “{name}”: values are in customer, shop, message and data", line
        )


def _of_sizes(compiled: CompiledContent, place: str, sample: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        content: Any = compiled.render(
            example(sample, compiled.language), PlainLinks(compiled.static_links, "https://x.test/link")
        )
    except TemplateError as error:
        yield Finding(
            place + (error.pointer or ""), "fault", f"with the sample values: {error.what}", error.line
        )
        return
    if compiled.channel is Channel.SMS and (size := sms_size(content.text)).segments > _MANY_SEGMENTS:
        yield Finding(f"{place}/text", "warning", f"it costs {size.segments} segments ({size.encoding})")
    if compiled.channel is Channel.PUSH and push_bytes(content) > MAX_PUSH - 20:
        yield Finding(f"{place}/body", "warning", "the body is cut to fit into 4 KB")
    if compiled.channel is Channel.EMAIL:
        if (size_of := len(content.html.encode("utf-8", "replace"))) > CLIPPED_AT:
            yield Finding(place, "warning", f"the mail has {size_of // 1000} KB: Gmail shows 102 KB of it")
        if len(content.subject) > _LONG_SUBJECT:
            yield Finding(f"{place}/subject", "warning", "the subject is longer than mail programs show")


def _of_mail(fields: Mapping[str, Any], place: str) -> Iterator[Finding]:
    for found in _HREF.finditer(CODE.sub("q", str(fields.get("html") or ""))):
        address = (found[1] if found[1] is not None else found[2]).strip()
        if not address:
            yield Finding(place, "warning", "a link leads nowhere")
        elif not address.startswith("q") and not _GOOD_LINK.match(address):
            yield Finding(
                place, "warning", f"a link leads to “{address[:80]}”, which is no address of the web"
            )


def images_without_text(html: str, pointer: str) -> Iterator[Finding]:
    """Warnings about pictures that say nothing to those who do not see them."""
    try:
        check_closed(html)
    except TemplateError:
        return
    marked = CODE.sub(lambda found: "q" + "\n" * found[0].count("\n"), html)
    for image in _IMAGE.finditer(marked):
        if not _ALT.search(image[0]):
            line = marked[: image.start()].count("\n") + 1
            yield Finding(pointer, "warning", "a picture has no text for those who do not see it (alt)", line)


def example(sample: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A context of invented values."""
    return {
        "customer": {
            "id": "cus_01K00000000000000000000000",
            "name": "Ann Lee",
            "first_name": "Ann",
            "last_name": "Lee",
            "email": "ann@shop.example",
            "phone": "+48601234567",
            "language": language,
            "country": "PL",
            "city": "Gdańsk",
            "birthday": "1990-05-01",
            "tags": ["vip"],
            "attributes": {},
            "orders": 3,
            "total_spent": 12900,
            "average_order": 4300,
            "currency": "EUR",
            "first_order_at": "2025-03-01T10:00:00.000Z",
            "last_order_at": "2026-03-01T10:00:00.000Z",
            "created_at": "2025-02-01T10:00:00.000Z",
        },
        "shop": {
            "name": "Kettle & Co",
            "colour": "#3454d1",
            "ink": "#ffffff",
            "currency": "EUR",
            "time_zone": "Europe/Warsaw",
            "language": "en",
            "email": "hello@shop.example",
            "sender_name": "Kettle & Co",
        },
        "message": {"language": language, "segments": [], "shown": []},
        "data": dict(sample),
    }
