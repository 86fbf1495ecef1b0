"""The pages that people reach by a signed link: nothing is asked of them, GET and HEAD change nothing."""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from public_pages import confirming, preferring, unsubscribing, viewing
from public_pages.visits import Guest, guest_of, neutral
from regulars.kernel.http.answer import Answer
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging.preferences.links import Purpose

routes = Routes("public_pages", tag="pages")


class Anything(BaseModel):
    """Whatever mail programs and trackers put behind a link."""

    model_config = ConfigDict(extra="ignore")


@routes.get("/u/{ref}", permission=Permission.PUBLIC, raw=True)
def show_unsubscribe(call: Call, query: Anything) -> Answer:
    """Show the page on which a recipient unsubscribes.

    Nothing changes by looking at it. Every link that leads nowhere gets the same page, which says nothing.
    """
    guest = _guest(call, "unsubscribe")
    return unsubscribing.show(guest) if guest else neutral(call.event or {})


@routes.post("/u/{ref}", permission=Permission.PUBLIC, raw=True)
def unsubscribe(call: Call, query: Anything) -> Answer:
    """Unsubscribe: by the page's button, or by a mail program's one click (RFC 8058).

    The one click is `List-Unsubscribe=One-Click` as a form of either kind, without cookies, as often as it likes.
    """
    guest = _guest(call, "unsubscribe")
    return unsubscribing.act(guest, call.now) if guest else neutral(call.event or {})


@routes.route("HEAD", "/u/{ref}", permission=Permission.PUBLIC, raw=True)
def head_unsubscribe(call: Call, query: Anything) -> Answer:
    """Get the headers of the page on which a recipient unsubscribes."""
    return _without_body(show_unsubscribe(call, query))


@routes.get("/p/{ref}", permission=Permission.PUBLIC, raw=True)
def show_preferences(call: Call, query: Anything) -> Answer:
    """Show the page on which a customer chooses what they get."""
    guest = _guest(call, "preferences")
    return preferring.show(guest) if guest else neutral(call.event or {})


@routes.post("/p/{ref}", permission=Permission.PUBLIC, raw=True)
def choose_preferences(call: Call, query: Anything) -> Answer:
    """Save what a customer chose on their page."""
    guest = _guest(call, "preferences")
    return preferring.act(guest, call.now) if guest else neutral(call.event or {})


@routes.route("HEAD", "/p/{ref}", permission=Permission.PUBLIC, raw=True)
def head_preferences(call: Call, query: Anything) -> Answer:
    """Get the headers of the page on which a customer chooses what they get."""
    return _without_body(show_preferences(call, query))


@routes.get("/confirm/{ref}", permission=Permission.PUBLIC, raw=True)
def show_confirmation(call: Call, query: Anything) -> Answer:
    """Show the page on which somebody confirms that they want to be written to."""
    guest = _guest(call, "confirm")
    return confirming.show(guest, call.now) if guest else neutral(call.event or {})


@routes.post("/confirm/{ref}", permission=Permission.PUBLIC, raw=True)
def confirm_subscription(call: Call, query: Anything) -> Answer:
    """Confirm that one wants to be written to (double opt-in)."""
    guest = _guest(call, "confirm")
    return confirming.act(guest, call.now) if guest else neutral(call.event or {})


@routes.route("HEAD", "/confirm/{ref}", permission=Permission.PUBLIC, raw=True)
def head_confirmation(call: Call, query: Anything) -> Answer:
    """Get the headers of the page on which somebody confirms."""
    return _without_body(show_confirmation(call, query))


@routes.get("/v/{ref}", permission=Permission.PUBLIC, raw=True)
def view_message(call: Call, query: Anything) -> Answer:
    """Show a mail as a page of its own."""
    return viewing.show(call.params["ref"], call.event or {})


def _without_body(page: Answer) -> Answer:
    return replace(page, body="")


def _guest(call: Call, purpose: Purpose) -> Guest | None:
    return guest_of(purpose, call.params["ref"], call.event or {})
