"""The preference page's form: what it shows of a customer's choices, and what choices were posted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

from public_pages.asking import Form
from public_pages.texts import Words
from regulars.messaging.contact import Frequency, QuietHours
from regulars.messaging.model import Channel
from regulars.messaging.preferences.choices import CHOOSABLE, Choices
from regulars.messaging.preferences.unsubscribing import Visit
from regulars.messaging.settings_model import Category, Hours

# Names of languages in themselves; others are shown by their tag.
_NAMES: Mapping[str, str] = {
    "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English", "es": "Español",
    "et": "Eesti", "fi": "Suomi", "fr": "Français", "hr": "Hrvatski", "hu": "Magyar", "it": "Italiano",
    "lt": "Lietuvių", "lv": "Latviešu", "nb": "Norsk", "nl": "Nederlands", "pl": "Polski", "pt": "Português",
    "ro": "Română", "sk": "Slovenčina", "sl": "Slovenščina", "sv": "Svenska", "tr": "Türkçe", "uk": "Українська",
}  # fmt: skip


def shown(visit: Visit, words: Words, languages: list[str]) -> dict[str, Any]:
    """What the template needs of the choices as they stand."""
    choices, usual = visit.choices, visit.settings.quiet_hours
    return {
        "channels": [
            {"key": one.value, "name": words(f"channel.{one.value}"), "on": choices.channels[one]}
            for one in reachable(visit)
        ],
        "categories": [_row(one, choices, words.language) for one in visit.settings.categories],
        "frequencies": [(one.value, words(f"frequency.{one.value}")) for one in Frequency],
        "quiet": _hours(choices.quiet),
        "usual": _hours(usual) if usual and usual.start != usual.end else None,
        "languages": [(tag, _NAMES.get(tag.partition("-")[0], tag)) for tag in languages],
        "language": choices.language,
    }


def reachable(visit: Visit) -> list[Channel]:
    """The channels on which the customer can be reached, or has said something about."""
    spoken = {*visit.contact.consents, *visit.contact.channels, *visit.contact.engagement}
    if visit.facts.email:
        spoken.add(Channel.EMAIL)
    if visit.facts.phone:
        spoken.add(Channel.SMS)
    return [one for one in CHOOSABLE if one in spoken]


def localized(texts: Mapping[str, str], language: str) -> str:
    """The text in this language, in English, in any."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _row(category: Category, choices: Choices, language: str) -> dict[str, Any]:
    row = {
        "key": category.key,
        "name": localized(category.name, language),
        "about": localized(category.description, language),
        "always": category.transactional,
    }
    if category.transactional:
        return row
    return row | {"on": choices.categories[category.key], "often": choices.frequency[category.key].value}


def _hours(hours: QuietHours | Hours | None) -> tuple[str, str]:
    return (hours.start.isoformat("minutes"), hours.end.isoformat("minutes")) if hours else ("", "")


def fields_of(visit: Visit) -> list[tuple[str, str]]:
    """The choices as the form would post them: what takes a later change back."""
    choices = visit.choices
    pairs: list[tuple[str, str]] = []
    for channel in reachable(visit):
        pairs += _switch(f"c.{channel.value}", choices.channels[channel])
    for key, on in choices.categories.items():
        pairs += [*_switch(f"k.{key}", on), (f"f.{key}", choices.frequency[key].value)]
    start, end = _hours(choices.quiet)
    return [*pairs, ("quiet_start", start), ("quiet_end", end), ("language", choices.language)]


def _switch(name: str, on: bool) -> list[tuple[str, str]]:
    return [("shown", name), (name, "on")] if on else [("shown", name)]


def posted(visit: Visit, form: Form, languages: list[str]) -> Choices:
    """The choices that a form asks for. What it did not show, or what makes no sense, stays as it is."""
    now, seen = visit.choices, set(form.all("shown"))
    channels = {
        one: bool(form.all(f"c.{one.value}")) if f"c.{one.value}" in seen else on
        for one, on in now.channels.items()
    }
    categories = {
        key: bool(form.all(f"k.{key}")) if f"k.{key}" in seen else on for key, on in now.categories.items()
    }
    often = {key: _frequency(form.one(f"f.{key}"), held) for key, held in now.frequency.items()}
    language = form.one("language") if form.all("language") else now.language
    return replace(
        now,
        channels=channels,
        categories=categories,
        frequency=often,
        quiet=_quiet(form, now.quiet),
        language=language if language in ("", *languages) else now.language,
    )


def _frequency(text: str, held: Frequency) -> Frequency:
    return Frequency(text) if text in set(Frequency) else held


def _quiet(form: Form, held: QuietHours | None) -> QuietHours | None:
    start, end = form.one("quiet_start"), form.one("quiet_end")
    if form.all("quiet_start") and not start and not end:
        return None
    try:
        hours = QuietHours(time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        return held
    plain = all(
        one.tzinfo is None and not one.second and not one.microsecond for one in (hours.start, hours.end)
    )
    return hours if plain else held
