"""What people write, over HTTP and in the console: contents by channel and language, sample values, conditions."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from regulars.kernel.http.models import Change, Input, Line
from regulars.messaging.model import Channel
from regulars.messaging.partials.expanding import included_in

# BCP 47, as the settings have it.
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
Tree = Annotated[dict[str, Any], Field(description="A rule as segments have it: `{version: 1, root: …}`")]
_CLEAN = r"^[^\x00]*$"
Short = Annotated[str, StringConstraints(max_length=1000, pattern=_CLEAN)]
Middle = Annotated[str, StringConstraints(max_length=10_000, pattern=_CLEAN)]
Long = Annotated[str, StringConstraints(max_length=300_000, pattern=_CLEAN)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
CategoryKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_CLEAN)]


class EmailSource(Input):
    """A mail as MJML or as HTML. Without `text` it is made of the HTML. `design` is the builder's own, kept as it is."""

    subject: Short = ""
    preheader: Short = ""
    mjml: Long | None = None
    html: Long | None = None
    text: Long = ""
    design: Annotated[str, StringConstraints(max_length=200_000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.mjml is not None and self.html is not None:
            raise ValueError("a mail is written in MJML or in HTML, not in both")
        return self


class SmsSource(Input):
    text: Middle = ""


class PushSource(Input):
    """`data` goes to the app as it is."""

    title: Short = ""
    body: Middle = ""
    url: Short = ""
    image_url: Short = ""
    data: dict[Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,49}$")], Short] = Field(
        default_factory=dict, max_length=20
    )


class InAppSource(Input):
    title: Short = ""
    body: Middle = ""
    url: Short = ""


class WebhookSource(Input):
    """JSON with code in it; values come out as JSON has them in a text."""

    body: Middle = ""


class WalletSource(Input):
    message: Short = ""


class Contents(Input):
    """By channel, and in it by language."""

    email: dict[Language, EmailSource] = Field(default_factory=dict, max_length=20)
    sms: dict[Language, SmsSource] = Field(default_factory=dict, max_length=20)
    push: dict[Language, PushSource] = Field(default_factory=dict, max_length=20)
    in_app: dict[Language, InAppSource] = Field(default_factory=dict, max_length=20)
    webhook: dict[Language, WebhookSource] = Field(default_factory=dict, max_length=20)
    wallet: dict[Language, WalletSource] = Field(default_factory=dict, max_length=20)

    def each(self) -> Iterator[tuple[Channel, str, Any]]:
        """Every content with its channel and language."""
        for channel in Channel:
            languages: Mapping[str, Any] = getattr(self, channel.value)
            for language, fields in languages.items():
                yield channel, language, fields


class TemplateSource(Input):
    """All of a template. `sample` stands for `data` where there is no message; `conditions` are the rules that
    `{% if shown("name") %}` asks for, in the language of segments."""

    contents: Contents = Field(default_factory=Contents)
    sample: dict[str, Any] = Field(default_factory=dict)
    conditions: dict[Key, Tree] = Field(default_factory=dict, max_length=20)

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(dict.fromkeys(channel for channel, _, _ in self.contents.each()))

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({language for _, language, _ in self.contents.each()}))

    @property
    def includes(self) -> tuple[str, ...]:
        """The partials that it names, those in its comments too."""
        texts = (text for _, _, fields in self.contents.each() for _, text in texts_of(fields))
        return tuple(sorted(set().union(*map(included_in, texts))))


def texts_of(fields: Input) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is written in a content, by where it is: (`subject`,), (`data`, `link`) … A builder's own design is none of it."""
    for name, value in fields:
        if isinstance(value, dict):
            yield from (((name, key), text) for key, text in value.items())
        elif isinstance(value, str) and name != "design":
            yield (name,), value


class NewTemplate(Input):
    """A new template. Without `key` it is made of the name."""

    name: Line
    key: Key | None = None
    description: Words = ""
    category: CategoryKey = "promotions"
    draft: TemplateSource = Field(default_factory=TemplateSource)


class TemplateChange(Change):
    """A change of a template's draft: what is left out stays. A draft may be wrong as long as it is a draft."""

    name: Line | SkipJsonSchema[None] = None
    description: Words | SkipJsonSchema[None] = None
    category: CategoryKey | SkipJsonSchema[None] = None
    draft: TemplateSource | SkipJsonSchema[None] = None
