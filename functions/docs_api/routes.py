"""`GET /openapi.json` and `GET /docs`: for everybody, without a credential."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from regulars.kernel.http.answer import Answer
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission

HERE = Path(__file__).parent
routes = Routes("docs_api", tag="docs")
_FIVE_MINUTES = "public, max-age=300"


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document that was generated with this version."""
    found: dict[str, Any] = json.loads((HERE / "openapi.json").read_text())
    return found


@routes.get("/openapi.json", permission=Permission.PUBLIC, raw=True)
def get_openapi() -> Answer:
    """The OpenAPI 3.1 document of this API."""
    return Answer(200, json.dumps(document(), ensure_ascii=False), {"cache-control": _FIVE_MINUTES})


@routes.get("/docs", permission=Permission.PUBLIC, raw=True)
def get_docs() -> Answer:
    """The same document as a page to read and to try."""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Regulars API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/assets/mark.svg">'
        '<link rel="stylesheet" href="/assets/swagger-ui.css"></head><body><main id="docs"></main>'
        '<script src="/assets/swagger-ui.js"></script><script type="module" src="/assets/docs.js"></script></body></html>'
    )
    policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "cache-control": _FIVE_MINUTES,
    }
    return Answer(200, page, headers)


def method_answers(path: str) -> list[str]:
    """The methods that exist on a path, by the document; empty when the path itself does not exist."""
    parts = path.strip("/").split("/")
    for template, operations in document()["paths"].items():
        names = template.strip("/").split("/")
        if len(names) == len(parts) and all(
            name == part or (name.startswith("{") and part) for name, part in zip(names, parts, strict=True)
        ):
            return sorted(method.upper() for method in operations)
    return []
