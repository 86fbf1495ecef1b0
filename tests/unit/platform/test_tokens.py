"""Tokens with a shared key: nothing but the exact text that was signed is accepted."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from regulars.platform.customer_tokens import key_of
from regulars.platform.tokens import (
    RefusedError,
    check_claims,
    check_shared,
    read_token,
    sign_shared,
)

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
KEY = b"k" * 32
ISSUED = int(NOW.timestamp())
CLAIMS = {"iss": "us", "aud": "them", "sub": "somebody", "iat": ISSUED, "exp": ISSUED + 60}


def verify(text: str, *, now: datetime = NOW, key: bytes = KEY) -> dict[str, Any]:
    token = read_token(text)
    check_shared(token, key)
    check_claims(token, issuer="us", audience="them", now=now)
    return token.claims


def forged(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)
    ]
    return ".".join([*parts, signature])


def test_what_was_signed_verifies() -> None:
    assert verify(sign_shared(CLAIMS, KEY))["sub"] == "somebody"


@given(st.data())
def test_any_flipped_bit_refuses(data: st.DataObject) -> None:
    text = sign_shared(CLAIMS, KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    flipped = chr(ord(text[place]) ^ (1 << data.draw(st.integers(0, 7))))

    with pytest.raises(RefusedError):
        verify(text[:place] + flipped + text[place + 1 :])


@given(st.text() | st.text("abcABC019-_.=", max_size=60))
def test_any_text_is_refused_and_never_an_accident(text: str) -> None:
    with pytest.raises(RefusedError):
        verify(text)


@given(st.binary(min_size=1, max_size=64).filter(lambda key: key != KEY))
def test_another_key_refuses(key: bytes) -> None:
    with pytest.raises(RefusedError, match="invalid"):
        verify(sign_shared(CLAIMS, KEY), key=key)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, "HS512", "RS256", 7])
def test_the_token_does_not_choose_its_algorithm(algorithm: object) -> None:
    signed = sign_shared(CLAIMS, KEY)
    with pytest.raises(RefusedError):
        verify(forged({"alg": algorithm}, CLAIMS))
    with pytest.raises(RefusedError):
        verify(forged({"alg": algorithm}, CLAIMS, signed.rsplit(".", 1)[1]))


def test_an_unsigned_token_is_refused() -> None:
    with pytest.raises(RefusedError):
        verify(sign_shared(CLAIMS, KEY).rsplit(".", 1)[0] + ".")


def test_it_ends_at_its_second() -> None:
    text = sign_shared(CLAIMS, KEY)
    assert verify(text, now=NOW + timedelta(seconds=59))
    with pytest.raises(RefusedError, match="expired"):
        verify(text, now=NOW + timedelta(seconds=60))


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "others"},
        {"iss": None},
        {"aud": "others"},
        {"aud": ["them"]},
        {"exp": "9999999999"},
        {"exp": 9e15},
        {"exp": True},
        {"exp": None},
        {"nbf": ISSUED + 3600},
        {"iat": ISSUED + 3600},
    ],
)
def test_wrong_claims_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="invalid"):
        verify(sign_shared(CLAIMS | change, KEY))


def test_without_an_end_it_is_refused() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "exp"}
    with pytest.raises(RefusedError):
        verify(sign_shared(claims, KEY))


def test_a_critical_extension_is_not_ignored() -> None:
    with pytest.raises(RefusedError):
        read_token(forged({"alg": "HS256", "crit": ["exp"]}, CLAIMS, "AAAA"))


def test_an_oversized_or_deep_token_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=")
    with pytest.raises(RefusedError):
        read_token(f"{deep}.{deep}.AAAA")
    with pytest.raises(RefusedError):
        read_token("A" * 9000 + ".AAAA.AAAA")


def test_each_tenant_has_a_key_of_its_own() -> None:
    first, second = (Tenant(new_id("ten", NOW)) for _ in range(2))
    assert key_of(b"secret", first) != key_of(b"secret", second)
    assert key_of(b"secret", first) == key_of(b"secret", Tenant(first.id))
    assert key_of(b"another", first) != key_of(b"secret", first)
