"""Where a request's credential is looked for."""

from typing import Any

import pytest

from authorize_requests.credentials import Credential, credential_of
from regulars.platform.tokens import RefusedError


def request(
    headers: dict[str, str] | None = None, cookies: list[str] | None = None, method: str = "GET"
) -> dict[str, Any]:
    return {
        "headers": headers or {},
        "cookies": cookies or [],
        "requestContext": {"http": {"method": method}},
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (request({"authorization": "Bearer abc"}), Credential("bearer", "abc")),
        (request({"Authorization": "bearer  abc "}), Credential("bearer", "abc")),
        (request({"x-api-key": "rk_1"}), Credential("key", "rk_1")),
        (request(cookies=["a=b", "regulars_session=abc"]), Credential("cookie", "abc")),
        (request({"cookie": "a=b; regulars_session=abc"}), Credential("cookie", "abc")),
        (request({"authorization": "Bearer abc", "x-api-key": "rk_1"}), Credential("bearer", "abc")),
    ],
)
def test_a_credential_is_found(event: dict[str, Any], expected: Credential) -> None:
    assert credential_of(event) == expected


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (request(), "missing"),
        ({}, "missing"),
        (request({"x-api-key": ""}), "missing"),
        (request(cookies=["xregulars_session=abc"]), "missing"),
        (request({"authorization": "Basic YTpi"}), "invalid"),
        (request({"authorization": "Bearer"}), "invalid"),
        # A header that does not verify is not made up for by a cookie that would.
        (request({"authorization": "Basic YTpi"}, ["regulars_session=abc"]), "invalid"),
    ],
)
def test_no_credential(event: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        credential_of(event)
    assert refused.value.reason == reason


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_cookie_does_not_carry_a_change_from_another_site(site: str) -> None:
    event = request({"sec-fetch-site": site}, ["regulars_session=abc"], "POST")
    with pytest.raises(RefusedError, match="cross-site"):
        credential_of(event)


@pytest.mark.parametrize(
    ("site", "method"), [("same-origin", "DELETE"), ("none", "POST"), ("cross-site", "GET")]
)
def test_a_cookie_carries_what_the_console_asks_for(site: str, method: str) -> None:
    event = request({"sec-fetch-site": site}, ["regulars_session=abc"], method)
    assert credential_of(event).kind == "cookie"
