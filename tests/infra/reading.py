"""Which settings a function can come to read, followed through the source from its handler, symbol by symbol.

A symbol is followed to what its definition names: functions, classes, module-level values and modules. That is
more than a call graph and less than an import graph: importing a package does not count as using all of it.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from infra.config import ROOT

ROOTS = (ROOT / "functions", ROOT / "layers" / "regulars" / "python")
SETTINGS = "regulars.kernel.settings"


@dataclass
class Module:
    """A parsed module: where its names come from, and what runs when it is imported."""

    name: str
    definitions: dict[str, ast.AST] = field(default_factory=dict)
    imported: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    body: list[ast.stmt] = field(default_factory=list)


Symbol = tuple[str, str | None]


def settings_read_by(function: str) -> set[str]:
    """Names of the settings classes that the function's handler leads to."""
    found: set[str] = set()
    open_ends: list[Symbol] = [(f"{function}.handler", None), (f"{function}.handler", "handler")]
    seen: set[Symbol] = set()
    while open_ends:
        symbol = open_ends.pop()
        if symbol in seen:
            continue
        seen.add(symbol)
        if symbol[0] == SETTINGS:
            found |= {symbol[1]} if symbol[1] else set()
            continue
        open_ends += _leads_to(symbol)
    return {name for name in found if name.endswith("Settings") and name != "Settings"}


def _leads_to(symbol: Symbol) -> list[Symbol]:
    """What a symbol's definition names. A module alone stands for what runs at its import."""
    name, attribute = symbol
    module = load(name)
    if module is None:
        return []
    if attribute is None:
        return [each for statement in module.body for each in _named(statement, module)]
    whole: list[Symbol] = [(name, None)]
    if attribute in module.definitions:
        return whole + _named(module.definitions[attribute], module)
    if attribute in module.imported:
        source, original = module.imported[attribute]
        return [*whole, (source, original)]
    return [*whole, (f"{name}.{attribute}", None)]


def _named(node: ast.AST, module: Module) -> list[Symbol]:
    local = dict(module.imported)
    for each in ast.walk(node):
        local |= _imports(each, module.name)
    found: list[Symbol] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found += _resolve(each.id, module, local)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            source = local.get(each.value.id)
            if source is not None and source[1] is None:
                found.append((source[0], each.attr))
            elif source is not None and load(f"{source[0]}.{source[1]}") is not None:
                found.append((f"{source[0]}.{source[1]}", each.attr))
    return found


def _resolve(name: str, module: Module, local: dict[str, tuple[str, str | None]]) -> list[Symbol]:
    if name in module.definitions:
        return [(module.name, name)]
    if name in local:
        source, original = local[name]
        if original is None:
            return [(source, None)]
        inner = f"{source}.{original}"
        return [(inner, None)] if load(inner) is not None else [(source, original)]
    return []


@cache
def load(name: str) -> Module | None:
    """The module of that name if it is ours; None for anything else."""
    file = next(filter(None, map(_candidate(name), ROOTS)), None)
    if file is None:
        return None
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    module = Module(name)
    for statement in ast.parse(file.read_text()).body:
        _take(statement, module, package)
    return module


def _candidate(name: str) -> Callable[[Path], Path | None]:
    def find(root: Path) -> Path | None:
        base = root / name.replace(".", "/")
        return next(
            (path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None
        )

    return find


def _take(statement: ast.stmt, module: Module, package: str) -> None:
    module.imported |= _imports(statement, package)
    match statement:
        case ast.FunctionDef(name=name, decorator_list=decorators):
            module.definitions[name] = statement
            if decorators:  # a route or a registered loader: importing the module makes it reachable
                module.body.append(statement)
        case ast.ClassDef(name=name):
            module.definitions[name] = statement
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            module.definitions[name] = statement
            module.body.append(statement)
        case ast.Import() | ast.ImportFrom():
            pass
        case ast.If():  # `if TYPE_CHECKING` names what a package imports when it is first used
            for each in ast.walk(statement):
                module.imported |= _imports(each, package)
        case _:
            module.body.append(statement)


def _imports(node: ast.AST, package: str) -> dict[str, tuple[str, str | None]]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name: (alias.name, None) for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        base = f"{package}.{node.module}" if node.level else node.module
        return {alias.asname or alias.name: (base, alias.name) for alias in node.names}
    return {}
