from collections.abc import Iterator

import pytest

from console import security
from regulars.kernel.errors import ForbiddenError
from regulars.kernel.settings import forget_settings


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("STAGE", "prod")
    forget_settings()
    yield monkeypatch
    forget_settings()


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "shop.example", "origin": "https://evil.example"},
        {"host": "shop.example", "origin": "null"},
        {"host": "shop.example", "origin": "https://shop.example", "sec-fetch-site": "cross-site"},
        {"host": "shop.example", "sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(stage: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    with pytest.raises(ForbiddenError):
        security.refuse_foreign(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "shop.example", "origin": "https://shop.example"},
        {"host": "internal", "origin": "https://shop.example", "sec-fetch-site": "same-origin"},
        {"host": "shop.example"},
    ],
)
def test_our_own_form_is_taken(stage: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    security.refuse_foreign(headers)


def test_the_session_cookie_is_secure_everywhere_but_locally(stage: pytest.MonkeyPatch) -> None:
    assert all("; Secure" in cookie for cookie in security.session_cookies("t", "r"))
    assert all("; HttpOnly" in cookie for cookie in security.session_cookies("t", "r"))
    stage.setenv("STAGE", "local")
    forget_settings()
    assert "Secure" not in security.session_cookies("t")[0]


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/other", "/console\\..", "/console//x"]
)
def test_signing_in_never_leads_away(address: str) -> None:
    assert security.safe_next(address) == "/console"


def test_signing_in_leads_back_to_the_page_asked_for() -> None:
    assert security.safe_next("/console/customers?q=a") == "/console/customers?q=a"
