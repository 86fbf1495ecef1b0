"""The id tokens that Cognito signs (RS256). Only the authorizer imports this: it loads cryptography.

Public keys come from the pool's own address, never from where a token points (`jku`, `x5u`, `jwk` and the like are not read).
"""

import json
import time
import urllib.request
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from regulars.kernel.errors import UnavailableError
from regulars.kernel.settings import SignInSettings, VerifyStaffSettings
from regulars.platform.tokens import RefusedError, Token, check_claims, decode_part

# An unknown key id makes us look for new keys, but not more often than this (seconds): tokens can be made up for free.
_LOOK_AGAIN = 30.0


class PublicKeys:
    """The pool's public keys by key id, fetched when first needed and when an unknown id appears."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched = -_LOOK_AGAIN

    def find(self, key_id: object) -> RSAPublicKey:
        """Raises RefusedError("invalid") for an unknown id, UnavailableError when the keys cannot be fetched."""
        if not isinstance(key_id, str):
            raise RefusedError("invalid")
        if key_id not in self._keys and time.monotonic() - self._fetched >= _LOOK_AGAIN:
            self._keys = {key["kid"]: _public_key(key) for key in self._fetch() if _is_ours(key)}
            self._fetched = time.monotonic()
        if key_id not in self._keys:
            raise RefusedError("invalid")
        return self._keys[key_id]

    def _fetch(self) -> list[dict[str, Any]]:
        try:
            with urllib.request.urlopen(self._url, timeout=3) as answer:  # noqa: S310  (from our settings)
                keys: list[dict[str, Any]] = json.load(answer)["keys"]
                return keys
        except OSError as error:
            raise UnavailableError("the keys of the user pool cannot be read") from error


def _is_ours(key: dict[str, Any]) -> bool:
    return key.get("kty") == "RSA" and key.get("use") == "sig" and key.get("alg") == "RS256"


def _public_key(key: dict[str, Any]) -> RSAPublicKey:
    modulus, exponent = (int.from_bytes(decode_part(key[name])) for name in ("n", "e"))
    return RSAPublicNumbers(exponent, modulus).public_key()


_public_keys: dict[str, PublicKeys] = {}


def staff_claims(token: Token, now: datetime) -> dict[str, Any]:
    """The claims of an id token of our user pool and client. Raises RefusedError, UnavailableError."""
    if token.header.get("alg") != "RS256":
        raise RefusedError("invalid")
    settings = VerifyStaffSettings.load()
    keys = _public_keys.setdefault(settings.jwks_url, PublicKeys(settings.jwks_url))
    try:
        keys.find(token.header.get("kid")).verify(token.signature, token.signed, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise RefusedError("invalid") from error
    client_id = SignInSettings.load().user_pool_client_id
    check_claims(token, issuer=settings.user_pool_issuer, audience=client_id, now=now)
    if token.claims.get("token_use") != "id" or not isinstance(token.claims.get("sub"), str):
        raise RefusedError("invalid")
    return token.claims
