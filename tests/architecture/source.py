"""The source tree as the architecture tests read it: by its syntax, nothing is imported."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "layers" / "regulars" / "python" / "regulars"
FUNCTIONS = ROOT / "functions"
OURS = (PACKAGE, FUNCTIONS, ROOT / "infra", ROOT / "local", ROOT / "cli", ROOT / "assets")


def files(*folders: Path) -> list[Path]:
    """All Python files of ours below `folders`."""
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return [path for path in found if "node_modules" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, names included: `from a.b import c` gives `a.b` and `a.b.c`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
