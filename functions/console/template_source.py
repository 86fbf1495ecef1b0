"""A template's source as the editor handles it: one piece (a channel in a language) at a time, as plain texts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from pydantic import ValidationError

from console.template_texts import channel_name, language_name
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.serve import faults_of
from regulars.messaging import TemplateSource

Piece = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One text of a piece; `kind` is how it is typed: a `line`, an `area`, or `code`."""

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    placeholder: str = ""


FIELDS: Mapping[str, tuple[Field, ...]] = {
    "email": (
        Field("subject", "Subject", placeholder="Your order {{ data.order.number }}"),
        Field("preheader", "Preheader", hint="What inboxes show after the subject."),
        Field("mjml", "MJML", "code"),
        Field("html", "HTML", "code", "Used as it is, without MJML."),
        Field("text", "Plain text", "area", "Made from the mail when empty."),
    ),
    "sms": (
        Field("text", "Text", "area", "Links are shortened; how to stop is added where the law asks for it."),
    ),
    "push": (
        Field("title", "Title"),
        Field("body", "Text", "area"),
        Field("url", "Opens", placeholder="https://…"),
        Field("image_url", "Picture", placeholder="https://…"),
    ),
    "in_app": (
        Field("title", "Title"),
        Field("body", "Text", "area"),
        Field("url", "Opens", placeholder="https://…"),
    ),
    "webhook": (Field("body", "JSON", "code", "What is posted to the address in the settings."),),
}


def plain(source: TemplateSource | None) -> dict[str, Any]:
    """The source as JSON values, without what is empty; an empty one when there is none."""
    if source is None:
        return {"contents": {}, "sample": {}}
    dumped = source.model_dump(mode="json", exclude_none=True)
    contents = {
        channel: {language: _written(piece) for language, piece in languages.items()}
        for channel, languages in dumped["contents"].items()
        if languages
    }
    return dumped | {"contents": contents}


def _written(piece: Piece) -> Piece:
    return {name: value for name, value in piece.items() if value}


def piece_of(source: Mapping[str, Any], channel: str, language: str) -> Piece:
    """The texts of a channel in a language; empty where nothing is written yet."""
    return dict(source.get("contents", {}).get(channel, {}).get(language) or {})


def is_html(piece: Piece, wanted: bool = False) -> bool:
    """Whether a mail is written in HTML; `wanted` decides while nothing is written."""
    return not piece.get("mjml") and (bool(piece.get("html")) or wanted)


def fields_of(channel: str, piece: Piece, html: bool = False) -> list[Field]:
    """What is typed for the channel. A mail is MJML or HTML: of the two the one that is used is shown."""
    left_out = "mjml" if is_html(piece, html) else "html"
    return [one for one in FIELDS.get(channel, ()) if channel != "email" or one.name != left_out]


def with_piece(
    source: Mapping[str, Any], channel: str, language: str, given: Mapping[str, str]
) -> dict[str, Any]:
    """The source with the texts given; a piece of which nothing is left goes."""
    names = {one.name for one in FIELDS.get(channel, ())} | {"design"}
    texts = {name: value.replace("\r\n", "\n") for name, value in given.items() if name in names}
    merged = {
        name: value for name, value in {**piece_of(source, channel, language), **texts}.items() if value
    }
    contents = {key: dict(languages) for key, languages in source.get("contents", {}).items()}
    contents.setdefault(channel, {})[language] = merged
    if not merged:
        del contents[channel][language]
    return {**source, "contents": {key: languages for key, languages in contents.items() if languages}}


def without(source: Mapping[str, Any], channel: str, language: str) -> dict[str, Any]:
    """The source without a channel, or without one language of it."""
    contents = {key: dict(languages) for key, languages in source.get("contents", {}).items()}
    if language:
        contents.get(channel, {}).pop(language, None)
    else:
        contents.pop(channel, None)
    return {**source, "contents": {key: languages for key, languages in contents.items() if languages}}


def read_sample(text: str) -> dict[str, Any]:
    """Raises InvalidError, pointing at the sample, for what is no JSON object."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise InvalidError.of("/sample", f"is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidError.of("/sample", "must be a JSON object")
    return value


def source_of(values: Mapping[str, Any]) -> TemplateSource:
    """Raises InvalidError with what cannot be kept (too long a text, a nested value where a text belongs)."""
    try:
        return TemplateSource.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise InvalidError("some texts cannot be kept", faults_of(error)) from error


@dataclass(frozen=True)
class Change:
    """A text that differs between two sources. `lines` are (how, text): how is `same`, `in`, `out` or `gap`."""

    where: str
    lines: list[tuple[str, str]]

    @property
    def added(self) -> int:
        return sum(1 for how, _ in self.lines if how == "in")

    @property
    def removed(self) -> int:
        return sum(1 for how, _ in self.lines if how == "out")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs, text by text, in the order of channels and languages."""
    old, new = _texts(before), _texts(after)
    keys = list(dict.fromkeys([*new, *old]))
    return [
        Change(_where(key), _lines(old.get(key, ""), new.get(key, "")))
        for key in keys
        if old.get(key, "") != new.get(key, "")
    ]


def _texts(source: Mapping[str, Any]) -> dict[tuple[str, str, str], str]:
    found = {
        (channel, language, name): value
        if isinstance(value, str)
        else json.dumps(value, indent=1, ensure_ascii=False)
        for channel, languages in source.get("contents", {}).items()
        for language, piece in languages.items()
        for name, value in (piece or {}).items()
        if value and name != "design"
    }
    for name in ("conditions", "sample"):
        if source.get(name):
            found["", "", name] = json.dumps(source[name], indent=1, ensure_ascii=False)
    return found


def _where(key: tuple[str, str, str]) -> str:
    channel, language, name = key
    if not channel:
        return "Sample data" if name == "sample" else "Conditions"
    label = next((one.label for one in FIELDS.get(channel, ()) if one.name == name), name)
    return f"{channel_name(channel)} · {language_name(language)} · {label}"


_AROUND = 2


def _lines(before: str, after: str) -> list[tuple[str, str]]:
    old, new = before.splitlines(), after.splitlines()
    found: list[tuple[str, str]] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if found:
            found.append(("gap", "…"))
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                found += [("same", line) for line in old[old_from:old_to]]
                continue
            found += [("out", line) for line in old[old_from:old_to]]
            found += [("in", line) for line in new[new_from:new_to]]
    return found
