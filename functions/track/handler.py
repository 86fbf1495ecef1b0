"""Pixels and tracked links. Whoever asks gets a picture, a redirection or the same plain page, never a reason."""

from typing import Any

from regulars.kernel.http.answer import gateway
from regulars.kernel.http.serve import serve
from track.pages import PIXEL, nothing_here
from track.routes import routes

_serve = serve(routes)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What mail programs add to our links is ignored."""
    answer = _serve(event | {"rawQueryString": ""}, context)
    if answer["statusCode"] < 400:
        return answer
    if event.get("routeKey", "").endswith("/t/o/{ref}"):
        return gateway(PIXEL, answer["headers"]["x-correlation-id"])
    return nothing_here(answer)
