"""Pixels and tracked links. Whoever asks gets a picture, a redirection or the same plain page, never a reason."""

from typing import Any

from regulars.kernel.http.serve import serve
from track.pages import nothing_here
from track.routes import routes

_serve = serve(routes)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What mail programs add to our links is ignored."""
    answer = _serve(event | {"rawQueryString": ""}, context)
    return answer if answer["statusCode"] < 400 else nothing_here(answer)
