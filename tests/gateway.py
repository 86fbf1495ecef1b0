"""API Gateway in process: a WSGI application over the handlers, for fuzzing and measuring them without a deployment."""

import importlib
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from regulars_cli.generate import openapi_document

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Gateway:
    """Matches a request as an HTTP API does (literal segments before variables) and calls the function of the route."""

    def __init__(self, authorizer: dict[str, str]) -> None:
        """`authorizer` is the context of every call: the verified caller."""
        self.authorizer = authorizer
        self.document = openapi_document()
        self.routes: list[tuple[str, re.Pattern[str], str, str]] = []
        for path, operations in self.document["paths"].items():
            form = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path) + r"\Z")
            for method, operation in operations.items():
                self.routes.append((method.upper(), form, path, operation["x-function"]))
        self.routes.sort(key=lambda route: route[2].count("{"))

    def call(
        self,
        method: str,
        path: str,
        *,
        body: str | None = None,
        query: str = "",
        headers: dict[str, str] | None = None,
        authorizer: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """One request; the answer in payload format 2.0."""
        for verb, form, template, function in self.routes:
            if verb == method and (match := form.match(path)):
                params = {name: unquote(value) for name, value in match.groupdict().items()}
                event = self._event(
                    method, path, f"{verb} {template}", params, body, query, headers or {}, authorizer
                )
                return self._handler(function)(event, None)
        event = self._event(method, path, "$default", {}, body, query, headers or {}, authorizer)
        return self._handler("docs_api")(event, None)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        answer = self.call(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            body=body.decode("utf-8", "surrogateescape") if body else None,
            query=environ.get("QUERY_STRING", ""),
            headers=headers,
        )
        start_response(f"{answer['statusCode']} X", list(answer["headers"].items()))
        return [answer.get("body", "").encode()]

    def _event(
        self,
        method: str,
        path: str,
        key: str,
        params: dict[str, str],
        body: str | None,
        query: str,
        headers: dict[str, str],
        authorizer: dict[str, str] | None,
    ) -> dict[str, Any]:
        return {
            "version": "2.0",
            "routeKey": key,
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "pathParameters": params,
            "requestContext": {
                "requestId": "req-1",
                "http": {"method": method, "path": path, "sourceIp": "127.0.0.1", "userAgent": "test"},
                "authorizer": {"lambda": self.authorizer if authorizer is None else authorizer},
            },
            "body": body,
            "isBase64Encoded": False,
        }

    @staticmethod
    def _handler(function: str) -> Handler:
        found: Handler = importlib.import_module(f"{function}.handler").handler
        return found


def operations() -> dict[str, bool]:
    """`GET /customers` and so on: everything in the document, and whether it takes any input."""
    paths = openapi_document()["paths"]
    return {
        f"{method.upper()} {path}": bool(operation["parameters"] or "requestBody" in operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
