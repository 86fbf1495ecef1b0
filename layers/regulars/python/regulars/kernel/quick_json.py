"""Requests and answers as the JSON they are.

botocore walks every value by the shape of its operation, twice: 60 µs for an item that the JSON encoder writes in six. For
DynamoDB and for bulk mail the walk changes nothing but bytes, which become base 64. Signing, retries, errors and hooks stay
botocore's own. The rooms below use names of botocore's that are not public: `tests/unit/kernel/test_quick_json.py` compares
both ways and fails when they move.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any


def _base64(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no JSON form")


# In the least characters; bytes as DynamoDB has them.
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, default=_base64
).encode
# Of these services, the operations whose input is all body and all JSON.
OPERATIONS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {"BatchGetItem", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "TransactWriteItems"}
    ),
    "sesv2": frozenset({"SendBulkEmail"}),
}


def quicken(client: Any) -> Any:
    """The same client, which writes and reads JSON at once where that is all there is to do."""
    service = client.meta.service_model
    quick = OPERATIONS.get(service.service_name)
    if quick is None:
        return client
    for name in quick:
        # What the endpoint might depend on, were tables named by their ARN: found by a walk through all items.
        service.operation_model(name).operation_context_parameters = []
    # What names us to the service is the same for every call.
    agent = client._user_agent_creator.to_string()
    client._user_agent_creator.to_string = lambda: agent
    write = _without_bytes if service.service_name == "sesv2" else _with_base64
    client._serializer = _Serializer(client._serializer, quick, write)
    client._endpoint._response_parser_factory = _Parsers(client._endpoint._response_parser_factory, quick)
    return client


def _with_base64(parameters: Any) -> bytes:
    return _encode(parameters).encode()


def _without_bytes(parameters: Any) -> bytes:
    # Five times as fast, but its base 64 is not that of AWS. Loaded only by who sends mail.
    from pydantic_core import to_json

    made: bytes = to_json(parameters)
    return made


class _Serializer:
    def __init__(self, usual: Any, quick: frozenset[str], write: Callable[[Any], bytes]) -> None:
        self._usual, self._quick, self._write = usual, quick, write
        self._empty: dict[str, dict[str, Any]] = {}

    def serialize_to_request(self, parameters: Any, operation: Any) -> dict[str, Any]:
        if operation.name not in self._quick:
            made: dict[str, Any] = self._usual.serialize_to_request(parameters, operation)
            return made
        request = self._empty.get(operation.name)
        if request is None:
            # Without the check of parameters that may be around it: the service checks them, and this has none.
            bare = getattr(self._usual, "_serializer", self._usual)
            request = self._empty[operation.name] = bare.serialize_to_request({}, operation)
        headers = {"Content-Type": "application/json", **request["headers"]}
        return request | {"headers": headers, "body": self._write(parameters)}


class _Parsers:
    """Stands in for botocore's factory of parsers."""

    def __init__(self, usual: Any, quick: frozenset[str]) -> None:
        self._usual, self._quick = usual, quick
        self._made: dict[Any, _Parser] = {}

    def create_parser(self, protocol: Any) -> "_Parser":
        if protocol not in self._made:
            self._made[protocol] = _Parser(self._usual.create_parser(protocol), self._quick)
        return self._made[protocol]

    def set_parser_defaults(self, **defaults: Any) -> None:
        self._usual.set_parser_defaults(**defaults)
        self._made.clear()


class _Parser:
    def __init__(self, usual: Any, quick: frozenset[str]) -> None:
        self._usual, self._quick = usual, quick

    def parse(self, response: dict[str, Any], shape: Any) -> dict[str, Any]:
        operation = response.get("context", {}).get("operation_name")
        if response["status_code"] >= 300 or operation not in self._quick:
            parsed: dict[str, Any] = self._usual.parse(response, shape)
            return parsed
        body = response["body"]
        bytes_inside = b'"B":' in body or b'"BS":' in body or b'"B" :' in body
        answer: dict[str, Any] = json.loads(body, object_hook=_with_bytes if bytes_inside else None)
        headers = {str(name).lower(): value for name, value in response["headers"].items()}
        answer["ResponseMetadata"] = {
            "RequestId": headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": response["status_code"],
            "HTTPHeaders": headers,
        }
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._usual, name)


def _with_bytes(found: dict[str, Any]) -> dict[str, Any]:
    """An attribute value of bytes; a map's entry that happens to be called `B` holds no text."""
    if len(found) == 1:
        if isinstance(text := found.get("B"), str):
            return {"B": base64.b64decode(text)}
        if isinstance(texts := found.get("BS"), list):
            return {"BS": [base64.b64decode(one) for one in texts]}
    return found
