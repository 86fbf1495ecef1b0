"""The authorizer against every way to be somebody else."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authorize_requests.handler import handler
from regulars import platform
from regulars.kernel.http.caller import Caller
from regulars.kernel.ids import new_id
from regulars.kernel.permissions import Permission, Role, of_role
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from regulars.platform import ApiKey, Newcomer, TenantChange, customer_tokens
from regulars.platform.accounts import invite_operator
from regulars.platform.key_store import KeyItem, key_place
from regulars.platform.tokens import sign_shared
from tests.integration.platform.people import PASSWORD, TEMPORARY, signed_in

CUSTOMER = "cus_01KKBH9WE0JNSJ4QHG2QYWKWVD"


def context(**how: Any) -> dict[str, str]:
    """What the authorizer passes on."""
    answer = handler({"headers": how, "requestContext": {"http": {"method": "GET"}}}, None)
    assert answer["isAuthorized"] is True
    assert all(isinstance(value, str) for value in answer["context"].values())
    passed: dict[str, str] = answer["context"]
    return passed


def bearer(token: str) -> dict[str, str]:
    return context(authorization=f"Bearer {token}")


def refusal(passed: dict[str, str]) -> str:
    assert set(passed) == {"refusal"}
    return passed["refusal"]


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def encode(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.fixture
def key(shop: Tenant) -> ApiKey:
    owner = Caller("staff", "stf_1", shop, of_role(Role.OWNER), Role.OWNER)
    scopes = [Permission.ORDERS_WRITE, Permission.CUSTOMERS_READ]
    return platform.create_key(shop, owner, "shop", scopes, now=datetime.now(UTC))


@pytest.fixture
def local_stage() -> Iterator[str]:
    """A process of the stage `local`, with its secret."""
    before = {"STAGE": os.environ["STAGE"]}
    os.environ |= {"STAGE": "local", "LOCAL_TOKENS": "local-secret"}
    forget_settings()
    yield "local-secret"
    os.environ |= before
    del os.environ["LOCAL_TOKENS"]
    forget_settings()


def local_token(secret: str, **claims: Any) -> str:
    issued = int(datetime.now(UTC).timestamp())
    base = {"iss": "regulars-local", "aud": "regulars", "iat": issued, "exp": issued + 60}
    return sign_shared(base | claims, secret.encode())


def test_staff_are_who_the_staff_item_says(shop: Tenant, owner_token: str) -> None:
    passed = bearer(owner_token)
    (owner,) = platform.list_staff(shop).items
    assert passed == {
        "tenant": shop.id,
        "caller_kind": "staff",
        "caller_id": owner.id,
        "role": "owner",
        "scopes": "",
        "credential": "bearer",
    }
    assert Caller.of(passed).permissions == of_role(Role.OWNER)


def test_the_session_cookie_is_the_same_token(shop: Tenant, owner_token: str) -> None:
    event = {"headers": {}, "cookies": [f"regulars_session={owner_token}"], "requestContext": {}}
    passed = handler(event, None)["context"]
    assert (passed["tenant"], passed["credential"]) == (shop.id, "cookie")


def test_a_changed_role_counts_at_once_also_for_older_tokens(
    shop: Tenant, address: Callable[[], str], now: datetime
) -> None:
    email = address()
    member = platform.invite_staff(
        shop, Newcomer(email, "Jan", Role.ADMIN, "test"), now=now, temporary_password=TEMPORARY
    )
    token = signed_in(email)
    assert bearer(token)["role"] == "admin"

    platform.set_role(shop, member.id, Role.VIEWER, now=now)
    assert bearer(token)["role"] == "viewer"

    platform.remove_staff(shop, member.id, now=now)
    assert refusal(bearer(token)) == "removed"


@pytest.mark.parametrize(
    "claim", [{"custom:tenant": "ten_01KKBH9WE0JNSJ4QHG2QYWKWVD"}, {"cognito:groups": ["operators"]}]
)
def test_a_token_with_other_claims_is_not_the_one_that_was_signed(
    owner_token: str, claim: dict[str, Any]
) -> None:
    head, _, signature = owner_token.split(".")
    forged = f"{head}.{encode(claims_of(owner_token) | claim)}.{signature}"
    assert refusal(bearer(forged)) == "invalid"


def test_no_algorithm_and_no_signature_is_nobody(owner_token: str) -> None:
    payload = owner_token.split(".")[1]
    for algorithm in ("none", "None", "HS256"):
        assert refusal(bearer(f"{encode({'alg': algorithm, 'typ': 'JWT'})}.{payload}.")) == "invalid"


def test_an_access_token_is_no_id_token(accounts: str, owner_token: str, new_tenant: Any) -> None:
    from regulars.kernel.aws import client

    tokens = client("cognito-idp").initiate_auth(
        ClientId=os.environ["USER_POOL_CLIENT_ID"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": new_tenant.owner.email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    assert refusal(bearer(tokens["AccessToken"])) == "invalid"
    assert bearer(tokens["IdToken"])["caller_kind"] == "staff"


def test_an_operator_has_no_tenant(accounts: str, address: Callable[[], str]) -> None:
    email = address()
    invite_operator(email, "Operator", TEMPORARY)
    passed = bearer(signed_in(email))
    assert (passed["caller_kind"], passed["tenant"]) == ("operator", "")
    caller = Caller.of(passed)
    assert caller.may(Permission.TENANTS_ADMIN)
    assert not caller.may(Permission.CUSTOMERS_READ)


def test_a_key_carries_its_scopes(shop: Tenant, key: ApiKey) -> None:
    passed = context(**{"x-api-key": key.key})
    assert (passed["tenant"], passed["caller_kind"], passed["caller_id"]) == (shop.id, "api_key", key.id)
    assert Caller.of(passed).permissions == {Permission.ORDERS_WRITE, Permission.CUSTOMERS_READ}


def test_a_key_is_refused_from_its_revocation_on(shop: Tenant, key: ApiKey, now: datetime) -> None:
    assert context(**{"x-api-key": key.key})["caller_id"] == key.id
    platform.revoke_key(shop, key.id, now=now)
    assert refusal(context(**{"x-api-key": key.key})) == "revoked"
    platform.revoke_key(shop, key.id, now=now)
    (listed,) = platform.list_keys(shop).items
    assert listed.revoked_at == now


def test_a_key_ends_when_it_was_said_to(shop: Tenant) -> None:
    owner = Caller("staff", "stf_1", shop, of_role(Role.OWNER), Role.OWNER)
    then = datetime.now(UTC) - timedelta(hours=2)
    old = platform.create_key(
        shop, owner, "old", [Permission.ORDERS_READ], now=then, valid_until=then + timedelta(hours=1)
    )
    assert refusal(context(**{"x-api-key": old.key})) == "expired"


def test_the_use_of_a_key_is_noted_once_an_hour(shop: Tenant, key: ApiKey) -> None:
    context(**{"x-api-key": key.key})
    (first,) = platform.list_keys(shop).items
    context(**{"x-api-key": key.key})
    (second,) = platform.list_keys(shop).items
    assert first.last_used_at is not None
    assert second.last_used_at == first.last_used_at

    KeyItem(*key_place(shop, key.id)).update([KeyItem.last_used_at.set(datetime(2020, 1, 1, tzinfo=UTC))])
    context(**{"x-api-key": key.key})
    (third,) = platform.list_keys(shop).items
    assert third.last_used_at is not None
    assert third.last_used_at > first.last_used_at - timedelta(seconds=1)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.lower(),
        lambda text: text + "A",
        lambda text: text.rpartition("_")[0],
        lambda text: text.rpartition("_")[2],
        lambda text: "rk_" + "0" * 26 + "_" + "A" * 48,
        lambda text: "' OR 1=1",
        lambda text: "#" * 70,
    ],
)
def test_nothing_like_a_key_is_the_key(key: ApiKey, change: Callable[[str], str]) -> None:
    assert key.key is not None
    assert refusal(context(**{"x-api-key": change(key.key)})) == "invalid"


def test_a_key_is_not_stored(shop: Tenant, key: ApiKey) -> None:
    assert key.key is not None
    stored = json.dumps([item.to_simple_dict() for item in KeyItem.each(shop.partition())], default=str)
    assert key.id in stored
    assert key.key.rpartition("_")[2] not in stored


def test_a_customers_token_is_for_that_customer(shop: Tenant) -> None:
    token = platform.issue_customer_token(shop, CUSTOMER)
    passed = bearer(token.token)
    assert (passed["caller_kind"], passed["caller_id"], passed["tenant"]) == ("customer", CUSTOMER, shop.id)
    assert timedelta(minutes=59) < token.expires_at - datetime.now(UTC) <= timedelta(hours=1)


def test_a_customers_token_of_one_tenant_cannot_be_turned_into_anothers(
    shop: Tenant, new_tenant: Any, now: datetime
) -> None:
    owner = new_tenant.owner.model_copy(update={"email": "c" + new_tenant.owner.email})
    other = platform.create_tenant(new_tenant.model_copy(update={"owner": owner}), by="test", now=now)
    head, payload, signature = platform.issue_customer_token(shop, CUSTOMER).token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    for change in ({"tenant": other.id}, {"sub": "cus_" + "0" * 26}, {"exp": claims["exp"] + 1}):
        assert refusal(bearer(f"{head}.{encode(claims | change)}.{signature}")) == "invalid"
    key_of_shop = customer_tokens.key_of(b"s" * 64, shop)
    assert refusal(bearer(sign_shared(claims | {"tenant": other.id}, key_of_shop))) == "invalid"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"aud": "regulars"}, "invalid"),
        ({"exp": 1}, "expired"),
        ({"sub": "stf_01KKBH9WE0JNSJ4QHG2QYWKWVD"}, "invalid"),
        ({"tenant": None}, "invalid"),
        ({"tenant": "ten_"}, "invalid"),
        ({"iss": "https://cognito-idp.eu-west-1.amazonaws.com/x"}, "invalid"),
    ],
)
def test_a_well_signed_token_with_wrong_claims_is_refused(
    shop: Tenant, change: dict[str, Any], reason: str
) -> None:
    claims = claims_of(platform.issue_customer_token(shop, CUSTOMER).token)
    key = customer_tokens.key_of(b"s" * 64, shop)
    assert refusal(bearer(sign_shared(claims | change, key))) == reason


def test_a_suspended_tenants_credentials_are_refused_until_it_is_resumed(
    shop: Tenant, owner_token: str, key: ApiKey, now: datetime
) -> None:
    token = platform.issue_customer_token(shop, CUSTOMER).token

    def all_three() -> list[str]:
        passed = [bearer(owner_token), bearer(token), context(**{"x-api-key": key.key})]
        return [each.get("refusal", "admitted") for each in passed]

    assert all_three() == ["admitted"] * 3
    platform.update_settings(shop, TenantChange.model_validate({"status": "suspended"}), now=now)
    assert all_three() == ["suspended"] * 3
    platform.update_settings(shop, TenantChange.model_validate({"status": "active"}), now=now)
    assert all_three() == ["admitted"] * 3


def test_a_tenant_that_does_not_exist_admits_nobody(table: str, now: datetime) -> None:
    nowhere = Tenant(new_id("ten", now))
    assert refusal(bearer(platform.issue_customer_token(nowhere, CUSTOMER).token)) == "invalid"


def test_without_a_credential_the_request_goes_through_as_nobodys() -> None:
    assert refusal(context()) == "missing"


def test_what_cannot_be_looked_at_is_not_called_wrong(key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no table")

    monkeypatch.setattr("regulars.platform.key_store.AdmissionItem.gather", broken)
    assert refusal(context(**{"x-api-key": key.key})) == "unavailable"


@pytest.mark.parametrize("role", list(Role))
def test_local_tokens_say_who_they_are_for(shop: Tenant, local_stage: str, role: Role) -> None:
    passed = bearer(local_token(local_stage, kind="staff", tenant=shop.id, role=role.value, sub="stf_x"))
    assert (passed["tenant"], passed["role"], passed["caller_id"]) == (shop.id, role.value, "stf_x")


def test_local_tokens_for_customers_and_operators(shop: Tenant, local_stage: str) -> None:
    customer = bearer(local_token(local_stage, kind="customer", tenant=shop.id, sub=CUSTOMER))
    assert (customer["caller_kind"], customer["caller_id"]) == ("customer", CUSTOMER)
    assert bearer(local_token(local_stage, kind="operator", sub="me"))["caller_kind"] == "operator"


@pytest.mark.parametrize(
    "claims",
    [
        {"kind": "staff", "role": "god", "sub": "x"},
        {"kind": "staff", "sub": "x"},
        {"kind": "api_key", "sub": "x"},
        {"kind": "customer", "sub": "x"},
        {"kind": "staff", "role": "owner"},
        {"kind": "operator", "sub": "x", "aud": "regulars:customer"},
        {"kind": "operator", "sub": "x", "exp": 1},
    ],
)
def test_a_wrong_local_token_is_refused(shop: Tenant, local_stage: str, claims: dict[str, Any]) -> None:
    assert "refusal" in bearer(local_token(local_stage, tenant=shop.id, **claims))


def test_local_tokens_open_no_other_stage(shop: Tenant) -> None:
    os.environ["LOCAL_TOKENS"] = "local-secret"
    forget_settings()
    try:
        token = local_token("local-secret", kind="operator", sub="me")
        assert refusal(bearer(token)) == "invalid"
    finally:
        del os.environ["LOCAL_TOKENS"]
        forget_settings()


def test_a_local_stage_without_a_secret_takes_no_local_token(shop: Tenant, local_stage: str) -> None:
    os.environ["LOCAL_TOKENS"] = ""
    forget_settings()
    assert refusal(bearer(local_token("", kind="operator", sub="me"))) == "invalid"
