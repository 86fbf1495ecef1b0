"""Where a request carries its credential: the Authorization header, X-Api-Key, or the console's session cookie."""

from dataclasses import dataclass
from typing import Any, Literal

from regulars.platform.tokens import RefusedError

Event = dict[str, Any]
COOKIE = "regulars_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credential:
    """What was sent, not verified."""

    kind: Literal["bearer", "key", "cookie"]
    text: str


def credential_of(event: Event) -> Credential:
    """The request's credential; the first of header, key and cookie counts. Raises RefusedError when there is none, or a
    cookie comes with a change that another site's page asks for (a browser says so in Sec-Fetch-Site)."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if authorization := headers.get("authorization"):
        scheme, _, text = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise RefusedError("invalid")
        return Credential("bearer", text.strip())
    if key := headers.get("x-api-key"):
        return Credential("key", key.strip())
    if cookie := _cookie(event.get("cookies") or headers.get("cookie", "").split(";")):
        if _method(event) not in _SAFE and headers.get("sec-fetch-site", "none") not in {
            "none",
            "same-origin",
        }:
            raise RefusedError("cross-site")
        return Credential("cookie", cookie)
    raise RefusedError("missing")


def _cookie(cookies: list[str]) -> str:
    for cookie in cookies:
        name, _, value = cookie.strip().partition("=")
        if name == COOKIE:
            return value.strip().strip('"')
    return ""


def _method(event: Event) -> str:
    return str(event.get("requestContext", {}).get("http", {}).get("method", "")).upper()
