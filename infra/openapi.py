"""Reads the generated OpenAPI document into API Gateway routes; `infra` never imports the handlers."""

import json
from dataclasses import dataclass
from pathlib import Path

from infra.config import ROOT

DOCUMENT = ROOT / "docs" / "api" / "openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


@dataclass(frozen=True)
class Route:
    """One route key of API Gateway (`GET /customers/{id}`) and the function that answers it."""

    key: str
    function: str


def read_routes(document: Path = DOCUMENT) -> tuple[Route, ...]:
    """All operations of the document, in its order. Raises KeyError for one without `x-function`."""
    paths = json.loads(document.read_text())["paths"]
    return tuple(
        Route(f"{method.upper()} {path}", operation["x-function"])
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS
    )
