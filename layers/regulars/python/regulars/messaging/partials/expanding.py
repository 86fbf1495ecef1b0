"""`{% include "footer" %}`: a partial's text put in its place before anything is parsed. Pure.

What is put together is one source like any other: limits count all of it, values are escaped by where they stand, links are
numbered across it. So that a fault still has its place, code that follows upon another's on the same line begins on a line of
its own, by a line break inside of its braces, where it shows nowhere; `places` say whose line each is.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from regulars.messaging.templates.codes import CODE, check_closed
from regulars.messaging.templates.faults import MAX_CODES, MAX_SOURCE, TemplateError

# How deep partials may include others.
MAX_NESTING = 4
_INCLUDE = re.compile(r"""\{%([-+]?)\s*include\s*(?:"([^"]*)"|'([^']*)')\s*([-+]?)%\}""")
_INCLUDES = re.compile(r"\{%[-+]?\s*include\b")
_NAMED = re.compile(r"""\{%[-+]?\s*include\s*["']([a-z][a-z0-9_]{0,59})["']""")
_RAW_INCLUDE = re.compile(r"<mj-raw\s*>(\s*\{%[-+]?\s*include\b[^%<>]*%\}\s*)</mj-raw\s*>")
_CODE_BEGINS = re.compile(r"\A\{[{%][-+]?")
_RAW = re.compile(r"\{%[-+]?\s*(end)?raw\b")


@dataclass(frozen=True, slots=True)
class Place:
    """From `line` of an expanded source on stands line `own` of the source, or what it includes there: line `inner` of
    `partial`."""

    line: int
    own: int
    partial: str = ""
    inner: int = 0


@dataclass(frozen=True, slots=True)
class Expanded:
    """A source with the partials in their places. `height` counts how deep it includes, itself as one."""

    text: str
    places: tuple[Place, ...] = ()
    height: int = 1

    def place_of(self, line: int) -> Place:
        """Where a line of the text comes from."""
        at = bisect_right(self.places, line, key=lambda one: one.line) - 1
        if at < 0:
            return Place(line, line)
        found = self.places[at]
        further = line - found.line
        if found.partial:
            return replace(found, line=line, inner=found.inner + further)
        return replace(found, line=line, own=found.own + further)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    line: int
    kind: Literal["text", "code", "include"] = "text"
    name: str = ""
    before: bool = False
    behind: bool = False


def bare(mjml: str) -> str:
    """MJML whose includes stand for elements: the builder keeps code between elements as raw text, which a partial is not."""
    return _RAW_INCLUDE.sub(r"\g<1>", mjml)


def included_in(source: str) -> set[str]:
    """The names of partials that a source includes, those in its comments too."""
    return set(_NAMED.findall(source)) if "include" in source else set()


@dataclass(slots=True)
class Expander:
    """Puts partials into sources that are written alike. `text_of` gives a partial's text, or raises TemplateError. Each is put
    together once, so the work grows with what was written and not with what comes of it. `read` is how each source is taken."""

    text_of: Callable[[str], str]
    read: Callable[[str], str] = str
    _made: dict[str, Expanded] = field(default_factory=dict)

    @property
    def used(self) -> frozenset[str]:
        """The partials that were put somewhere, those that others include too."""
        return frozenset(self._made)

    def expand(self, source: str, within: str = "") -> Expanded:
        """The source with the partials in their places; `within` names the partial whose text it is. Raises TemplateError,
        with the line of the include, for one that cannot be put there."""
        if _INCLUDES.search(source) is None:
            return Expanded(source)
        check_closed(source)
        return self._assembled(self.read(source), (within,) if within else ())

    def _assembled(self, source: str, path: tuple[str, ...]) -> Expanded:
        made = _Assembly(apart=bool(path))
        for piece in _trimmed(list(_pieces(source))):
            if piece.kind == "include":
                try:
                    made.add_partial(piece, self._partial(piece.name, path))
                except TemplateError as error:
                    raise error.at(line=piece.line) from error
            else:
                made.add(piece)
        return made.expanded()

    def _partial(self, name: str, path: tuple[str, ...]) -> Expanded:
        chain = " → ".join([*path, name])
        if name in path:
            raise TemplateError(f"partials include each other: {chain}")
        if len(path) >= MAX_NESTING:
            raise TemplateError(f"partials include each other {MAX_NESTING} deep at the most: {chain}")
        made = self._made.get(name)
        if made is None:
            source = self.read(self.text_of(name).removesuffix("\n"))
            try:
                made = self._assembled(source, (*path, name))
            except TemplateError as error:
                raise TemplateError(inside(name, error.line, error.what)) from error
            self._made[name] = made
        if len(path) + made.height > MAX_NESTING:
            raise TemplateError(f"partials include each other {MAX_NESTING} deep at the most: {chain} → …")
        return made


