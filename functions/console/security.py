"""The session cookie, and the proof that a form was sent by one of our own pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from regulars.kernel.errors import ForbiddenError
from regulars.kernel.settings import PublicSettings, StageSettings

COOKIE = "regulars_session"
REFRESH = "regulars_refresh"
SESSION_SECONDS = 30 * 86_400


def session_cookies(token: str, refresh_token: str | None = None) -> tuple[str, ...]:
    """Keeps an id token, and what renews it, in the browser, out of reach of scripts. The token says itself when it ends."""
    kept = [_cookie(COOKIE, token, "/")]
    if refresh_token:
        kept.append(_cookie(REFRESH, refresh_token, "/console"))
    return tuple(kept)


def end_cookies() -> tuple[str, ...]:
    """Forgets the session."""
    return (_cookie(COOKIE, "", "/", 0), _cookie(REFRESH, "", "/console", 0))


def _cookie(name: str, value: str, path: str, seconds: int = SESSION_SECONDS) -> str:
    secure = "" if is_local() else "; Secure"
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def is_local() -> bool:
    """Whether this is the local stage, where tokens may come in the address and there is no TLS."""
    return StageSettings.load().stage == "local"


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """Raise ForbiddenError unless the form was sent from this origin.

    Browsers name the origin of every POST, or at least its site; a request with neither comes from no browser and
    so carries no one's cookie unknowingly.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForbiddenError("this form was sent from another site")
    origin = headers.get("origin")
    if origin is not None and site is None and urlsplit(origin).netloc not in _own_hosts(headers):
        raise ForbiddenError("this form was sent from another site")


def _own_hosts(headers: Mapping[str, str]) -> set[str]:
    named = {headers.get("host", ""), urlsplit(PublicSettings.load().public_url).netloc}
    return {host for host in named if host}


def safe_next(address: str) -> str:
    """`address` if it is a page of the console, else home: a link must not lead elsewhere after signing in."""
    return (
        address
        if address.startswith("/console") and "\\" not in address and "//" not in address
        else "/console"
    )
