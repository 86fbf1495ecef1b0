"""The tree of a template, rewritten so that everything goes through the rendering (`running.Run`), and compiled by Jinja2.

Names that begin with an underscore stand for what the rendering does; a source cannot say them.
"""

from collections.abc import Sequence
from typing import Any

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from regulars.messaging.templates.faults import TemplateError
from regulars.messaging.templates.sandbox import environment, path_of

_SIGNS: dict[type[nodes.Expr], str] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
}
_FUNCTIONS = {"range": "_range", "in_segment": "_in_segment", "shown": "_shown"}
# `{{ message.unsubscribe_url }}` and so on are made by who knows the delivery, when they are shown.
LINK_KINDS = {"unsubscribe_url": "unsubscribe", "preferences_url": "preferences", "view_url": "view"}
# Stands between the parts of an output; no text that is shown has it.
BETWEEN = "\0"


class _PlainCalls(CodeGenerator):
    """Calls of the rendering are written as they are, without the look at every argument that a sandbox takes."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if not (isinstance(node.node, nodes.Name) and node.node.name.startswith("_")):
            raise TemplateError("only functions can be called", node.lineno)
        self.visit(node.node, frame)
        self.write("(")
        for place, argument in enumerate(node.args):
            self.write(", " if place else "")
            self.visit(argument, frame)
        self.write(")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        # All others have become calls: these are the parts of a loop, by names that were judged.
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        """What is shown is a text already, and escaped."""

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        """See above."""


class _Rewriter(NodeTransformer):
    def __init__(self, made: ImmutableSandboxedEnvironment) -> None:
        self._made = made

    def _call(self, name: str, *arguments: nodes.Expr | Any, line: int) -> nodes.Call:
        given = [one if isinstance(one, nodes.Expr) else nodes.Const(one, lineno=line) for one in arguments]
        call = nodes.Call(nodes.Name(name, "load", lineno=line), given, [], None, None, lineno=line)
        call.set_environment(self._made)
        return call

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802
        node.nodes = [one if isinstance(one, nodes.TemplateData) else self._shown(one) for one in node.nodes]
        return node

    def _shown(self, node: nodes.Expr) -> nodes.Call:
        path = path_of(node)
        return self._call("_out", self.visit(node), ".".join(path or ()), line=node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        fixed = fixed_length(node.body)
        self.generic_visit(node)
        node.iter = self._call("_each", node.iter, fixed, line=node.lineno)
        return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Expr:  # noqa: N802
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return node
        path = path_of(node) or ()
        if len(path) == 2 and path[0] == "message" and path[1] in LINK_KINDS:
            return self._call("_link", LINK_KINDS[path[1]], line=node.lineno)
        return self._call("_item", self.visit(node.node), node.attr, ".".join(path), line=node.lineno)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        line, path = node.lineno, path_of(node) or ()
        if isinstance(node.arg, nodes.Slice):
            bounds = (node.arg.start, node.arg.stop, node.arg.step)
            given = [self.visit(one) if one is not None else nodes.Const(None, lineno=line) for one in bounds]
            return self._call("_part", self.visit(node.node), *given, line=line)
        return self._call("_item", self.visit(node.node), self.visit(node.arg), ".".join(path), line=line)

    def visit_Call(self, node: nodes.Call) -> nodes.Call:  # noqa: N802
        self.generic_visit(node)
        assert isinstance(node.node, nodes.Name)
        name = _FUNCTIONS.get(node.node.name, node.node.name)
        return self._call(name, *node.args, line=node.lineno)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802
        return self._call("_join", *(self.visit(one) for one in node.nodes), line=node.lineno)

    def visit_Neg(self, node: nodes.Neg) -> nodes.Call:  # noqa: N802
        return self._call("_reckon", "-", 0, self.visit(node.node), line=node.lineno)

    def visit_Pos(self, node: nodes.Pos) -> nodes.Call:  # noqa: N802
        return self._call("_reckon", "+", 0, self.visit(node.node), line=node.lineno)

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        sign = _SIGNS.get(type(node))  # type: ignore[arg-type]
        if sign is None or not isinstance(node, nodes.BinExpr):
            return super().generic_visit(node, *args, **kwargs)
        return self._call("_reckon", sign, self.visit(node.left), self.visit(node.right), line=node.lineno)


def fixed_length(body: Sequence[nodes.Node]) -> int:
    """How many characters of fixed text are in a body, those of loops inside aside, which pay for themselves."""
    total, waiting = 0, list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.TemplateData):
            total += len(node.data)
        elif not isinstance(node, nodes.For):
            waiting.extend(node.iter_child_nodes())
    return total


def rewritten(tree: nodes.Template, *, escaping: bool) -> nodes.Template:
    """The same tree, in which nothing is left to Python's own meaning."""
    made = environment(escaping)
    found = _Rewriter(made).visit(tree)
    assert isinstance(found, nodes.Template)
    found.set_environment(made)
    return found


def compiled_body(body: list[nodes.Node], *, escaping: bool) -> Template:
    """Jinja2's own code of rewritten nodes. Raises TemplateError if they are nested deeper than Python's compiler goes."""
    made = environment(escaping)
    made.code_generator_class = _PlainCalls
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(made)
    try:
        code = made.compile(tree, None, "<template>")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise TemplateError("it is nested too deep") from error
    return Template.from_code(made, code, {})
