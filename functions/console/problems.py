"""Errors as a person sees them: a page that says what to do next, or a toast where only a part was asked for."""

from typing import Any

from console import render, shell
from console.web import Reply, Request, toast_header
from regulars.kernel.errors import RegularsError
from regulars.kernel.logs import logger

_log = logger("console")
_HEADINGS = {
    403: ("shield", "Not yours to open"),
    404: ("search-x", "Nothing at this address"),
    409: ("circle-alert", "That cannot be done now"),
    410: ("trash-2", "It has been deleted"),
}
_OTHER = ("circle-alert", "That did not work")


def reply(request: Request | None, error: RegularsError, correlation: str) -> Reply:
    """The answer to a request that failed; our own failures (5xx) say nothing but the correlation id."""
    text = (
        error.detail
        if error.status < 500
        else "Something failed on our side, and it has been recorded. Try again in a moment."
    )
    text = text[:1].upper() + text[1:]
    if request is not None and request.by_htmx:
        return Reply(error.status, "", {"hx-reswap": "none"} | toast_header(text, bad=True))
    icon, heading = _HEADINGS.get(error.status, _OTHER)
    values: dict[str, Any] = {
        "icon": icon,
        "heading": heading,
        "text": text if text.endswith((".", "!", "?")) else text + ".",
        "correlation": correlation if error.status >= 500 else "",
    }
    if request is not None and request.caller.tenant is not None:
        try:
            return shell.show(
                request, "pages/problem.html", title=heading, status=error.status, framed=True, **values
            )
        except Exception:  # noqa: BLE001  (the outermost edge)
            _log.exception("the frame of an error page failed")
    plain = {"shell": {"theme": ""}, "title": heading, "framed": False}
    return Reply(error.status, render.page("pages/problem.html", plain | values))
