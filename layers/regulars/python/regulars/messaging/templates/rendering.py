"""Compiled templates: what senders, previews and histories render (docs/adr/0015)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from regulars.kernel.errors import NotFoundError
from regulars.messaging.content import Content, EmailShell
from regulars.messaging.model import Channel, one_line
from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.links import Links as LinkMaker
from regulars.messaging.templates.links import PlainLinks
from regulars.messaging.templates.programs import Layout, Program, filled
from regulars.messaging.templates.running import Run

__all__ = ["Compiled", "CompiledContent", "LinkMaker", "PlainLinks", "Rendered", "TemplateError"]

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A content, and the paths that were asked for and not there."""

    content: Content
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class OneLine:
    """A field that is one line whatever is in it: a part of its own, made by a program of its own."""

    name: str
    layout: Layout
    program: Program


@dataclass(frozen=True, slots=True)
class CompiledContent:
    """One channel and language of a version.

    `reads` are the paths of the context that it reads; `needs_segments` the segments it asks for, and `needs_shown` the rules of
    its conditions by name. `static_links` are the destinations by number, empty where only the rendering knows. `parts` is what
    differs from one recipient to the next: `shell` with its `{{p0}}` filled in is what `render` gives, to the character.
    """

    channel: Channel
    language: str
    reads: frozenset[str]
    needs_segments: frozenset[str]
    needs_shown: Mapping[str, Any]
    static_links: tuple[str, ...]
    shell: EmailShell | None
    fields: Mapping[str, Layout]
    program: Program
    lines: tuple[OneLine, ...]
    build: Callable[[Mapping[str, str]], Content] = field(repr=False)

    def parts(self, context: Context, links: LinkMaker) -> dict[str, str]:
        """What goes into the shell for one recipient. Raises TemplateError."""
        return self._parts(Run(context, links))

    def _parts(self, run: Run) -> dict[str, str]:
        found = self.program.parts(run)
        for line in self.lines:
            found[line.name] = one_line(filled(line.layout, line.program.parts(run)))
        return found

    def render(self, context: Context, links: LinkMaker) -> Content:
        """The content for one recipient; values that are not there are left empty. Raises TemplateError."""
        return self.try_render(context, links).content

    def try_render(self, context: Context, links: LinkMaker) -> Rendered:
        """The same, with what was missing."""
        run = Run(context, links)
        parts = self._parts(run)
        content = self.build({name: filled(layout, parts) for name, layout in self.fields.items()})
        return Rendered(content, frozenset(run.missing))


@dataclass(frozen=True, slots=True)
class Compiled:
    """A version of a template: each content is compiled when it is first asked for. `sources` are its fields."""

    key: str
    id: str
    version: int
    category: str
    name: str
    sources: Mapping[Channel, Mapping[str, Mapping[str, Any]]]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    _made: dict[Any, CompiledContent] = field(default_factory=dict, compare=False, repr=False)

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset(channel for channel, languages in self.sources.items() if languages)

    def languages(self, channel: Channel) -> frozenset[str]:
        return frozenset(self.sources.get(channel, ()))

    def content(self, channel: Channel, language: str, subject: str = "") -> CompiledContent:
        """One channel in one language; `subject` stands for the mail's own. Raises NotFoundError, TemplateError."""
        made = self._made.get((channel, language, subject))
        if made is not None:
            return made
        source = self.sources.get(channel, {}).get(language)
        if source is None:
            raise NotFoundError("the template has no content for this channel and language")
        if subject and channel is Channel.EMAIL:
            source = {**source, "subject": subject}
        if len(self._made) > 60:
            self._made.clear()
        made = _compile(channel, language, source, self.conditions)
        self._made[channel, language, subject] = made
        return made


def _compile(
    channel: Channel, language: str, source: Mapping[str, Any], conditions: Mapping[str, Any]
) -> CompiledContent:
    # Jinja2 is loaded only by who renders.
    from regulars.messaging.templates.compiling import compile_content

    return compile_content(channel, language, source, conditions)


@lru_cache(maxsize=256)
def subject_of(text: str) -> CompiledContent:
    """A subject on its own, to be tried out. Raises TemplateError."""
    return _compile(Channel.WALLET, "en", {"message": text}, {})
