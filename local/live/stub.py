"""What the embedded engine runs as every function: the checkout's own handler, reloaded when a file changed.

`LIVE_HANDLER` names the handler; PYTHONPATH leads to it. After each invocation one line goes to stderr, as
Lambda's REPORT does: it carries duration and memory, and spares the engine a wait of 50 ms for a log line.
"""

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

LOOK_EVERY_SECONDS = 0.3
MODULE, _, ATTRIBUTE = os.environ["LIVE_HANDLER"].rpartition(".")
PACKAGE = MODULE.split(".")[0]
SOURCES = tuple(f"{entry}/" for entry in os.environ["PYTHONPATH"].split(":") if "site-packages" not in entry)
FOLDER = Path(SOURCES[0]) / PACKAGE
Handler = Callable[[Any, Any], Any]
Times = dict[str, int]


class LiveHandler:
    """Calls the handler; before that, and at most every 0.3 s, looks whether its sources changed."""

    def __init__(self) -> None:
        self._handler: Handler | None = None
        self._seen: Times = {}
        self._looked = 0.0
        self._load()

    def __call__(self, event: Any, context: Any) -> Any:
        if time.monotonic() - self._looked > LOOK_EVERY_SECONDS:
            self._looked = time.monotonic()
            self._look()
        handler = self._handler or self._load()
        return handler(event, context)

    def _load(self) -> Handler:
        """Imports the handler; until that succeeds every call tries, and fails, anew."""
        self._handler = loaded = getattr(importlib.import_module(MODULE), ATTRIBUTE)
        self._seen = _times()
        return cast("Handler", loaded)

    def _look(self) -> None:
        """Forgets the handler if a file changed or is new in its folder. A module that a call imported late is noted
        only: as a change it would be forgotten, imported late again, and so on at every look."""
        times = _times()
        new = times.keys() - self._seen.keys()
        changed = any(times.get(path) != time for path, time in self._seen.items())
        if changed or any(path.startswith(f"{FOLDER}/") for path in new):
            self._forget()
        else:
            self._seen = times

    def _forget(self) -> None:
        self._handler = None
        for name in [name for name, module in sys.modules.items() if _is_ours(module)]:
            del sys.modules[name]
        importlib.invalidate_caches()


def _is_ours(module: ModuleType) -> bool:
    return (getattr(module, "__file__", None) or "").startswith(SOURCES)


def _times() -> Times:
    """When every loaded source file, and everything in the function's own folder, was changed."""
    files = {module.__file__ for module in list(sys.modules.values()) if _is_ours(module) and module.__file__}
    files.update(str(path) for path in FOLDER.rglob("*") if "__pycache__" not in path.parts)
    return {path: _modified(path) for path in files}


def _modified(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _peak_megabytes() -> int:
    """Peak memory of this process; 0 where the system has no /proc."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


_live = LiveHandler()


def handler(event: Any, context: Any) -> Any:
    """The Lambda entry point."""
    started = time.perf_counter()
    try:
        return _live(event, context)
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        report = f"REPORT RequestId: {context.aws_request_id} Duration: {milliseconds:.2f} ms"
        print(f"{report} Max Memory Used: {_peak_megabytes()} MB", file=sys.stderr, flush=True)
