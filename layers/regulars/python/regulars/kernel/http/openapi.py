"""OpenAPI 3.1 of route tables: generated, never written by hand, and checked for drift by a test."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from regulars.kernel.http.routes import Route, Routes
from regulars.kernel.permissions import Permission

_REF = "#/components/schemas/{model}"
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Stable identifier of the kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "correlation_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901) or parameter name"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_MEANINGS = {
    400: "The request cannot be read",
    401: "No valid credential",
    403: "The credential does not permit that",
    404: "Not found",
    405: "The method does not exist on this path",
    409: "The current state does not allow that",
    410: "Deleted",
    412: "It has changed since it was read",
    413: "The body is too large",
    415: "Not application/json",
    422: "Some fields cannot be accepted",
    429: "Too many requests",
    503: "Try again in a moment",
}


def openapi(tables: Iterable[Routes], version: str) -> dict[str, Any]:
    """The document of all route tables."""
    routes = sorted(
        ((table.function, route) for table in tables for route in table.table.values()),
        key=lambda pair: (pair[1].path, pair[1].method),
    )
    schemas, components = _schemas([route for _, route in routes])
    paths: dict[str, dict[str, Any]] = {}
    for function, route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(function, route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Regulars",
            "version": version,
            "description": "Customer engagement: customers, orders, behaviour and messages.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"key": []}],
        "paths": paths,
        "components": {
            "schemas": components | {"Problem": _PROBLEM},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            },
        },
    }


Schemas = dict[tuple[Any, str], dict[str, Any]]


def _schemas(routes: list[Route]) -> tuple[Schemas, dict[str, Any]]:
    wanted: dict[tuple[Any, Any], None] = {}
    for route in routes:
        if route.body is not None:
            wanted[route.body, "validation"] = None
        if route.answer is not None:
            wanted[route.answer, "serialization"] = None
    found, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return {key: dict(value) for key, value in found.items()}, definitions.get("$defs", {})


def _operation(function: str, route: Route, schemas: Schemas) -> dict[str, Any]:
    lines = (route.run.__doc__ or route.run.__name__.replace("_", " ")).strip().split("\n", 1)
    operation: dict[str, Any] = {
        "operationId": route.run.__name__,
        "summary": lines[0].rstrip("."),
        "tags": [route.tag],
        "x-function": function,
        "x-permission": route.permission.value,
        "parameters": _parameters(route),
        "responses": _responses(route, schemas),
    }
    if len(lines) > 1 and lines[1].strip():
        operation["description"] = re.sub(r"\s+", " ", lines[1]).strip()
    if route.permission is Permission.PUBLIC:
        operation["security"] = []
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[route.body, "validation"]}},
        }
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query is not None:
        schema = route.query.model_json_schema()
        for name, field in schema.get("properties", {}).items():
            found.append(
                {
                    "name": name,
                    "in": "query",
                    "required": name in schema.get("required", ()),
                    "description": field.get("description", ""),
                    "schema": _inline(field, schema.get("$defs", {})),
                }
            )
    if route.method == "GET" and route.answer is not None:
        found.append(_text_parameter("query", "fields", "Only these fields, separated by commas"))
    if route.method == "POST" and route.permission is not Permission.PUBLIC:
        found.append(
            _text_parameter("header", "Idempotency-Key", "The same key and body give the same answer, once")
        )
    if 412 in route.errors:
        found.append(_text_parameter("header", "If-Match", "Only if the ETag is still this"))
    return found


def _text_parameter(where: str, name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": False,
        "description": description,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }


def _inline(field: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A parameter's schema without references: null means leaving it out."""
    if "$ref" in field:
        return definitions[field["$ref"].rpartition("/")[2]]
    options = [option for option in field.get("anyOf", ()) if option.get("type") != "null"]
    rest = {
        key: value for key, value in field.items() if key not in {"anyOf", "title", "default", "description"}
    }
    if len(options) == 1:
        return _inline(options[0], definitions) | rest
    return rest | ({"default": field["default"]} if field.get("default") is not None else {})


def statuses(route: Route) -> list[int]:
    """Every status an operation can answer with, beside its success."""
    if route.raw and route.permission is Permission.PUBLIC and not route.query:
        return sorted(route.errors)
    found = {400, 404, 422, *route.errors}
    if route.permission is not Permission.PUBLIC:
        found |= {401, 403, 503}
    if route.body is not None:
        found |= {413, 415}
    if route.method != "GET":
        found |= {409, 503}
    return sorted(found)


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): _success(route, schemas)}
    for status in statuses(route):
        responses[str(status)] = {
            "description": _MEANINGS[status],
            "content": _problem_of(route),
        }
    return responses


def _problem_of(route: Route) -> dict[str, Any]:
    """Problem details; a page where people follow links."""
    if route.raw and route.permission is Permission.PUBLIC and route.method in {"GET", "HEAD"}:
        return {"text/html": {"schema": {"type": "string"}}}
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _success(route: Route, schemas: Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done" if route.method != "GET" else "Found"}
    if route.raw:
        success["content"] = {"*/*": {"schema": {}}}
    elif route.answer is not None:
        whole = schemas[route.answer, "serialization"]
        schema: dict[str, Any] = whole
        if route.method == "GET":
            part = {"type": "object", "description": "With `fields`: only those"}
            schema = {"anyOf": [whole, part]}
        success["content"] = {"application/json": {"schema": schema}}
    return success
