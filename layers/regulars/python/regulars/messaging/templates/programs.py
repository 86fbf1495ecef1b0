"""What makes the parts of a content: constants, links, paths and code, each part once however often it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jinja2 import Template, nodes
from jinja2 import TemplateError as JinjaError
from jinja2.runtime import Context
from markupsafe import escape

from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.rewriting import BETWEEN, compiled_body, rewritten
from regulars.messaging.templates.running import Run, item, part
from regulars.messaging.templates.sandbox import environment, parse
from regulars.messaging.templates.splitting import (
    CodePiece,
    Fixed,
    LinkPiece,
    Piece,
    code_of,
    pieces_of,
    safe_pieces,
)

# How values are written: escaped for HTML, as text, as text without line breaks, or inside a text of JSON.
Mode = Literal["html", "text", "line", "json"]
# Fixed texts, and the names of parts, in turn: each with whether it is a part.
Layout = tuple[tuple[str, bool], ...]


# What rewritten code calls: of the rendering those that it needs, by their methods.
_FUNCTIONS = {"_item": item, "_part": part}
_METHODS = {
    "_each": "each",
    "_join": "join",
    "_reckon": "reckon",
    "_range": "span",
    "_click": "click",
    "_link": "link",
    "_pixel": "pixel",
    "_in_segment": "in_segment",
    "_shown": "shows",
}


@dataclass(frozen=True, slots=True)
class _Code:
    template: Template
    names: tuple[str, ...]
    mode: Mode
    pointer: str
    methods: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Program:
    """All parts of one or several fields by their names; `prefix` keeps them apart from another program's."""

    prefix: str = "p"
    _names: dict[Any, str] = field(default_factory=dict)
    _constants: dict[str, str] = field(default_factory=dict)
    _links: list[tuple[str, LinkPiece, bool]] = field(default_factory=list)
    _paths: list[tuple[str, tuple[str, ...], str, Mode]] = field(default_factory=list)
    _codes: list[_Code] = field(default_factory=list)

    def add(self, source: str, mode: Mode, pointer: str) -> Layout:
        """Take in a field whose links are numbered already; how its text is made of parts. Raises TemplateError."""
        try:
            pieces = pieces_of(parse(source))
            code = code_of(pieces)
            names = [self._name(piece, mode) for piece in pieces]
            if code:
                self._add_code(code, pieces, names, mode, pointer)
        except TemplateError as error:
            raise error.at(pointer=pointer) from error
        return self._layout(pieces, names)

    def _add_code(
        self, code: list[nodes.Node], pieces: list[Piece], names: list[str], mode: Mode, pointer: str
    ) -> None:
        escaping = mode == "html"
        tree = rewritten(nodes.Template(code, lineno=1), escaping=escaping)
        made = tuple(
            name
            for name, piece in zip(names, pieces, strict=True)
            if isinstance(piece, CodePiece) and not piece.silent
        )
        called = {one.name for one in tree.find_all(nodes.Name)}
        methods = tuple((name, method) for name, method in _METHODS.items() if name in called)
        template = compiled_body(tree.body, escaping=escaping)
        self._codes.append(_Code(template, made, mode, pointer, methods))

    def _name(self, piece: Piece, mode: Mode) -> str:
        if isinstance(piece, Fixed):
            return ""
        if isinstance(piece, CodePiece):
            return "" if piece.silent else self._new(object())
        escaped = mode == "html"
        key = (piece, escaped) if isinstance(piece, LinkPiece) else (piece, mode)
        if key not in self._names:
            name = self._new(key)
            if isinstance(piece, LinkPiece):
                self._links.append((name, piece, escaped))
            else:
                self._paths.append((name, piece.path, ".".join(piece.path), mode))
        return self._names[key]

    def _new(self, key: Any) -> str:
        name = self._names[key] = f"{self.prefix}{len(self._names)}"
        return name

    def reserve(self) -> str:
        """The name of a part that is made elsewhere."""
        return self._new(object())

    def _constant(self, text: str) -> str:
        name = self._names.get(("constant", text)) or self._new(("constant", text))
        self._constants[name] = text
        return name

    def _layout(self, pieces: list[Piece], names: list[str]) -> Layout:
        row: list[tuple[str, bool]] = []
        shown = [
            (piece, name)
            for piece, name in zip(pieces, names, strict=True)
            if name or isinstance(piece, Fixed)
        ]
        for place, (piece, name) in enumerate(shown):
            if not isinstance(piece, Fixed):
                row.append((name, True))
                continue
            behind, before = place > 0, place < len(shown) - 1
            row += [
                (self._constant(text), True) if special else (text, False)
                for text, special in safe_pieces(piece.text, behind_part=behind, before_part=before)
            ]
        return tuple(row)

    def parts(self, run: Run) -> dict[str, str]:
        """Every part's text for one recipient. Raises TemplateError."""
        found = dict(self._constants)
        for name, piece, escaped in self._links:
            found[name] = _link(piece, run, escaped=escaped)
        context = run.context
        for name, path, dotted, mode in self._paths:
            holder: Any = context.get(path[0], {})
            for step in path[1:-1]:
                holder = item(holder, step)
            found[name] = getattr(run, mode)(item(holder, path[-1], dotted), dotted)
        for code in self._codes:
            found.update(zip(code.names, _outputs(code, run), strict=False))
        return found


def _link(piece: LinkPiece, run: Run, *, escaped: bool) -> str:
    if piece.kind == "pixel":
        return str(run.pixel())
    address = run.link(piece.kind) if piece.kind else run.click(piece.number)
    return str(escape(address)) if escaped else address


def _outputs(code: _Code, run: Run) -> Sequence[str]:
    names = {**run.context, **_FUNCTIONS, "_run": run, "_out": getattr(run, code.mode)}
    for name, method in code.methods:
        names[name] = getattr(run, method)
    context = Context(environment(code.mode == "html"), names, None, {})
    try:
        return "".join(code.template.root_render_func(context)).split(BETWEEN)
    except TemplateError as error:
        raise error.at(line=_line(code.template, error), pointer=code.pointer) from error
    except (
        JinjaError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        MemoryError,
    ) as error:
        told = "a value is not of the kind that is needed here"
        raise TemplateError(told, _line(code.template, error), code.pointer) from error


def _line(template: Template, error: BaseException) -> int:
    """The line of the template in which an error arose."""
    step = error.__traceback__
    line = 0
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = template.get_corresponding_lineno(step.tb_lineno)
        step = step.tb_next
    return line


def filled(layout: Layout, parts: Mapping[str, str]) -> str:
    """The text of a field."""
    return "".join([parts[text] if is_part else text for text, is_part in layout])


def shell_text(layout: Layout) -> str:
    """The field with `{{p0}}` … where parts go."""
    return "".join([f"{{{{{text}}}}}" if is_part else text for text, is_part in layout])
