"""API Gateway events (payload format 2.0) as the functions get them."""

import json
from typing import Any
from urllib.parse import urlencode

OWNER = {"caller_kind": "staff", "caller_id": "stf_01", "role": "owner"}


def http_event(
    route_key: str,
    *,
    caller: dict[str, str] | None = None,
    tenant: str = "",
    body: Any = None,
    raw_body: str | None = None,
    query: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One request that API Gateway has matched to `route_key` and the authorizer has looked at."""
    method, path = route_key.split(" ", 1)
    for name, value in (params or {}).items():
        path = path.replace("{" + name + "}", value)
    context = dict(caller) if caller is not None else {"refusal": "missing"}
    if tenant:
        context = OWNER | context | {"tenant": tenant}
        context.pop("refusal", None)
    return {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"content-type": "application/json"} | (headers or {}),
        "pathParameters": params or {},
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": path},
            "authorizer": {"lambda": context},
        },
        "body": raw_body if raw_body is not None else (None if body is None else json.dumps(body)),
        "isBase64Encoded": False,
    }


def answer_body(answer: dict[str, Any]) -> Any:
    """The JSON of an answer."""
    return json.loads(answer["body"])
