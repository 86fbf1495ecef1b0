"""Who may import whom. There is no list of exceptions."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import FUNCTIONS, PACKAGE, ROOT, files, imports, name_of, tree

# Each capability may use the kernel and the public names of those to its left.
ORDER = (
    "platform",
    "customers",
    "commerce",
    "behaviour",
    "segments",
    "loyalty",
    "messaging",
    "campaigns",
    "insights",
    "imports",
)
AWS = ("boto3", "botocore", "pynamodb")
CAPABILITIES = sorted(
    path.name for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith("_")
)


def uses(path: Path, *modules: str) -> list[str]:
    return [name for name in imports(path) if name.split(".")[0] in modules]


def test_every_capability_has_its_place_in_the_order() -> None:
    assert set(CAPABILITIES) - {"kernel"} <= set(ORDER)


@pytest.mark.parametrize("path", files(PACKAGE), ids=name_of)
def test_a_capability_uses_only_what_is_below_it(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    below = (
        {"kernel", own}
        if own == "kernel"
        else {"kernel", own, *ORDER[: ORDER.index(own)]}
        if own in ORDER
        else set()
    )
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "regulars" or len(parts) < 2 or not (PACKAGE / parts[1]).is_dir():
            continue
        assert parts[1] in below, f"{own} may not use {name}"
        if parts[1] not in ("kernel", own) and len(parts) > 2:
            module = PACKAGE / parts[1] / f"{parts[2]}.py"
            assert not module.exists() or parts[2] == "events", (
                f"{name}: use what regulars.{parts[1]} names as public"
            )


@pytest.mark.parametrize("path", files(FUNCTIONS), ids=name_of)
def test_a_function_uses_capabilities_and_never_aws_or_another_function(path: Path) -> None:
    own = path.relative_to(FUNCTIONS).parts[0]
    others = {folder.name for folder in FUNCTIONS.iterdir() if folder.is_dir()} - {own}
    assert uses(path, *AWS) == []
    assert uses(path, *others) == []


@pytest.mark.parametrize("path", [path for path in files(PACKAGE) if path.name == "model.py"], ids=name_of)
def test_a_model_is_pure(path: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"pydantic", "regulars"}
    assert {name.split(".")[0] for name in imports(path)} <= allowed
    called = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    assert not called & {
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "uuid.uuid4",
        "time.time",
        "random.random",
    }
    assert uses(path, "random", "secrets", "uuid") == []


@pytest.mark.parametrize("path", files(PACKAGE), ids=name_of)
def test_aws_is_spoken_in_the_kernel_stores_and_providers_only(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if parts[0] == "kernel" or "providers" in parts:
        return
    assert uses(path, "boto3", "botocore") == []
    if uses(path, "pynamodb"):
        room = path.stem
        assert room.endswith("store") or "store" in parts or room in ("facts", "search"), (
            "PynamoDB stays in store rooms"
        )


@pytest.mark.parametrize("path", files(PACKAGE, FUNCTIONS), ids=name_of)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if path == PACKAGE / "kernel" / "settings.py":
        return
    names = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert not names & {"environ", "getenv"}


@pytest.mark.parametrize("path", files(ROOT / "infra"), ids=name_of)
def test_infrastructure_never_imports_the_product(path: Path) -> None:
    assert uses(path, "regulars") == []


@pytest.mark.parametrize("path", files(PACKAGE, FUNCTIONS), ids=name_of)
def test_nothing_scans(path: Path) -> None:
    names = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert not names & {"scan", "rate_limited_scan"}


@pytest.mark.parametrize("path", files(PACKAGE, FUNCTIONS), ids=name_of)
def test_a_tenant_is_made_in_the_kernel_only(path: Path) -> None:
    if path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else FUNCTIONS).parts[0] in (
        "kernel",
        "platform",
    ):
        return
    made = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Tenant"
    ]
    assert made == []


@cache
def modules_that_count() -> set[str]:
    """The modules that import numpy, themselves or through others."""
    by_name = {
        ".".join(("regulars", *path.relative_to(PACKAGE).with_suffix("").parts)): set(imports(path))
        for path in files(PACKAGE)
    }
    found = {name for name, used in by_name.items() if "numpy" in used}
    while further := {name for name, used in by_name.items() if used & found} - found:
        found |= further
    return found


@pytest.mark.parametrize("path", files(FUNCTIONS), ids=name_of)
def test_only_the_worker_of_jobs_counts_in_bulk(path: Path) -> None:
    if path.relative_to(FUNCTIONS).parts[0] != "run_jobs":
        assert not set(imports(path)) & (modules_that_count() | {"numpy"})


def test_what_others_use_of_a_capability_never_counts_in_bulk() -> None:
    found = modules_that_count()
    assert "regulars.segments.sweeping" in found
    assert not [name for name in found if name.endswith(".__init__")]
    assert (
        not {"regulars.segments.bulk", "regulars.segments.thresholds", "regulars.segments.evaluating"} & found
    )
