"""Lambda: who may open an inbox. A WebSocket of a browser carries no headers of its own, so the customer's short-lived token
comes as `?token=`; API Gateway keeps no log of it."""

from typing import Any

from regulars.kernel.clock import SystemClock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.logs import logger
from regulars.platform.admission import Admitted, admit_bearer
from regulars.platform.tokens import RefusedError

_log = logger("authorize_inbox")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A policy for this one connection, with the caller as its context; customers only."""
    begin_work(Work(event["requestContext"].get("requestId", "")))
    token = (event.get("queryStringParameters") or {}).get("token") or ""
    try:
        admitted = admit_bearer(token, SystemClock().now())
    except RefusedError as refused:
        _log.info("refused", extra={"refusal": refused.reason})
        return _policy(event, None)
    return _policy(event, admitted if admitted.kind == "customer" else None)


def _policy(event: dict[str, Any], admitted: Admitted | None) -> dict[str, Any]:
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Deny" if admitted is None else "Allow",
        "Resource": event["methodArn"],
    }
    answer: dict[str, Any] = {
        "principalId": admitted.id if admitted else "nobody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    if admitted is not None and admitted.tenant is not None:
        answer["context"] = {
            "tenant": admitted.tenant.id,
            "caller_kind": admitted.kind,
            "caller_id": admitted.id,
        }
    return answer
