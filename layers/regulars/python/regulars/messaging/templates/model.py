"""What a template is to those who write it: a draft that changes, and versions that do not. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from regulars.messaging.content import Content
from regulars.messaging.model import Channel
from regulars.messaging.templates.sizes import SmsSize
from regulars.messaging.templates.source import TemplateSource


@dataclass(frozen=True, slots=True)
class Template:
    """`key` is what senders call it. `published` is the number of the version that is sent, 0 when there is none yet; `changed`
    says that the draft is another. Lists leave out the draft. `version` counts edits.

    `includes` are the partials that the draft names, `partials` those that the published version was made with, by key with their
    revisions, those included by others too."""

    id: str
    key: str
    name: str
    category: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    channels: tuple[Channel, ...] = ()
    languages: tuple[str, ...] = ()
    published: int = 0
    latest: int = 0
    published_at: datetime | None = None
    changed: bool = True
    archived: bool = False
    created_by: str = ""
    segments: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    partials: Mapping[str, str] = field(default_factory=dict)
    draft: TemplateSource | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One that was published; lists leave out the source."""

    number: int
    at: datetime
    by: str
    note: str
    name: str
    category: str
    source: TemplateSource | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a source: a `fault` stands in the way of publishing, a `warning` does not. `pointer` is its place from
    `/contents` on, `line` counts from 1 (0: of no line)."""

    pointer: str
    level: Literal["fault", "warning"]
    detail: str
    line: int = 0

    @property
    def told(self) -> str:
        """What it says, with its line."""
        return f"{self.detail} (line {self.line})" if self.line else self.detail


@dataclass(frozen=True, slots=True)
class Preview:
    """A content as a customer would get it, None if it cannot be rendered; what was missing for it, and what was found.

    `size` is in bytes: of the HTML, the text message, the push service's payload …; `sms` says how many segments it costs."""

    channel: Channel
    language: str
    content: Content | None
    preheader: str = ""
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    sms: SmsSize | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that templates can show: its path, what it is, an example, and its type (`text`, `number`, `money`, `moment`,
    `list`, `link`, `flag`)."""

    path: str
    description: str
    example: str
    type: str


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    key: str
    name: str
    description: str
    category: str
    channels: tuple[Channel, ...]
    languages: tuple[str, ...]
    transactional: bool
    sample: Mapping[str, Any] = field(default_factory=dict)
