"""A template as a shell and parts: its fixed text, and the pieces that differ from one recipient to the next.

A piece is a fixed text, a link that is fixed in the version, a path (`customer.first_name`), or code for Jinja2. Only code is
run as code; neighbours of it that hardly have text between them become one part. The fixed text is sent once for many
recipients, with `{{p0}}`, `{{p1}}` … where parts go, so that nothing else in it may look like those to the provider.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import nodes

from regulars.messaging.templates.rewriting import BETWEEN, LINK_KINDS
from regulars.messaging.templates.sandbox import path_of

# Text this short between two pieces of code is cheaper as code than as an end of one part and a beginning of another.
_SHORT = 40
# Braces that a provider would take for the beginning of a placeholder, with backslashes that would stand before it.
_BRACES = re.compile(r"\\*\{\{+")
_BEFORE = re.compile(r"[\\{]+\Z")
_BEHIND = re.compile(r"\A\}+")


@dataclass(frozen=True, slots=True)
class Fixed:
    text: str


@dataclass(frozen=True, slots=True)
class LinkPiece:
    """Link `number` of the version, or one of the kinds that every delivery has."""

    number: int = -1
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PathPiece:
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodePiece:
    body: list[nodes.Node] = field(default_factory=list)
    silent: bool = False


Piece = Fixed | LinkPiece | PathPiece | CodePiece


def pieces_of(tree: nodes.Template) -> list[Piece]:
    """The pieces of a tree that is not rewritten yet."""
    return _united([piece for node in tree.body for piece in _of_node(node)])


def _of_node(node: nodes.Node) -> Iterator[Piece]:
    if not isinstance(node, nodes.Output):
        yield CodePiece([node], silent=isinstance(node, nodes.Assign | nodes.AssignBlock))
        return
    for one in node.nodes:
        yield _of_expression(one)


def _of_expression(node: nodes.Expr) -> Piece:
    if isinstance(node, nodes.TemplateData):
        return Fixed(node.data)
    path = path_of(node)
    if path and len(path) == 2 and path[0] == "message" and path[1] in LINK_KINDS:
        return LinkPiece(kind=LINK_KINDS[path[1]])
    if path and len(path) > 1:
        return PathPiece(path)
    called = node.node.name if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) else ""
    if called == "_pixel":
        return LinkPiece(kind="pixel")
    if called == "_click" and isinstance(node, nodes.Call) and len(node.args) == 1:
        return LinkPiece(number=node.args[0].as_const())
    return CodePiece([nodes.Output([node], lineno=node.lineno)])


def _united(pieces: list[Piece]) -> list[Piece]:
    made: list[Piece] = []
    for piece in pieces:
        made.append(piece)
        while len(made) > 1 and (joined := _joined(made[-2], made[-1])) is not None:
            made[-2:] = [joined]
        if (
            len(made) > 2
            and isinstance(piece, CodePiece)
            and isinstance(short := made[-2], Fixed)
            and len(short.text) <= _SHORT
            and isinstance(before := made[-3], CodePiece)
        ):
            between = nodes.Output([nodes.TemplateData(short.text)])
            made[-3:] = [CodePiece([*before.body, between, *piece.body])]
    return made


def _joined(left: Piece, right: Piece) -> Piece | None:
    if isinstance(left, Fixed) and isinstance(right, Fixed):
        return Fixed(left.text + right.text)
    if isinstance(left, CodePiece) and isinstance(right, CodePiece):
        return CodePiece([*left.body, *right.body], left.silent and right.silent)
    return None


def code_of(pieces: list[Piece]) -> list[nodes.Node]:
    """All code of the pieces in one body, with a mark behind each part of the output."""
    body: list[nodes.Node] = []
    for piece in pieces:
        if isinstance(piece, CodePiece):
            body += piece.body
            if not piece.silent:
                body.append(nodes.Output([nodes.TemplateData(BETWEEN)], lineno=1))
    return body


def safe_pieces(text: str, *, behind_part: bool, before_part: bool) -> list[tuple[str, bool]]:
    """Fixed text in pieces, each with whether it must be a part: with braces where a provider would misread them."""
    first = _BEHIND.match(text).end() if behind_part and _BEHIND.match(text) else 0  # type: ignore[union-attr]
    found = _BEFORE.search(text, first) if before_part else None
    last = found.start() if found else len(text)
    pieces = [(text[:first], True)]
    end = first
    for brace in _BRACES.finditer(text, first, last):
        pieces += [(text[end : brace.start()], False), (brace[0], True)]
        # What follows braces that are a part must not close them.
        end = brace.end()
        if closing := _BEHIND.match(text[end:last]):
            pieces.append((closing[0], True))
            end += closing.end()
    pieces += [(text[end:last], False), (text[last:], True)]
    return [piece for piece in pieces if piece[0]]
