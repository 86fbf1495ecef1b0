"""A house one can live in: small rooms, plain names, documented doors."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import OURS, PACKAGE, files, functions, name_of, tree

VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


@pytest.mark.parametrize("path", files(*OURS), ids=name_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
    for function in functions(path):
        start = function.body[0].end_lineno if ast.get_docstring(function) else function.lineno
        assert (function.end_lineno or 0) - (start or 0) <= 40, function.name


@pytest.mark.parametrize("path", files(*OURS), ids=name_of)
def test_names_say_something(path: Path) -> None:
    assert not set(path.stem.split("_")) & VAGUE


@pytest.mark.parametrize("path", files(PACKAGE), ids=name_of)
def test_every_module_of_the_product_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or not path.read_text().strip()


@pytest.mark.parametrize("path", files(*OURS), ids=name_of)
def test_nothing_is_left_to_do(path: Path) -> None:
    text = path.read_text()
    assert not [word for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X") if word in text]
