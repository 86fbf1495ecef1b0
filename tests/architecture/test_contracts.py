"""What is generated matches the code, and every route is guarded."""

import json
import re
from typing import Any

import pytest

from regulars.kernel.permissions import OF_CUSTOMER, Permission, Role, of_role
from regulars_cli.generate import OPENAPI, SCHEMAS, event_schemas, openapi_document

PUBLIC = (
    {"GET /openapi.json", "GET /docs", "GET /snippet.js", "POST /webhooks/sns"}
    | {f"{method} /{page}/{{ref}}" for method in ("GET", "HEAD", "POST") for page in ("u", "p", "confirm")}
    | {"GET /v/{ref}", "GET /t/o/{ref}"}
    | {f"{method} {path}" for method in ("GET", "HEAD") for path in ("/t/c/{ref}/{link}", "/s/{code}")}
)
DOCUMENT = openapi_document()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def test_the_openapi_document_is_what_the_code_says() -> None:
    assert json.loads(OPENAPI.read_text()) == json.loads(json.dumps(DOCUMENT)), "run `make generate`"


def test_the_event_schemas_are_what_the_code_says() -> None:
    published = {path.stem: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    assert published == json.loads(json.dumps(event_schemas())), "run `make generate`"


@pytest.mark.parametrize(("key", "operation"), OPERATIONS, ids=[key for key, _ in OPERATIONS])
def test_every_route_declares_who_may_call_it(key: str, operation: dict[str, Any]) -> None:
    permission = Permission(operation["x-permission"])
    assert (permission is Permission.PUBLIC) == (key in PUBLIC)
    if permission is Permission.PUBLIC:
        return
    assert {"401", "403"} <= set(operation["responses"])
    reading = permission.value.endswith(":read")
    assert not (reading and key.split()[0] in ("PUT", "PATCH", "DELETE")), (
        "a read permission must not change anything"
    )


@pytest.mark.parametrize(("key", "operation"), OPERATIONS, ids=[key for key, _ in OPERATIONS])
def test_every_operation_is_described(key: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["operationId"]
    assert re.fullmatch(r"[A-Z]+ (/[a-z0-9_.{}-]+)+", key)


def test_operation_ids_are_unique() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_roles_grow_from_viewer_to_owner() -> None:
    viewer, owner = of_role(Role.VIEWER), of_role(Role.OWNER)
    assert all(viewer <= of_role(role) <= owner for role in Role)
    assert not any(permission.value.endswith((":write", ":delete")) for permission in viewer)
    assert Permission.TENANTS_ADMIN not in owner
    assert owner >= OF_CUSTOMER
