"""What people write of a partial, over HTTP and in the console: its texts by language."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from regulars.kernel.http.models import Change, Input, Line
from regulars.messaging.partials.expanding import included_in
from regulars.messaging.templates.source import Key, Language, Long, Words

# How the source is written that includes it: a mail's HTML or MJML, or anything else.
Kind = Literal["html", "mjml", "text"]
KINDS: tuple[Kind, ...] = ("html", "mjml", "text")


class PartialText(Input):
    """A partial in one language. Mails in HTML take `html`, those in MJML `mjml`, and every other text `text`; one that is empty
    is not there."""

    html: Long = ""
    mjml: Long = ""
    text: Long = ""

    def of(self, kind: Kind) -> str:
        return str(getattr(self, kind))


PartialTexts = Annotated[dict[Language, PartialText], Field(max_length=20)]


class NewPartial(Input):
    """A new partial: `{% include "<key>" %}` puts it into a template."""

    key: Key
    name: Line
    description: Words = ""
    contents: PartialTexts


class PartialChange(Change):
    """A change of a partial; what is left out stays."""

    name: Line | SkipJsonSchema[None] = None
    description: Words | SkipJsonSchema[None] = None
    contents: PartialTexts | SkipJsonSchema[None] = None


def languages_of(contents: Mapping[str, PartialText]) -> tuple[str, ...]:
    """The languages in which a partial says something."""
    return tuple(sorted(tag for tag, texts in contents.items() if any(map(texts.of, KINDS))))


def kinds_of(contents: Mapping[str, PartialText]) -> tuple[Kind, ...]:
    """For what it is written in some language."""
    return tuple(kind for kind in KINDS if any(texts.of(kind) for texts in contents.values()))


def includes_of(contents: Mapping[str, PartialText]) -> tuple[str, ...]:
    """The partials that it includes itself."""
    found = (included_in(texts.of(kind)) for texts in contents.values() for kind in KINDS)
    return tuple(sorted(set().union(*found)))
