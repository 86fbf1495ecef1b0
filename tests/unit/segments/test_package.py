"""The package names what others may use, and costs nobody what they do not use."""

import importlib
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

from regulars import segments

# Counting in bulk needs numpy, which only the worker of jobs has.
IN_BULK = {"judging", "sweeping", "ranking", "packing"}
ASKED = """
import sys
from regulars import segments
[getattr(segments, name) for name in segments.__all__]
import {module}
assert "numpy" not in sys.modules
"""


@pytest.mark.parametrize("name", segments.__all__)
def test_no_room_hides_a_public_name(name: str) -> None:
    for room in pkgutil.iter_modules(segments.__path__):
        if room.name not in IN_BULK:
            importlib.import_module(f"regulars.segments.{room.name}")
    assert not isinstance(getattr(segments, name), ModuleType)


@pytest.mark.parametrize(
    "module", ["segments_api.handler", "customers_api.handler", "keep_facts.handler", "run_timers.handler"]
)
def test_whoever_answers_or_follows_events_does_without_numpy(module: str) -> None:
    path = f"import sys; sys.path[:0] = {sys.path!r}; import tests.conftest\n"
    subprocess.run([sys.executable, "-c", path + ASKED.format(module=module)], check=True, timeout=120)
