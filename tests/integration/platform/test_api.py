"""The platform over HTTP: the function's handler, called as API Gateway calls it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platform_api.handler import handler
from regulars.kernel.ids import new_id
from regulars.kernel.permissions import Role
from regulars.kernel.tenancy import Tenant
from regulars.platform.model import NewTenant
from tests.events import answer_body, http_event
from tests.integration.platform.people import tenant_body

OPERATOR = {"caller_kind": "operator", "caller_id": "op-1"}
CUSTOMER = "cus_01KKBH9WE0JNSJ4QHG2QYWKWVD"
Address = Callable[[], str]


def staff(role: Role) -> dict[str, str]:
    return {"caller_kind": "staff", "caller_id": "stf_01", "role": role.value}


def key(*scopes: str) -> dict[str, str]:
    return {"caller_kind": "api_key", "caller_id": "key_01", "role": "", "scopes": " ".join(scopes)}


def call(route_key: str, **how: Any) -> dict[str, Any]:
    return handler(http_event(route_key, **how), None)


def pointers(answer: dict[str, Any]) -> list[str]:
    return [fault["pointer"] for fault in answer_body(answer)["errors"]]


def test_an_operator_creates_reads_changes_and_lists_tenants(table: str, address: Address) -> None:
    made = call("POST /tenants", caller=OPERATOR, body=tenant_body(address()))
    tenant = answer_body(made)
    assert made["statusCode"] == 201
    assert made["headers"]["location"] == f"/tenants/{tenant['id']}"
    assert tenant["default_language"] == "pl"

    params = {"tenant_id": tenant["id"]}
    read = call("GET /tenants/{tenant_id}", caller=OPERATOR, params=params)
    assert answer_body(read) == tenant
    changed = call(
        "PATCH /tenants/{tenant_id}",
        caller=OPERATOR,
        params=params,
        body={"status": "suspended"},
        headers={"if-match": read["headers"]["etag"]},
    )
    assert answer_body(changed)["status"] == "suspended"
    stale = call(
        "PATCH /tenants/{tenant_id}",
        caller=OPERATOR,
        params=params,
        body={"status": "active"},
        headers={"if-match": read["headers"]["etag"]},
    )
    assert stale["statusCode"] == 412
    listed = call("GET /tenants", caller=OPERATOR, query={"limit": "100", "fields": "id,status"})
    assert {"id": tenant["id"], "status": "suspended"} in answer_body(listed)["items"]


def test_the_same_key_and_body_make_one_tenant(table: str, address: Address) -> None:
    body, headers = tenant_body(address()), {"idempotency-key": address()}
    first, second = (call("POST /tenants", caller=OPERATOR, body=body, headers=headers) for _ in range(2))
    assert (first["statusCode"], first["body"]) == (201, second["body"])
    other = call("POST /tenants", caller=OPERATOR, body=body | {"name": "Other"}, headers=headers)
    assert other["statusCode"] == 422
    assert answer_body(other)["type"].endswith("idempotency-key-reused")


def test_of_many_repeats_at_once_one_makes_a_tenant(table: str, address: Address) -> None:
    body, headers = tenant_body(address()), {"idempotency-key": address()}

    def attempt(_: int) -> dict[str, Any]:
        return call("POST /tenants", caller=OPERATOR, body=body, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    made = {answer["body"] for answer in answers if answer["statusCode"] == 201}
    assert len(made) == 1
    assert {answer["statusCode"] for answer in answers} <= {201, 409}
    assert attempt(8)["body"] in made


@pytest.mark.parametrize("caller", [staff(Role.OWNER), key("settings:write", "tenants:admin")])
@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("GET /tenants", None),
        ("POST /tenants", {}),
        ("GET /tenants/{tenant_id}", None),
        ("PATCH /tenants/{tenant_id}", {}),
    ],
)
def test_nobody_but_an_operator_reaches_tenants(
    shop: Tenant, caller: dict[str, str], route: str, body: Any
) -> None:
    answer = call(route, caller=caller, tenant=shop.id, params={"tenant_id": shop.id}, body=body)
    assert answer["statusCode"] == 403


@pytest.mark.parametrize(
    "route", ["GET /settings", "GET /staff", "GET /api-keys", "PATCH /settings", "POST /staff"]
)
def test_an_operator_reaches_nothing_inside_a_tenant(table: str, route: str) -> None:
    assert call(route, caller=OPERATOR, body={})["statusCode"] == 403


@pytest.mark.parametrize("route", ["GET /me", "GET /settings", "POST /api-keys", "GET /tenants"])
def test_without_a_credential_there_is_only_401(table: str, route: str) -> None:
    answer = call(route)
    assert answer["statusCode"] == 401
    assert answer["headers"]["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("reason", "status"), [("expired", 401), ("suspended", 401), ("unavailable", 503)])
def test_a_refusal_says_why(table: str, reason: str, status: int) -> None:
    assert call("GET /me", caller={"refusal": reason})["statusCode"] == status


@pytest.mark.parametrize("tenant_id", ["x", "ten_" + "0" * 26, "ten_01KKBH9WE0JNSJ4QHG2QYWKWVD", "S#KEY"])
def test_a_tenant_that_is_not_there(table: str, tenant_id: str) -> None:
    answer = call("GET /tenants/{tenant_id}", caller=OPERATOR, params={"tenant_id": tenant_id})
    assert answer["statusCode"] == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"currency": "XYZ"}, "/currency"),
        ({"default_language": "de"}, "/default_language"),
        ({"owner": {"email": "x", "name": "Ola"}}, "/owner/email"),
        ({"languages": "pl"}, "/languages"),
        ({"plan": "free"}, "/plan"),
    ],
)
def test_a_bad_field_is_pointed_at(
    table: str, address: Address, change: dict[str, Any], pointer: str
) -> None:
    answer = call("POST /tenants", caller=OPERATOR, body=tenant_body(address()) | change)
    assert answer["statusCode"] == 422
    assert pointer in pointers(answer)


def test_settings_are_the_callers_own(shop: Tenant) -> None:
    assert answer_body(call("GET /settings", tenant=shop.id))["id"] == shop.id
    changed = call(
        "PATCH /settings", tenant=shop.id, body={"sender": {"name": "New", "email": "n@shop.example"}}
    )
    assert answer_body(changed)["sender"] == {"name": "New", "email": "n@shop.example", "reply_to": None}
    assert changed["headers"]["etag"] == '"2"'


@pytest.mark.parametrize(
    "change", [{"currency": "EUR"}, {"status": "suspended"}, {"name": None}, {}, {"id": "x"}]
)
def test_what_staff_cannot_change(shop: Tenant, change: dict[str, Any]) -> None:
    assert call("PATCH /settings", tenant=shop.id, body=change)["statusCode"] == 422


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OWNER, Role.ADMIN}))
def test_only_owners_and_admins_change_settings_and_keys(shop: Tenant, role: Role) -> None:
    for route, body in (("PATCH /settings", {"name": "x"}), ("POST /api-keys", {}), ("GET /staff", None)):
        assert call(route, caller=staff(role), tenant=shop.id, body=body)["statusCode"] == 403
    assert call("GET /settings", caller=staff(role), tenant=shop.id)["statusCode"] == 200


def test_me_tells_staff_who_they_are(shop: Tenant, new_tenant: NewTenant) -> None:
    owner = answer_body(call("GET /staff", tenant=shop.id))["items"][0]
    me = answer_body(call("GET /me", tenant=shop.id, caller={"caller_id": owner["id"]}))
    assert (me["email"], me["role"], me["tenant"]["id"]) == (new_tenant.owner.email, "owner", shop.id)
    assert "settings:write" in me["permissions"]


def test_me_tells_keys_and_operators_too(shop: Tenant) -> None:
    assert answer_body(call("GET /me", tenant=shop.id, caller=key("orders:read")))["permissions"] == [
        "orders:read"
    ]
    assert answer_body(call("GET /me", caller=OPERATOR))["tenant"] is None
    customer = {"caller_kind": "customer", "caller_id": CUSTOMER, "role": ""}
    assert call("GET /me", tenant=shop.id, caller=customer)["statusCode"] == 403


def test_staff_are_invited_promoted_and_removed(shop: Tenant, address: Address) -> None:
    invited = call("POST /staff", tenant=shop.id, body={"email": address(), "name": "Jan", "role": "agent"})
    assert invited["statusCode"] == 201
    params = {"staff_id": answer_body(invited)["id"]}
    changed = call("PATCH /staff/{staff_id}", tenant=shop.id, params=params, body={"role": "admin"})
    assert answer_body(changed)["role"] == "admin"
    assert call("DELETE /staff/{staff_id}", tenant=shop.id, params=params)["statusCode"] == 204
    assert call("GET /staff/{staff_id}", tenant=shop.id, params=params)["statusCode"] == 404


def test_the_last_owner_is_kept_with_409(shop: Tenant) -> None:
    params = {"staff_id": answer_body(call("GET /staff", tenant=shop.id))["items"][0]["id"]}
    demoted = call("PATCH /staff/{staff_id}", tenant=shop.id, params=params, body={"role": "admin"})
    assert demoted["statusCode"] == 409
    assert call("DELETE /staff/{staff_id}", tenant=shop.id, params=params)["statusCode"] == 409


def test_an_admin_cannot_make_owners(shop: Tenant, address: Address) -> None:
    body = {"email": address(), "name": "Jan", "role": "owner"}
    assert call("POST /staff", tenant=shop.id, caller=staff(Role.ADMIN), body=body)["statusCode"] == 403


def test_other_tenants_people_and_keys_are_not_there(shop: Tenant, tenant: Tenant) -> None:
    staff_id = answer_body(call("GET /staff", tenant=shop.id))["items"][0]["id"]
    made = answer_body(call("POST /api-keys", tenant=shop.id, body={"label": "a", "scopes": ["orders:read"]}))
    for route, params in (
        ("GET /staff/{staff_id}", {"staff_id": staff_id}),
        ("DELETE /staff/{staff_id}", {"staff_id": staff_id}),
        ("DELETE /api-keys/{key_id}", {"key_id": made["id"]}),
    ):
        assert call(route, tenant=tenant.id, params=params)["statusCode"] == 404
    assert answer_body(call("GET /api-keys", tenant=tenant.id))["items"] == []


def test_a_key_is_shown_once(shop: Tenant) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    body = {"label": "Shop", "scopes": ["orders:write", "orders:read"], "valid_until": until.isoformat()}
    headers = {"idempotency-key": "k-1"}
    first, second = (
        answer_body(call("POST /api-keys", tenant=shop.id, body=body, headers=headers)) for _ in range(2)
    )
    assert first["key"].startswith("rk_")
    assert second["key"] is None
    assert first["id"] == second["id"]
    listed = call("GET /api-keys", tenant=shop.id)
    assert [each["label"] for each in answer_body(listed)["items"]] == ["Shop"]
    assert first["key"] not in listed["body"]


def test_no_key_is_given_more_than_its_maker_has(shop: Tenant) -> None:
    body = {"label": "a", "scopes": ["customers:delete"]}
    maker = key("keys:write", "orders:read")
    assert call("POST /api-keys", tenant=shop.id, caller=maker, body=body)["statusCode"] == 403
    admin = body | {"scopes": ["staff:write"]}
    assert call("POST /api-keys", tenant=shop.id, caller=staff(Role.ADMIN), body=admin)["statusCode"] == 403


@pytest.mark.parametrize(
    "body",
    [
        {"label": "a", "scopes": []},
        {"label": "a", "scopes": ["tenants:admin"]},
        {"label": "a", "scopes": ["public"]},
        {"label": "a", "scopes": ["everything"]},
        {"label": "", "scopes": ["orders:read"]},
        {"label": "a", "scopes": ["orders:read"], "valid_until": "2001-01-01T00:00:00Z"},
        {"label": "a", "scopes": ["orders:read"], "valid_until": "tomorrow"},
        {"label": "a", "scopes": ["orders:read"], "key": "rk_mine"},
    ],
)
def test_a_key_that_cannot_be(shop: Tenant, body: dict[str, Any]) -> None:
    assert call("POST /api-keys", tenant=shop.id, body=body)["statusCode"] == 422


def test_a_revoked_key_says_when(shop: Tenant) -> None:
    made = answer_body(call("POST /api-keys", tenant=shop.id, body={"label": "a", "scopes": ["orders:read"]}))
    params = {"key_id": made["id"]}
    assert call("DELETE /api-keys/{key_id}", tenant=shop.id, params=params)["statusCode"] == 204
    assert answer_body(call("GET /api-keys", tenant=shop.id))["items"][0]["revoked_at"]
    unknown = {"key_id": new_id("key", datetime.now(UTC))}
    assert call("DELETE /api-keys/{key_id}", tenant=shop.id, params=unknown)["statusCode"] == 404


def test_a_shops_server_gets_a_token_for_its_customer(shop: Tenant) -> None:
    answer = call(
        "POST /customers/{customer_id}/tokens",
        tenant=shop.id,
        caller=key("tokens:write"),
        params={"customer_id": CUSTOMER},
        body={"expires_in": 600},
    )
    assert answer["statusCode"] == 201
    assert answer_body(answer)["customer_id"] == CUSTOMER


@pytest.mark.parametrize(
    ("customer_id", "body", "caller", "status"),
    [
        ("cus_1", {}, key("tokens:write"), 422),
        (CUSTOMER, {"expires_in": 59}, key("tokens:write"), 422),
        (CUSTOMER, {"expires_in": 86_401}, key("tokens:write"), 422),
        (CUSTOMER, {"expires_in": "60"}, key("tokens:write"), 422),
        (CUSTOMER, {}, key("customers:write"), 403),
        (CUSTOMER, {}, {"caller_kind": "customer", "caller_id": CUSTOMER, "role": ""}, 403),
        (CUSTOMER, {}, staff(Role.VIEWER), 403),
    ],
)
def test_a_token_that_cannot_be_issued(
    shop: Tenant, customer_id: str, body: Any, caller: dict[str, str], status: int
) -> None:
    answer = call(
        "POST /customers/{customer_id}/tokens",
        tenant=shop.id,
        caller=caller,
        params={"customer_id": customer_id},
        body=body,
    )
    assert answer["statusCode"] == status


@pytest.mark.parametrize("cursor", ["x", "eyJwayI6IlMjS0VZIn0", "e30", "🙂"])
@pytest.mark.parametrize("route", ["GET /staff", "GET /api-keys", "GET /tenants"])
def test_a_made_up_cursor_is_400(shop: Tenant, route: str, cursor: str) -> None:
    caller = OPERATOR if route == "GET /tenants" else None
    tenant = "" if caller else shop.id
    assert call(route, caller=caller, tenant=tenant, query={"cursor": cursor})["statusCode"] == 400


@pytest.mark.parametrize(
    "reason", ["missing", "invalid", "expired", "suspended", "revoked", "removed", "cross-site"]
)
def test_each_refusal_has_words_of_its_own(table: str, reason: str) -> None:
    detail = answer_body(call("GET /me", caller={"refusal": reason}))["detail"]
    assert detail != answer_body(call("GET /me", caller={"refusal": "?"}))["detail"]
