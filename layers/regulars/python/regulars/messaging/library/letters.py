"""What the library's templates are made of. Pure; who they are is in `shelf`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from regulars.messaging.library.layout import (
    Block,
    Button,
    Coupon,
    Footer,
    Heading,
    Items,
    Products,
    Progress,
    Text,
    html,
)
from regulars.messaging.model import Channel
from regulars.messaging.templates.codes import CODE

LETTERS = Path(__file__).parent / "letters"
LANGUAGES = ("en", "de", "pl")
GREETINGS: Mapping[str, str] = {
    "en": "{% if customer.first_name %}Hi {{ customer.first_name }},{% else %}Hello,{% endif %}",
    "de": "Guten Tag{% if customer.name %} {{ customer.name }}{% endif %},",
    "pl": "Dzień dobry{% if customer.first_name %} {{ customer.first_name }}{% endif %},",
}
_CLOSINGS: Mapping[str, str] = {
    "en": "Best wishes<br>{{ shop.name }}",
    "de": "Herzliche Grüße<br>{{ shop.name }}",
    "pl": "Pozdrawiamy<br>{{ shop.name }}",
}
_WHY: Mapping[str, str] = {
    "en": "You receive this message because you are a customer of {{ shop.name }}.",
    "de": "Sie erhalten diese Nachricht, weil Sie bei {{ shop.name }} Kunde sind.",
    "pl": "Otrzymujesz tę wiadomość jako klient sklepu {{ shop.name }}.",
}
LEAVE: Mapping[str, tuple[str, str]] = {
    "en": ("Unsubscribe", "Choose what you receive"),
    "de": ("Abmelden", "Nachrichten auswählen"),
    "pl": ("Wypisz się", "Wybierz, co chcesz otrzymywać"),
}
STOP: Mapping[str, str] = {"en": "Reply STOP to opt out", "de": "Abmelden: STOP", "pl": "Rezygnacja: STOP"}


@dataclass(frozen=True, slots=True)
class Letter:
    """One language of an entry, as it lies in `letters/<language>/<key>.txt`: `name: words` for subject, preheader, sms and push
    (title and body with a bar between), then an empty line and the body.

    The body has one paragraph a line: `# ` begins a heading, `[words](path)` is a button, `!words(path)` a coupon, `@path` or
    `@path was p.path` a list of products, `@digest path` one of messages, `%50` a bar; all else is text.
    """

    subject: str = ""
    preheader: str = ""
    sms: str = ""
    push: str = ""
    body: str = ""

    @classmethod
    def read(cls, key: str, language: str) -> "Letter":
        head, _, body = (LETTERS / language / f"{key}.txt").read_text().partition("\n\n")
        named = dict(line.split(": ", 1) for line in head.splitlines())
        return cls(**named, body=body)


@dataclass(frozen=True, slots=True)
class Entry:
    """A template of the library, the same for every tenant until they take it over."""

    key: str
    name: str
    description: str
    category: str
    sample: Mapping[str, Any] = field(default_factory=dict)
    url: str = "data.url"
    transactional: bool = False

    def letter(self, language: str) -> Letter:
        return Letter.read(self.key, language)

    def email(self, language: str) -> dict[str, str]:
        """Its mail's sources."""
        letter = self.letter(language)
        return {
            "subject": letter.subject,
            "preheader": letter.preheader,
            "html": html(language, self.blocks(language), self.footer(language)),
        }

    def blocks(self, language: str) -> list[Block]:
        """The mail as blocks: greeting, what the letter says, closing."""
        said = [_block(line.strip()) for line in self.letter(language).body.splitlines() if line.strip()]
        place = 1 if said and isinstance(said[0], Heading) else 0
        said.insert(place, Text(GREETINGS[language]))
        return [*said, Text(_CLOSINGS[language])]

    def footer(self, language: str) -> Footer:
        """Why it comes and, if it can be left, how."""
        leave = ("", "") if self.transactional else LEAVE[language]
        return Footer(_WHY[language], *leave)

    def sources(self) -> dict[Channel, dict[str, dict[str, Any]]]:
        """Everything that there is of it, by channel and language."""
        made: dict[Channel, dict[str, dict[str, Any]]] = {Channel.EMAIL: {}}
        for language in LANGUAGES:
            letter = self.letter(language)
            made[Channel.EMAIL][language] = self.email(language)
            if letter.sms:
                stop = "" if self.transactional else f" {STOP[language]}"
                made.setdefault(Channel.SMS, {})[language] = {"text": letter.sms + stop}
            if letter.push:
                title, _, body = letter.push.partition(" | ")
                push = {"title": title, "body": body, "url": f"{{{{ {self.url} }}}}"}
                made.setdefault(Channel.PUSH, {})[language] = push
                made.setdefault(Channel.IN_APP, {})[language] = push
        return made


def _block(line: str) -> Block:
    mark, rest = line[0], line[1:]
    if mark == "#":
        return Heading(_escaped(rest.strip()))
    if line.startswith("@digest "):
        return Items(line.removeprefix("@digest ").strip())
    if mark == "@":
        path, _, was = rest.partition(" was ")
        return Products(path.strip(), was.strip())
    if mark == "%" and rest.isdigit():
        return Progress(int(rest))
    if mark in "[!" and line.endswith(")"):
        words, _, path = rest.rstrip(")").rpartition("(")
        words = _escaped(words.rstrip("]").strip())
        return Button(words, path) if mark == "[" else Coupon(words, path)
    return Text(_escaped(line))


def _escaped(words: str) -> str:
    """Words with code in them as HTML."""
    pieces, end = [], 0
    for code in CODE.finditer(words):
        pieces += [escape(words[end : code.start()], quote=False), code[0]]
        end = code.end()
    return "".join([*pieces, escape(words[end:], quote=False)])
