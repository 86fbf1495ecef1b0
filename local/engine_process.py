"""Runs inside the engine's own environment: ends with its parent, saves fast, then becomes the engine.

The engine saves its tables by copying them object by object and writing JSON piece by piece: half a minute for a
shop's year. Here the tables alone are written as a pickle, in a second or two, so that Ctrl-C is quick and a
start is too. It does not save their streams at all, and an event that was not yet published would be lost: what no
function has read yet is kept too. The file is only read from the folder that this checkout wrote.
"""

import contextlib
import copy
import ctypes
import gc
import os
import pickle
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

TABLES = "dynamodb"
ATTEMPTS = 5


def end_with_parent() -> None:
    """When `make run` is killed, the engine still writes its data, and no process is left (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def save_tables_fast() -> None:
    """Replaces how the engine saves and loads its tables, before the engine has imported either."""
    from ministack.core import persistence

    file = Path(persistence.STATE_DIR) / f"{TABLES}.pickle"
    save_all, load_state = persistence.save_all, persistence.load_state

    def save(services: dict[str, Callable[[], Any]]) -> None:
        gc.disable()
        if persistence.PERSIST_STATE and TABLES in services:
            _write(file, _without_copying(services[TABLES]))
        save_all({name: state for name, state in services.items() if name != TABLES})

    def load(service: str) -> Any:
        if service != TABLES or not persistence.PERSIST_STATE or not file.exists():
            return load_state(service)
        gc.disable()
        try:
            with file.open("rb") as saved:
                tables, unread = pickle.load(saved)  # noqa: S301  (written by this checkout)
            _give_back(unread)
            return tables
        except (ValueError, TypeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
            # The engine would go on without its tables, and answer nothing: ending says what is wrong.
            print(f"{file} cannot be read ({error}): `make clean` starts anew", file=sys.stderr, flush=True)
            os._exit(1)
        finally:
            gc.enable()

    persistence.save_all, persistence.load_state = save, load


def _without_copying(get_state: Callable[[], Any]) -> Callable[[], Any]:
    """The process is ending: nothing will change what the copies would have protected."""

    def get() -> Any:
        from ministack.services import dynamodb

        dynamodb.copy = SimpleNamespace(deepcopy=lambda value: value, copy=copy.copy)
        return get_state()

    return get


def _unread() -> dict[tuple[str, str, str], list[Any]]:
    """Stream records, by account, region and table, that some function has yet to be given."""
    from ministack.services import dynamodb, lambda_svc

    return {
        (account, region, table): records[_read(lambda_svc, table) - trimmed :]
        for (account, region, table), records in dynamodb._stream_records._data.items()
        for trimmed in [dynamodb._stream_trimmed._data.get((account, region, table), 0)]
    }


def _read(lambda_svc: Any, table: str) -> int:
    """How far the slowest reader of a table's stream has come; past everything when there is none."""
    mappings = lambda_svc._esms._data
    places = [
        place
        for key, place in lambda_svc._dynamodb_stream_positions._data.items()
        if f":table/{table}/" in mappings.get(key, {}).get("EventSourceArn", "")
    ]
    return int(min(places, default=sys.maxsize))


def _give_back(unread: dict[tuple[str, str, str], list[Any]]) -> None:
    """The streams begin anew with what was unread; `prepare_state` has forgotten the readers' positions."""
    from ministack.services import dynamodb

    dynamodb._stream_records._data.update(unread)


def _write(file: Path, get_state: Callable[[], Any]) -> None:
    """Writes beside the file and swaps; tries again when a request that is just ending changed a table."""
    scratch = file.with_suffix(".tmp")
    for _ in range(ATTEMPTS):
        with contextlib.suppress(RuntimeError):
            file.parent.mkdir(parents=True, exist_ok=True)
            with scratch.open("wb") as target:
                pickle.dump((get_state(), _unread()), target, protocol=pickle.HIGHEST_PROTOCOL)
            scratch.replace(file)
            return
    print(f"tables could not be saved to {file}", file=sys.stderr)


if __name__ == "__main__":
    end_with_parent()
    save_tables_fast()
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")
