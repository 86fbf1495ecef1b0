"""Signing in and out."""

from collections.abc import Callable

from console import render, security
from console.forms import Form
from console.routing import Pages
from console.web import Reply, Request, redirect
from regulars.kernel.errors import NotFoundError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.platform import (
    NewPasswordNeeded,
    SignedIn,
    answer_new_password,
    renew_session,
    sign_in,
    sign_out,
)

PAGES = Pages()


@PAGES.get("/console/sign-in", permission=Permission.PUBLIC)
def ask(request: Request) -> Reply:
    """The form. In the local stage a token in the address signs in at once."""
    token = request.query.get("token", "")
    if token and security.is_local():
        return redirect(_next(request.query), cookies=security.session_cookies(token))
    expired = request.query.get("why") == "expired"
    form = Form(
        {"email": "", "password": ""}, {}, "Your session has ended. Sign in again." if expired else ""
    )
    return _page(request, form, _next(request.query))


@PAGES.post("/console/sign-in", permission=Permission.PUBLIC)
def enter(request: Request) -> Reply:
    """Checks the password, or sets a new one when the first was somebody else's choice."""
    given = request.form
    form = Form({"email": given.get("email", ""), "password": "", "new_password": ""})
    challenge = given.get("challenge", "")
    try:
        outcome = _outcome(given, challenge)
    except NotFoundError:
        raise
    except RegularsError as error:
        refused = form.refused(error, {"password": "new_password" if challenge else "password"})
        return _page(request, refused, _next(given), challenge, error.status)
    if isinstance(outcome, NewPasswordNeeded):
        return _page(request, form, _next(given), outcome.session)
    return redirect(_next(given), cookies=security.session_cookies(outcome.id_token, outcome.refresh_token))


def _outcome(given: dict[str, str], challenge: str) -> SignedIn | NewPasswordNeeded:
    if challenge:
        return answer_new_password(given.get("email", ""), challenge, given.get("new_password", ""))
    return sign_in(given.get("email", ""), given.get("password", ""))


@PAGES.post("/console/sign-out", permission=Permission.PUBLIC)
def leave(request: Request) -> Reply:
    """Ends the session here and, where there is one, at the user pool."""
    if refresh := request.cookies.get(security.REFRESH):
        _quietly(lambda: sign_out(refresh))
    return redirect("/console/sign-in", cookies=security.end_cookies())


def renewed(request: Request) -> tuple[str, ...]:
    """Cookies of a fresh session in place of one that has expired; none when it cannot be renewed."""
    refresh = request.cookies.get(security.REFRESH)
    if not refresh:
        return ()
    try:
        return security.session_cookies(renew_session(refresh).id_token)
    except RegularsError:
        return ()


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except RegularsError:
        return  # the cookies go in any case; what is left ends by itself


def _next(given: dict[str, str]) -> str:
    return security.safe_next(given.get("next", "/console"))


def _page(request: Request, form: Form, to: str, challenge: str = "", status: int = 200) -> Reply:
    theme = request.cookies.get("regulars_theme", "")
    values = {"shell": {"theme": theme if theme in {"light", "dark"} else ""}, "title": "Sign in"}
    text = render.page("pages/signin.html", values | {"form": form, "next": to, "challenge": challenge})
    return Reply(status, text)
