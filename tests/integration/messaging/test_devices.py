"""Devices: the newest is sent to, a phone that changes hands has one owner, whatever happens at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging_api.handler import handler
from regulars.customers import facts_of
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.addresses import addresses_of
from regulars.messaging.device_store import device_id, owner_of_device
from regulars.messaging.devices import (
    MOST_DEVICES,
    NewDevice,
    forget_devices,
    forget_token,
    list_devices,
    register_device,
    remove_device,
)
from regulars.messaging.model import Channel
from tests.events import answer_body, http_event
from tests.integration.killing import KilledError, killed_at
from tests.integration.pipeline.shop import new_customer, open_shop

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> str:
    return new_customer(tenant, now, phone="+48123456789")


@pytest.fixture
def bob(tenant: Tenant, now: datetime) -> str:
    return new_customer(tenant, now, "bob@example.test")


def tokens(tenant: Tenant, customer: str) -> list[str]:
    return [device.token for device in list_devices(tenant, customer)]


def test_the_device_seen_last_is_sent_to(tenant: Tenant, now: datetime, ann: str) -> None:
    register_device(tenant, ann, NewDevice("ios", "token-a"), now)
    register_device(tenant, ann, NewDevice("android", "token-b"), now + MINUTE)
    again = register_device(tenant, ann, NewDevice("ios", "token-a", "Ann's phone"), now + 2 * MINUTE)

    assert tokens(tenant, ann) == ["token-a", "token-b"]
    assert (again.created_at, again.seen_at) == (now, now + 2 * MINUTE)
    facts = facts_of(tenant, ann)
    assert facts is not None
    found = addresses_of(tenant, {ann: facts}, list(Channel))
    assert found == {
        (ann, Channel.EMAIL): "ann@example.test",
        (ann, Channel.SMS): "+48123456789",
        (ann, Channel.PUSH): "ios:token-a",
        (ann, Channel.IN_APP): ann,
    }


def test_a_device_that_changes_hands_is_the_last_ones(
    tenant: Tenant, now: datetime, ann: str, bob: str
) -> None:
    register_device(tenant, ann, NewDevice("ios", "token-a"), now)
    register_device(tenant, bob, NewDevice("ios", "token-a"), now + MINUTE)

    assert tokens(tenant, ann) == []
    assert tokens(tenant, bob) == ["token-a"]
    assert owner_of_device(tenant, device_id(tenant, "token-a")) == bob


def test_at_the_same_moment_a_device_still_has_one_owner(
    tenant: Tenant, now: datetime, ann: str, bob: str
) -> None:
    def register(number: int) -> None:
        register_device(tenant, (ann, bob)[number % 2], NewDevice("ios", "token-a"), now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(register, range(16)))

    owner = owner_of_device(tenant, device_id(tenant, "token-a"))
    assert {one: tokens(tenant, one) for one in (ann, bob)} == {
        one: (["token-a"] if one == owner else []) for one in (ann, bob)
    }


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("call", range(1, 7))
def test_whoever_dies_on_the_way_leaves_one_owner(
    tenant: Tenant, now: datetime, ann: str, bob: str, call: int, answered: bool
) -> None:
    register_device(tenant, ann, NewDevice("ios", "token-a"), now)
    try:
        with killed_at(call, answered=answered):
            register_device(tenant, bob, NewDevice("ios", "token-a"), now)
    except KilledError:
        pass
    owner = owner_of_device(tenant, device_id(tenant, "token-a"))
    assert {one for one in (ann, bob) if tokens(tenant, one)} == {owner}
    register_device(tenant, bob, NewDevice("ios", "token-a"), now)
    assert (tokens(tenant, ann), tokens(tenant, bob)) == ([], ["token-a"])


def test_of_too_many_devices_the_one_not_seen_for_longest_goes(
    tenant: Tenant, now: datetime, ann: str
) -> None:
    for number in range(MOST_DEVICES + 2):
        register_device(tenant, ann, NewDevice("web", f"token-{number:02}"), now + number * MINUTE)

    assert tokens(tenant, ann) == [f"token-{number:02}" for number in range(MOST_DEVICES + 1, 1, -1)]
    assert owner_of_device(tenant, device_id(tenant, "token-00")) is None


def test_a_removed_device_is_nobodys(tenant: Tenant, now: datetime, ann: str, bob: str) -> None:
    device = register_device(tenant, ann, NewDevice("ios", "token-a"), now)
    with pytest.raises(NotFoundError):
        remove_device(tenant, bob, device.id)

    remove_device(tenant, ann, device.id)

    with pytest.raises(NotFoundError):
        remove_device(tenant, ann, device.id)
    assert owner_of_device(tenant, device.id) is None
    forget_token(tenant, ann, "token-a")


def test_an_erased_customer_has_no_devices(tenant: Tenant, now: datetime, ann: str) -> None:
    for number in range(3):
        register_device(tenant, ann, NewDevice("web", f"token-{number}"), now)
    for _ in range(2):
        forget_devices(tenant, ann)
    assert tokens(tenant, ann) == []
    assert owner_of_device(tenant, device_id(tenant, "token-0")) is None


def test_tenants_do_not_share_devices(tenant: Tenant, other_tenant: Tenant, now: datetime, ann: str) -> None:
    zoe = new_customer(other_tenant, now)
    register_device(tenant, ann, NewDevice("ios", "token-a"), now)
    register_device(other_tenant, zoe, NewDevice("ios", "token-a"), now)
    assert tokens(tenant, ann) == tokens(other_tenant, zoe) == ["token-a"]


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(tenant: Tenant, now: datetime, ann: str) -> Ask:
    open_shop(tenant, now)

    def call(
        method: str, path: str = "", body: Any = None, caller: str | None = None, **more: str
    ) -> dict[str, Any]:
        params = {"customer_id": ann, **more}
        who = {"caller_kind": "customer", "caller_id": caller or ann, "role": ""}
        key = f"{method} /customers/{{customer_id}}/devices{path}"
        return handler(http_event(key, tenant=tenant.id, caller=who, params=params, body=body), None)

    return call


def test_customers_register_list_and_remove_their_own(ask: Ask, bob: str) -> None:
    made = ask("POST", body={"platform": "ios", "token": "a" * 64, "name": "Ann's phone"})
    assert made["statusCode"] == 201
    device = answer_body(made)
    assert answer_body(ask("GET")) == {"items": [device]}
    assert set(device) == {"id", "platform", "name", "created_at", "seen_at"}
    for method, path in (("GET", ""), ("DELETE", "/{device_id}")):
        assert ask(method, path, caller=bob, device_id=device["id"])["statusCode"] == 404
    assert ask("DELETE", "/{device_id}", device_id=device["id"])["statusCode"] == 204
    assert ask("DELETE", "/{device_id}", device_id=device["id"])["statusCode"] == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"platform": "pager", "token": "a" * 64},
        {"platform": "ios", "token": "short"},
        {"platform": "ios", "token": "a b" * 20},
        {"platform": "ios", "token": "a\r\nb" * 20},
        {"platform": "ios", "token": "a" * 1001},
    ],
)
def test_what_is_no_device_is_refused(ask: Ask, body: dict[str, str]) -> None:
    assert ask("POST", body=body)["statusCode"] == 422


def test_nobody_registers_for_a_customer_that_is_not_there(ask: Ask, tenant: Tenant) -> None:
    body = {"platform": "ios", "token": "a" * 64}
    event = http_event(
        "POST /customers/{customer_id}/devices",
        tenant=tenant.id,
        params={"customer_id": "cus_01J00000000000000000000000"},
        body=body,
    )
    assert handler(event, None)["statusCode"] == 404
