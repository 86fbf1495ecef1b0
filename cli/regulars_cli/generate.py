"""`regulars generate`: the OpenAPI document and the event schemas, from the code. Tests fail when they have drifted."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

import regulars

ROOT = Path(__file__).parent.parent.parent
FUNCTIONS = ROOT / "functions"
OPENAPI = ROOT / "docs" / "api" / "openapi.json"
SCHEMAS = ROOT / "events" / "schemas"


def add_to(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "generate", help="write docs/api/openapi.json and events/schemas from the code"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    _write(OPENAPI, openapi_document())
    wanted = event_schemas()
    for stale in set(SCHEMAS.glob("*.json")) - {SCHEMAS / f"{name}.json" for name in wanted}:
        stale.unlink()
    for name, schema in wanted.items():
        _write(SCHEMAS / f"{name}.json", schema)
    print(f"{len(openapi_document()['paths'])} paths, {len(wanted)} events")
    return 0


def openapi_document() -> dict[str, Any]:
    """The document of all route tables under functions/."""
    _stand_in_settings()
    if str(FUNCTIONS) not in sys.path:
        sys.path.append(str(FUNCTIONS))
    from regulars.kernel.http.openapi import openapi

    folders = sorted(path.parent.name for path in FUNCTIONS.glob("*/routes.py"))
    tables = [importlib.import_module(f"{name}.routes").routes for name in folders if name != "console"]
    return openapi(tables, _version())


def event_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (2020-12) of each domain event's data, by name and version."""
    _stand_in_settings()
    from regulars.kernel.events import registered_events

    for module in pkgutil.walk_packages(regulars.__path__, "regulars."):
        if module.name.rpartition(".")[2].endswith("events"):
            importlib.import_module(module.name)
    schemas = {}
    for event in registered_events().values():
        if not event.__module__.startswith("regulars."):
            continue  # a test's own
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{event.name}.v{event.version}",
        }
        schemas[f"{event.name}.v{event.version}"] = head | event.model_json_schema(mode="serialization")
    return schemas


def _version() -> str:
    from importlib.metadata import version

    return version("regulars")


def _stand_in_settings() -> None:
    """Importing a handler validates its settings; nothing is called here, so any value will do."""
    for name in _SETTINGS:
        os.environ.setdefault(name, "generate")


_SETTINGS = (
    "STAGE TABLE_NAME BUCKET_NAME EVENT_BUS_NAME JOBS_QUEUE_URL TIMERS_QUEUE_URL TOKEN_SECRET_ARN USER_POOL_ID "
    "USER_POOL_CLIENT_ID USER_POOL_ISSUER JWKS_URL"
).split()


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
