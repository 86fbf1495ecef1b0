"""The console's edge: who gets in, and where everybody else is led."""

import json
from typing import Any

import pytest

from console import pages
from console.handler import handler
from regulars.kernel.permissions import Permission

TENANT = "ten_01KAZZZZZZZZZZZZZZZZZZZZZZ"


def event(method: str, path: str, *, role: str = "", refusal: str = "missing", **more: Any) -> dict[str, Any]:
    passed = {"refusal": refusal}
    if role:
        passed = {"tenant": TENANT, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
    made = {
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": path},
            "authorizer": {"lambda": passed},
        },
    }
    return made | more


def test_the_front_door_leads_to_the_console() -> None:
    assert handler(event("GET", "/"), None)["headers"]["location"] == "/console"


@pytest.mark.parametrize("path", ["/console", "/console/customers", "/console/no/such/page"])
def test_nobody_gets_in_without_a_session_nor_learns_what_exists(path: str) -> None:
    answer = handler(event("GET", path), None)
    assert answer["statusCode"] == 303
    assert answer["headers"]["location"].startswith("/console/sign-in?next=/console")


def test_an_expired_session_says_so() -> None:
    answer = handler(event("GET", "/console", refusal="expired"), None)
    assert answer["headers"]["location"].endswith("&why=expired")


def test_a_partial_update_without_a_session_moves_the_whole_page() -> None:
    answer = handler(event("GET", "/console", headers={"HX-Request": "true"}), None)
    assert answer["statusCode"] == 200
    assert answer["headers"]["hx-redirect"].startswith("/console/sign-in")


@pytest.mark.parametrize("kind", ["customer", "api_key", "operator"])
def test_only_staff_come_in(kind: str) -> None:
    asked = event("GET", "/console", headers={"HX-Request": "true"})
    asked["requestContext"]["authorizer"]["lambda"] = {
        "tenant": "" if kind == "operator" else TENANT,
        "caller_kind": kind,
        "caller_id": "cus_1",
    }
    assert handler(asked, None)["statusCode"] == 403


def test_a_form_from_another_site_is_refused_before_its_page_sees_it() -> None:
    headers = {
        "origin": "https://evil.example",
        "host": "shop.example",
        "content-type": "application/x-www-form-urlencoded",
        "hx-request": "true",
    }
    asked = event(
        "POST", "/console/customers/bulk", role="owner", headers=headers, body="do=tag&tag=x&id=cus_1"
    )
    assert handler(asked, None)["statusCode"] == 403


def test_a_page_refuses_who_lacks_its_permission() -> None:
    asked = event("GET", "/console/settings/keys", role="viewer", headers={"hx-request": "true"})
    answer = handler(asked, None)
    assert answer["statusCode"] == 403
    assert "keys:write" in json.loads(answer["headers"]["hx-trigger"])["toast"]["text"]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", "{}", 400),
        ("application/x-www-form-urlencoded", "a=%ff", 400),
        ("application/x-www-form-urlencoded", "a=" + "x" * 300_000, 413),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(content_type: str, body: str, status: int) -> None:
    headers = {"content-type": content_type, "hx-request": "true"}
    asked = event("POST", "/console/sign-in", headers=headers, body=body)
    assert handler(asked, None)["statusCode"] == status


def test_the_policy_allows_no_script_and_no_style_of_the_pages_own() -> None:
    policy = handler(event("GET", "/console/sign-in"), None)["headers"]["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_token_in_the_address_signs_in_nowhere_but_locally() -> None:
    answer = handler(event("GET", "/console/sign-in", rawQueryString="token=abc"), None)
    assert answer["statusCode"] == 200
    assert answer["cookies"] == []


def test_only_signing_in_and_out_is_open_to_everybody() -> None:
    public = {page.key for page in pages.ALL.table.values() if page.permission is Permission.PUBLIC}
    assert public == {"GET /console/sign-in", "POST /console/sign-in", "POST /console/sign-out"}


def test_whatever_changes_something_needs_more_than_reading() -> None:
    for page in pages.ALL.table.values():
        if page.method == "POST" and page.permission is not Permission.PUBLIC:
            assert not page.permission.value.endswith(":read"), page.key
