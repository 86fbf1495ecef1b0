"""Routes of tracked links. They are public: what they name is signed, or cannot be guessed."""

from collections.abc import Callable

from regulars.kernel.errors import NotFoundError
from regulars.kernel.http.answer import Answer
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging.tracking.following import (
    Followed,
    address_of,
    follow,
    follow_short,
    target_of,
)
from regulars.messaging.tracking.recording import record_click, record_open
from track.pages import PIXEL, redirection
from track.recorder import beside, or_else

routes = Routes("track", tag="tracking")


@routes.get("/t/o/{ref}", permission=Permission.PUBLIC, raw=True)
def track_open(call: Call) -> Answer:
    """The picture in a mail that tells of its being opened; the same for every reference."""
    target = target_of(call.params["ref"])
    if target is not None:
        beside(lambda: record_open(target, _agent(call), _method(call), call.now))
    return PIXEL


@routes.get("/t/c/{ref}/{link}", permission=Permission.PUBLIC, raw=True, status=302, errors=(404,))
def track_click(call: Call) -> Answer:
    """Redirect to what a link of a message leads to."""
    return _redirected(call, lambda: follow(call.params["ref"], call.params["link"]))


@routes.route("HEAD", "/t/c/{ref}/{link}", permission=Permission.PUBLIC, raw=True, status=302, errors=(404,))
def ask_about_click(call: Call) -> Answer:
    """The same for a machine that asks where a link leads."""
    return _redirected(call, lambda: follow(call.params["ref"], call.params["link"]))


@routes.get("/s/{code}", permission=Permission.PUBLIC, raw=True, status=302, errors=(404,))
def track_short_link(call: Call) -> Answer:
    """Redirect to what a short link of a text message leads to."""
    return _redirected(call, lambda: follow_short(call.params["code"]))


@routes.route("HEAD", "/s/{code}", permission=Permission.PUBLIC, raw=True, status=302, errors=(404,))
def ask_about_short_link(call: Call) -> Answer:
    """The same for a machine that asks where a short link leads."""
    return _redirected(call, lambda: follow_short(call.params["code"]))


def _redirected(call: Call, look_up: Callable[[], Followed | None]) -> Answer:
    followed = look_up()
    if followed is None:
        raise NotFoundError
    beside(lambda: record_click(followed, _agent(call), _method(call), call.now))
    return redirection(or_else(lambda: address_of(followed), followed.url))


def _agent(call: Call) -> str:
    headers = call.event["headers"] if call.event else {}
    return str(headers.get("user-agent", ""))


def _method(call: Call) -> str:
    return str(call.event["requestContext"]["http"]["method"]) if call.event else ""
