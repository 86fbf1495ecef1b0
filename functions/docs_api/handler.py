"""Serves the description, and answers 404 or 405 as problem+json where API Gateway found no route.

It does not use `serve`: it needs no table, so it has no right to one.
"""

from typing import Any

from docs_api.routes import method_answers, routes
from regulars.kernel.errors import MethodNotAllowedError, NotFoundError
from regulars.kernel.http.answer import Answer, gateway, problem
from regulars.kernel.logs import logger

_log = logger("docs")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Payload format 2.0."""
    correlation = event["requestContext"].get("requestId", "")
    route = routes.table.get(event.get("routeKey", ""))
    answer: Answer = route.run() if route else _unmatched(event, correlation)
    _log.info("answered", extra={"route": event.get("routeKey"), "status": answer.status})
    return gateway(answer, correlation)


def _unmatched(event: dict[str, Any], correlation: str) -> Answer:
    http = event["requestContext"]["http"]
    plain = "/" + http["path"].strip("/")
    if http["method"] == "GET" and plain != http["path"]:
        return Answer(308, "", {"location": plain})
    allowed = method_answers(http["path"])
    if not allowed:
        return problem(NotFoundError("there is no such path"), correlation)
    answer = problem(MethodNotAllowedError(f"{http['method']} does not exist here"), correlation)
    answer.headers["allow"] = ", ".join(allowed)
    return answer
