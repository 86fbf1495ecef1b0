"""The language of templates: a part of Jinja2 from which nothing leads to the inside of a program.

Sources are parsed by Jinja2 and then judged node by node: what is not known to be harmless is refused. Of what is let through,
the tree is rewritten so that nothing is left to Python's own meaning: `a.b` is an item of a dictionary and never an attribute,
operators take numbers, joins and loops are counted (`running.Run`). Only functions and filters of ours can be called, and none
of them has another's code as an argument. Underneath is Jinja2's own immutable sandbox, which has nothing left to do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from regulars.messaging.templates.codes import CODE, check_closed
from regulars.messaging.templates.faults import MAX_CODE, MAX_CODES, MAX_DEPTH, MAX_SOURCE, TemplateError
from regulars.messaging.templates.filters import FILTERS, TESTS
from regulars.messaging.templates.missing import Missing

ROOTS = frozenset({"customer", "shop", "message", "data"})
FUNCTIONS = frozenset({"range", "in_segment", "shown"})
LOOP_PARTS = frozenset(
    {"index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"}
)
_KNOWN: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.If,
        nodes.For,
        nodes.Assign,
        nodes.AssignBlock,
        nodes.Name,
        nodes.Const,
        nodes.Tuple,
        nodes.List,
        nodes.Dict,
        nodes.Pair,
        nodes.Keyword,
        nodes.CondExpr,
        nodes.Filter,
        nodes.Test,
        nodes.Call,
        nodes.Getattr,
        nodes.Getitem,
        nodes.Slice,
        nodes.Concat,
        nodes.Compare,
        nodes.Operand,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.Neg,
        nodes.Pos,
        nodes.Add,
        nodes.Sub,
        nodes.Mul,
        nodes.Div,
        nodes.FloorDiv,
        nodes.Mod,
    }
)
_CALLED: dict[type[nodes.Node], str] = {
    nodes.Include: "include here",
    nodes.Extends: "extends",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter blocks",
    nodes.Block: "block",
    nodes.With: "with",
    nodes.Pow: "**",
    nodes.NSRef: "namespaces",
    nodes.ScopedEvalContextModifier: "autoescape",
}


@cache
def environment(escaping: bool) -> ImmutableSandboxedEnvironment:
    """What sources are parsed and compiled in; `escaping` for HTML."""
    made = ImmutableSandboxedEnvironment(
        autoescape=escaping,
        undefined=Missing,
        optimized=False,
        auto_reload=False,
        cache_size=0,
        keep_trailing_newline=True,
    )
    made.globals.clear()
    made.filters = dict(FILTERS)
    made.tests = dict(TESTS)
    return made


def parse(source: str) -> nodes.Template:
    """The tree of a source. Raises TemplateError for what is no template."""
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"a source has {MAX_SOURCE:,} characters at the most")
    check_closed(source)
    codes = CODE.findall(source)
    if len(codes) > MAX_CODES or sum(map(len, codes)) > MAX_CODE:
        raise TemplateError(f"there are {MAX_CODES:,} pieces and {MAX_CODE:,} characters of code at the most")
    try:
        return environment(escaping=False).parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(_sentence(error), error.lineno) from error
    except RecursionError as error:
        raise TemplateError("it is nested too deep") from error
    except ValueError as error:
        raise TemplateError("a number is too long") from error


def _sentence(error: TemplateSyntaxError) -> str:
    text = (error.message or "it cannot be read").strip().rstrip(".")
    return text[:1].lower() + text[1:200]


def judged(source: str) -> nodes.Template:
    """The tree of what a person wrote. Raises TemplateError for anything outside the language."""
    tree = parse(source)
    _judge(tree, 0)
    return tree


def _judge(node: nodes.Node, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TemplateError("it is nested too deep", node.lineno)
    if type(node) not in _KNOWN:
        name = _CALLED.get(type(node), type(node).__name__.lower())
        raise TemplateError(f"templates have no {name}", node.lineno)
    refuse = _RULES.get(type(node))
    if refuse is not None:
        refuse(node)
    for child in node.iter_child_nodes():
        _judge(child, depth + 1)


def _judge_name(node: nodes.Name) -> None:
    if node.name.startswith("_") or node.name in {"self", "super", "caller", "varargs", "kwargs"}:
        raise TemplateError(f"“{node.name[:40]}” cannot be used here", node.lineno)
    if node.ctx == "store" and (node.name in ROOTS | FUNCTIONS or node.name == "loop"):
        raise TemplateError(f"“{node.name}” cannot be given another value", node.lineno)
    if node.ctx == "load" and node.name == "loop":
        raise TemplateError("“loop” is used by its parts, such as loop.index", node.lineno)


def _judge_attribute(node: nodes.Getattr) -> None:
    if node.attr.startswith("_"):
        raise TemplateError(f"“{node.attr[:40]}” cannot be used here", node.lineno)
    if isinstance(node.node, nodes.Name) and node.node.name == "loop":
        if node.attr not in LOOP_PARTS:
            raise TemplateError(f"a loop has no “{node.attr[:40]}”", node.lineno)
        # Judged here: on its own it is refused.
        node.node = nodes.Name("loop", "param", lineno=node.lineno)


def _judge_call(node: nodes.Call) -> None:
    name = node.node.name if isinstance(node.node, nodes.Name) else None
    if name not in FUNCTIONS or node.kwargs or node.dyn_args or node.dyn_kwargs:
        told = f"“{name[:40]}” is no function" if name else "only functions can be called"
        raise TemplateError(f"{told}: there are {', '.join(sorted(FUNCTIONS))}", node.lineno)
    if name != "range" and not _plain_text(node.args):
        raise TemplateError(f"{name} takes one name in quotes", node.lineno)
    node.node = nodes.Name(name, "param", lineno=node.lineno)


def _plain_text(args: list[nodes.Expr]) -> bool:
    return len(args) == 1 and isinstance(args[0], nodes.Const) and isinstance(args[0].value, str)


def _judge_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise TemplateError(f"there is no filter “{node.name[:40]}”", node.lineno)
    if node.node is None or node.dyn_args or node.dyn_kwargs:
        raise TemplateError(f"the filter “{node.name}” cannot be used like this", node.lineno)


def _judge_test(node: nodes.Test) -> None:
    if node.name not in TESTS or node.dyn_args or node.dyn_kwargs:
        raise TemplateError(f"there is no test “{node.name[:40]}”", node.lineno)


def _judge_loop(node: nodes.For) -> None:
    if node.recursive:
        raise TemplateError("loops cannot be recursive", node.lineno)


def _judge_assign(node: nodes.AssignBlock) -> None:
    if node.filter is not None:
        raise TemplateError("a block that is kept has no filter", node.lineno)


def _judge_const(node: nodes.Const) -> None:
    if isinstance(node.value, str) and "\0" in node.value:
        raise TemplateError("a text contains a character that is not allowed", node.lineno)


_RULES: Mapping[type[nodes.Node], Callable[[Any], None]] = {
    nodes.Name: _judge_name,
    nodes.Getattr: _judge_attribute,
    nodes.Call: _judge_call,
    nodes.Filter: _judge_filter,
    nodes.Test: _judge_test,
    nodes.For: _judge_loop,
    nodes.AssignBlock: _judge_assign,
    nodes.Const: _judge_const,
}


def path_of(node: nodes.Node) -> tuple[str, ...] | None:
    """`customer.attributes.size` or `data["a"]` as its names, if the node is such a path from one of the roots."""
    names: list[str] = []
    while not isinstance(node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            names.append(node.attr)
        elif (
            isinstance(node, nodes.Getitem)
            and isinstance(node.arg, nodes.Const)
            and isinstance(node.arg.value, str)
        ):
            names.append(node.arg.value)
        else:
            return None
        node = node.node
    return (node.name, *reversed(names)) if node.name in ROOTS else None


def paths_in(node: nodes.Node) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every path that the tree reads, as long as it goes, with its line."""
    path = path_of(node)
    if path is not None:
        yield path, node.lineno
        return
    for child in node.iter_child_nodes():
        yield from paths_in(child)


def strangers_in(tree: nodes.Node) -> Iterable[tuple[str, int]]:
    """Names that are read and are neither roots nor given a value anywhere in the template, with their lines."""
    names = list(tree.find_all(nodes.Name))
    given = {one.name for one in names if one.ctx in ("store", "param")} | ROOTS | FUNCTIONS
    return [(one.name, one.lineno) for one in names if one.ctx == "load" and one.name not in given]
