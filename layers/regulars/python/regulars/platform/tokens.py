"""JSON Web Tokens (RFC 7515, 7519), read strictly: what is not in its one canonical form is refused.

Only signatures with a shared key (HS256) are checked here; the asymmetric ones of staff are in `staff_tokens`, so that no
API function loads cryptography (30 ms). Which algorithm counts is the verifier's choice, never the token's.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from regulars.kernel.errors import UnauthenticatedError

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")
_LONGEST = 8192
# How far another machine's clock may be ahead of ours, in seconds.
_SKEW = 60


class RefusedError(UnauthenticatedError):
    """A credential that does not count. `reason`: invalid, expired, revoked, removed, suspended, missing, cross-site."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart; nothing of it is verified yet. `signed` is what `signature` signs."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def read_token(text: str) -> Token:
    """Take a compact JWS apart. Raises RefusedError("invalid")."""
    if len(text) > _LONGEST or not _FORM.match(text):
        raise RefusedError("invalid")
    head, payload, signature = text.split(".")
    header = _object(head)
    if "crit" in header:
        raise RefusedError("invalid")
    return Token(header, _object(payload), f"{head}.{payload}".encode(), decode_part(signature))


def check_shared(token: Token, key: bytes) -> None:
    """The token must be signed by HS256 with `key`. Raises RefusedError("invalid")."""
    expected = hmac.digest(key, token.signed, hashlib.sha256)
    if token.header.get("alg") != "HS256" or not hmac.compare_digest(expected, token.signature):
        raise RefusedError("invalid")


def check_claims(token: Token, *, issuer: str, audience: str, now: datetime) -> None:
    """Issuer, audience and times. Raises RefusedError: "expired" for a token that was good once, else "invalid"."""
    claims = token.claims
    seconds = now.timestamp()
    if claims.get("iss") != issuer or claims.get("aud") != audience:
        raise RefusedError("invalid")
    expires, issued, not_before = (claims.get(name, 0) for name in ("exp", "iat", "nbf"))
    if any(type(moment) is not int for moment in (expires, issued, not_before)):
        raise RefusedError("invalid")
    if issued > seconds + _SKEW or not_before > seconds + _SKEW:
        raise RefusedError("invalid")
    if seconds >= expires:
        raise RefusedError("expired")


def sign_shared(claims: dict[str, Any], key: bytes) -> str:
    """A token of these claims, signed by HS256 with `key`."""
    signed = f"{_text({'alg': 'HS256', 'typ': 'JWT'})}.{_text(claims)}"
    return f"{signed}.{_encode(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(decode_part(part), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError("invalid") from error
    if not isinstance(value, dict):
        raise RefusedError("invalid")
    return value


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


def decode_part(part: str) -> bytes:
    """Base 64 decoded; the unused last bits must be zero, so that no two texts are one token."""
    try:
        value = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise RefusedError("invalid") from error
    if _encode(value) != part:
        raise RefusedError("invalid")
    return value


def _text(value: dict[str, Any]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
