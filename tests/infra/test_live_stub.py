"""The stub that runs every function locally: an edit is live at the next call, an error is not for ever."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from local.paths import ROOT

CONTEXT = SimpleNamespace(aws_request_id="request-1")
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Writes a file of the function `greet`, as an editor would."""
    moments = iter(range(1_000_000_000, 2_000_000_000, 10))

    def write(name: str, text: str) -> None:
        file = tmp_path / "functions" / "greet" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        moment = next(moments)
        os.utime(file, (moment, moment))

    yield write
    for name in [name for name in sys.modules if name.split(".")[0] == "greet"]:
        del sys.modules[name]


@pytest.fixture
def stub(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The stub, loaded for the function `greet`."""
    write("__init__.py", "")
    write("words.py", "WORD = 'hello'")
    write("handler.py", "from greet.words import WORD\ndef handler(event, context): return WORD + event")
    functions = str(tmp_path / "functions")
    monkeypatch.setenv("LIVE_HANDLER", "greet.handler.handler")
    monkeypatch.setenv("PYTHONPATH", functions)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(functions)
    spec = importlib.util.spec_from_file_location("stub", ROOT / "local" / "live" / "stub.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0)
    return module


def test_it_calls_the_handler(stub: Any) -> None:
    assert stub.handler(" world", CONTEXT) == "hello world"


@pytest.mark.parametrize("edited", ["handler.py", "words.py"])
def test_an_edit_is_live_at_the_next_call(stub: Any, write: Write, edited: str) -> None:
    text = {
        "handler.py": "def handler(event, context): return 'edited' + event",
        "words.py": "WORD = 'edited'",
    }
    stub.handler("", CONTEXT)
    write(edited, text[edited])
    assert stub.handler("!", CONTEXT) == "edited!"


def test_a_new_template_is_an_edit_too(stub: Any, write: Write) -> None:
    stub.handler("", CONTEXT)
    before = sys.modules["greet.handler"]
    write("page.html", "<p>new</p>")
    stub.handler("", CONTEXT)
    assert sys.modules["greet.handler"] is not before


def test_a_mistake_is_told_until_it_is_mended(stub: Any, write: Write) -> None:
    write("words.py", "WORD = ")
    for _ in range(2):
        with pytest.raises(SyntaxError):
            stub.handler("", CONTEXT)
    write("words.py", "WORD = 'mended'")
    assert stub.handler("", CONTEXT) == "mended"


def test_each_call_is_reported_with_duration_and_memory(
    stub: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.handler("", CONTEXT)
    assert "REPORT RequestId: request-1 Duration: " in capsys.readouterr().err


def test_a_module_that_a_call_imports_late_is_no_edit(
    stub: Any, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    (library / "greet_late").mkdir(parents=True)
    (library / "greet_late" / "__init__.py").write_text("LOADS = []")
    monkeypatch.syspath_prepend(str(library))
    monkeypatch.setattr(stub, "SOURCES", (*stub.SOURCES, f"{library}/"))
    write(
        "handler.py",
        "LOADED = []\n"
        "def handler(event, context):\n"
        "    import greet_late\n"
        "    LOADED.append(event)\n"
        "    return len(LOADED)\n",
    )
    stub.handler("first, after the edit", CONTEXT)
    counts = [stub.handler("again", CONTEXT) for _ in range(3)]
    del sys.modules["greet_late"]
    assert counts == [2, 3, 4]
