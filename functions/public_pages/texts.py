"""Which language a page is in, and its words. The version of the words is kept with each consent given through them."""

import re
from collections.abc import Iterable, Mapping

from public_pages import texts_de, texts_en, texts_pl

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": texts_en.TEXTS,
    "de": texts_de.TEXTS,
    "pl": texts_pl.TEXTS,
}
VERSION = "2026-11"
_RANGE = re.compile(
    r"\s*([a-z]{2,3})(?:-[a-z0-9-]+)?\s*(?:;\s*q=(0(?:\.\d+)?|1(?:\.0+)?))?\s*\Z", re.IGNORECASE
)


class Words:
    """The words of one language: `words("unsubscribe.ask", shop="Ada's")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = LANGUAGES[language]

    def __call__(self, key: str, **values: str) -> str:
        return self._texts[key].format_map(values)


def words_for(wanted: Iterable[str], accepted: str = "", default: str = "") -> Words:
    """In the first of the `wanted` tags that there are words for; else the best of an Accept-Language header, the default,
    English."""
    for tag in (*wanted, *_accepted(accepted), default):
        language = tag.partition("-")[0].lower()
        if language in LANGUAGES:
            return Words(language)
    return Words("en")


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the most welcome first (RFC 9110)."""
    matches = [match for part in header[:500].split(",") if (match := _RANGE.match(part))]
    welcome = [match for match in matches if float(match[2] or 1)]
    return [match[1] for match in sorted(welcome, key=lambda match: -float(match[2] or 1))]
