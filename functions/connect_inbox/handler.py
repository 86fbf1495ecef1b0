"""Lambda: the beginning and the end of each connection of an open inbox. Whose it is, the authorizer has said at `$connect`."""

from typing import Any

from regulars.kernel.clock import clock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.http.caller import Caller
from regulars.kernel.logs import logger
from regulars.messaging.inbox_socket_store import forget_connection, note_connection

_clock = clock()
_log = logger("connect_inbox")


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """API Gateway looks at the status of `$connect` alone."""
    asked = event["requestContext"]
    caller = Caller.of(asked.get("authorizer") or {})
    if caller.tenant is None:
        return {"statusCode": 403}
    begin_work(Work(asked.get("requestId", ""), "", caller.tenant.id, f"customer:{caller.id}"))
    match asked.get("eventType"):
        case "CONNECT":
            note_connection(caller.tenant, caller.id, asked["connectionId"], _clock.now())
        case "DISCONNECT":
            forget_connection(caller.tenant, caller.id, asked["connectionId"])
    _log.info("connection", extra={"what": asked.get("eventType")})
    return {"statusCode": 200}
