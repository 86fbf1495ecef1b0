"""What goes back over HTTP: an answer, a problem (RFC 9457), and API Gateway's form of both."""

import json
from dataclasses import dataclass, field
from typing import Any

from regulars.kernel.errors import RegularsError, TooManyError

_PROBLEMS = "https://regulars.dev/problems/"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body text and headers (lower-case names); `binary` says that the body is base 64."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    binary: bool = False


def problem(error: RegularsError, correlation: str) -> Answer:
    """RFC 9457 problem details of an error; ours (5xx) say nothing but the correlation id."""
    body: dict[str, Any] = {
        "type": _PROBLEMS + error.slug,
        "title": error.title,
        "status": error.status,
        "detail": error.detail if error.status < 500 else error.title,
        "correlation_id": correlation,
    }
    if error.faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    headers = {"content-type": "application/problem+json"}
    if isinstance(error, TooManyError):
        headers["retry-after"] = str(error.retry_after)
    return Answer(error.status, json.dumps(body, ensure_ascii=False), headers)


def gateway(answer: Answer, correlation: str) -> dict[str, Any]:
    """An answer in payload format 2.0; JSON unless it says otherwise, never cached unless it says so."""
    headers = {
        "x-correlation-id": correlation,
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    } | answer.headers
    if answer.body and "content-type" not in headers:
        headers["content-type"] = "application/json"
    sent: dict[str, Any] = {"statusCode": answer.status, "headers": headers, "body": answer.body}
    if answer.cookies:
        sent["cookies"] = list(answer.cookies)
    if answer.binary:
        sent["isBase64Encoded"] = True
    return sent