def inside(partial: str, line: int, detail: str) -> str:
    """What is wrong, for who looks at a source that includes the partial in which it is."""
    return f"in the partial “{partial}”, line {line}: {detail}"


@dataclass(slots=True)
class _Assembly:
    """A source that is being put together. `apart` says that code of another source may be on the line."""

    apart: bool
    _texts: list[str] = field(default_factory=list)
    _places: list[Place] = field(default_factory=list)
    _line: int = 1
    _size: int = 0
    _height: int = 0

    def add(self, piece: _Piece) -> None:
        """Text or code of the source itself."""
        text, line = piece.text, self._line
        if piece.kind == "code":
            if self.apart:
                text, line, self.apart = _CODE_BEGINS.sub(r"\g<0>\n", text), line + 1, False
            self._places.append(Place(line, piece.line))
        self._put(text)

    def add_partial(self, piece: _Piece, made: Expanded) -> None:
        """What a partial has become. Raises TemplateError when that is too much."""
        for one in made.places:
            partial, inner = (one.partial, one.inner) if one.partial else (piece.name, one.own)
            self._places.append(Place(self._line + one.line - 1, piece.line, partial, inner))
        self._put(made.text)
        self._height = max(self._height, made.height)
        self.apart = True
        if self._size > MAX_SOURCE or len(self._places) > MAX_CODES:
            told = f"with its partials it has more than {MAX_SOURCE:,} characters or {MAX_CODES:,} pieces of code"
            raise TemplateError(told)

    def _put(self, text: str) -> None:
        self._texts.append(text)
        self._size += len(text)
        self._line += text.count("\n")

    def expanded(self) -> Expanded:
        return Expanded("".join(self._texts), tuple(self._places), self._height + 1)


def _pieces(source: str) -> Iterator[_Piece]:
    """Text, code and includes in turn; what stands between `raw` and `endraw` is text."""
    line, end, raw = 1, 0, False
    for code in CODE.finditer(source):
        yield _Piece(source[end : code.start()], line)
        line += source.count("\n", end, code.start())
        mark = _RAW.match(code[0])
        if raw or mark:
            raw = not (mark and mark[1])
            yield _Piece(code[0], line)
        else:
            yield _piece_of(code[0], line)
        line += code[0].count("\n")
        end = code.end()
    yield _Piece(source[end:], line)


def _piece_of(code: str, line: int) -> _Piece:
    if code.startswith("{#"):
        return _Piece(code, line)
    if _INCLUDES.match(code) is None:
        return _Piece(code, line, "code")
    found = _INCLUDE.fullmatch(code)
    if found is None:
        raise TemplateError("include takes the name of one partial in quotes, and nothing else", line)
    name = found[2] if found[2] is not None else found[3]
    return _Piece(code, line, "include", name, found[1] == "-", found[4] == "-")


def _trimmed(pieces: list[_Piece]) -> Iterator[_Piece]:
    """The pieces with the white space gone that a minus sign of an include takes away."""
    for at, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "text" and at and pieces[at - 1].behind:
            text = text.lstrip()
        if piece.kind == "text" and at + 1 < len(pieces) and pieces[at + 1].before:
            text = text.rstrip()
        yield replace(piece, text=text) if text != piece.text else piece
