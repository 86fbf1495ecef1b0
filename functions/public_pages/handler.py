"""Lambda: the pages behind the links in messages. Whoever follows one gets a page, never a machine's answer."""

from typing import Any

from public_pages.routes import routes
from public_pages.visits import neutral, notice
from regulars.kernel.http.answer import gateway
from regulars.kernel.http.serve import serve

_answer = serve(routes)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One request. What cannot be read gets the page of every bad link; what failed says so, and is tried again by mail
    programs."""
    answer = _answer(event, context)
    if not answer["headers"].get("content-type", "").startswith("application/problem+json"):
        return answer
    status = int(answer["statusCode"])
    page = neutral(event) if status < 500 else notice("trouble", event, status)
    return gateway(page, answer["headers"]["x-correlation-id"])
