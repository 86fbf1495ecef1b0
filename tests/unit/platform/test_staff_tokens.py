"""Id tokens of the user pool: RS256 by the pool's own keys, whatever the token says."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regulars.kernel.errors import UnavailableError
from regulars.kernel.settings import forget_settings
from regulars.platform import staff_tokens
from regulars.platform.staff_tokens import PublicKeys, staff_claims
from regulars.platform.tokens import RefusedError, read_token

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ISSUED = int(NOW.timestamp())
CLAIMS = {
    "iss": "https://issuer.test",
    "aud": "test-client",
    "sub": "0b5c",
    "token_use": "id",
    "iat": ISSUED,
    "exp": ISSUED + 3600,
}
FETCH = PublicKeys._fetch
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def jwk(key: rsa.RSAPrivateKey, kid: str, **other: str) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {
        "kid": kid,
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "n": encode(numbers.n.to_bytes(256)),
        "e": encode(numbers.e.to_bytes(3)),
    } | other


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"


def signed(
    claims: dict[str, Any], key: rsa.RSAPrivateKey = OURS, header: dict[str, Any] | None = None
) -> str:
    text = unsigned(header or {"alg": "RS256", "kid": "ours"}, claims)
    return f"{text}.{encode(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


@pytest.fixture(autouse=True)
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pool publishes one key; the list tells how often it was asked."""
    asked: list[str] = []

    def fetch(keys: PublicKeys) -> list[dict[str, Any]]:
        asked.append("once")
        return [jwk(OURS, "ours"), jwk(THEIRS, "for-encryption", use="enc")]

    monkeypatch.setattr(PublicKeys, "_fetch", fetch)
    monkeypatch.setattr(staff_tokens, "_public_keys", {})
    return asked


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("USER_POOL_ISSUER", "https://issuer.test")
    monkeypatch.setenv("USER_POOL_CLIENT_ID", "test-client")
    monkeypatch.setenv("JWKS_URL", "https://issuer.test/jwks.json")
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


def verify(text: str, now: datetime = NOW) -> dict[str, Any]:
    return staff_claims(read_token(text), now)


def test_an_id_token_of_the_pool_verifies() -> None:
    assert verify(signed(CLAIMS))["sub"] == "0b5c"


def test_keys_are_fetched_once(fetched: list[str]) -> None:
    for _ in range(3):
        verify(signed(CLAIMS))
    assert len(fetched) == 1


def test_made_up_key_ids_do_not_make_us_fetch_again_and_again(fetched: list[str]) -> None:
    for kid in ("../../etc/passwd", "' OR 1=1 --", "http://evil.test/jwks.json", "x", "y"):
        with pytest.raises(RefusedError):
            verify(signed(CLAIMS, THEIRS, {"alg": "RS256", "kid": kid}))
    assert len(fetched) == 1


@pytest.mark.parametrize("kid", [None, 7, ["ours"], {"ours": 1}])
def test_a_key_id_of_another_type_is_refused(kid: object) -> None:
    with pytest.raises(RefusedError):
        verify(signed(CLAIMS, header={"alg": "RS256", "kid": kid}))


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    header = {"alg": "RS256", "kid": "ours", "jwk": jwk(THEIRS, "ours"), "jku": "https://evil.test/jwks.json"}
    with pytest.raises(RefusedError):
        verify(signed(CLAIMS, THEIRS, header))


def test_a_key_for_another_use_does_not_sign() -> None:
    with pytest.raises(RefusedError):
        verify(signed(CLAIMS, THEIRS, {"alg": "RS256", "kid": "for-encryption"}))


@pytest.mark.parametrize(
    "form", [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), (Encoding.DER, PublicFormat.PKCS1)]
)
def test_the_public_key_is_no_shared_secret(form: tuple[Encoding, PublicFormat]) -> None:
    public = OURS.public_key().public_bytes(*form)
    text = unsigned({"alg": "HS256", "kid": "ours"}, CLAIMS)
    with pytest.raises(RefusedError):
        verify(f"{text}.{encode(hmac.digest(public, text.encode(), hashlib.sha256))}")


@pytest.mark.parametrize("algorithm", ["none", "RS512", "PS256", "ES256", None])
def test_no_other_algorithm_counts(algorithm: object) -> None:
    header = {"alg": algorithm, "kid": "ours"}
    with pytest.raises(RefusedError):
        verify(signed(CLAIMS, header=header))
    with pytest.raises(RefusedError):
        verify(unsigned(header, CLAIMS) + ".")


@pytest.mark.parametrize("bit", [0, 1, 1000, 2047])
def test_a_changed_signature_is_refused(bit: int) -> None:
    text, _, signature = signed(CLAIMS).rpartition(".")
    number = int.from_bytes(base64.urlsafe_b64decode(signature + "==")) ^ (1 << bit)
    with pytest.raises(RefusedError):
        verify(f"{text}.{encode(number.to_bytes(256))}")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://another.test"},
        {"aud": "another-client"},
        {"aud": None},
        {"token_use": "access"},
        {"token_use": None},
        {"sub": None},
    ],
)
def test_tokens_for_others_and_other_purposes_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="invalid"):
        verify(signed(CLAIMS | change))


def test_an_old_token_is_refused_as_expired() -> None:
    with pytest.raises(RefusedError, match="expired"):
        verify(signed(CLAIMS), NOW + timedelta(hours=1))


def test_when_the_keys_cannot_be_read_nobody_is_told_they_are_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(*args: object, **kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr(PublicKeys, "_fetch", FETCH)
    monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(UnavailableError):
        verify(signed(CLAIMS))
