"""One straight line through the deployed template: an order through the API becomes facts, statistics and a mail."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.running import LocalRun, eventually


@pytest.fixture
def owner(local_run: LocalRun, shop: str) -> str:
    return local_run.token(tenant=shop, role="owner")


@pytest.fixture
def customer(local_run: LocalRun, owner: str) -> dict[str, Any]:
    """A customer with an address of their own."""
    profile = {"email": f"{uuid4().hex}@example.com", "first_name": "Ann", "last_name": "Example"}
    answer = local_run.call("POST", "/customers", profile, token=owner)
    assert answer.status == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def test_an_order_is_confirmed_by_one_mail_and_counted(
    local_run: LocalRun, owner: str, customer: dict[str, Any]
) -> None:
    number = uuid4().hex[:12]
    answer = local_run.call("POST", "/orders", _order(customer, number), token=owner)
    assert answer.status == 201, answer.text
    (mail,) = eventually(lambda: local_run.mails_to(customer["email"]))
    assert mail["channel"] == "email"
    assert mail["to"] == [customer["email"]]
    assert number in mail["subject"] + mail["text"]
    assert "hello@corner-shop.example" in mail["from"]
    read = local_run.call("GET", f"/customers/{customer['id']}", token=owner).json()
    assert (read["total_orders"], read["total_spent"]) == (1, 2500)


def test_fifty_posts_with_one_key_place_one_order(
    local_run: LocalRun, owner: str, customer: dict[str, Any]
) -> None:
    body, key = _order(customer, uuid4().hex[:12]), {"idempotency-key": uuid4().hex}
    with ThreadPoolExecutor(25) as pool:
        answers = list(
            pool.map(lambda _: local_run.call("POST", "/orders", body, token=owner, headers=key), range(50))
        )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    read = local_run.call("GET", f"/customers/{customer['id']}", token=owner).json()
    assert read["total_orders"] == 1
    eventually(lambda: local_run.mails_to(customer["email"]))
    local_run.advance("PT1M")
    assert len(local_run.mails_to(customer["email"])) == 1


def test_another_tenants_token_does_not_reach_the_customer(
    local_run: LocalRun, customer: dict[str, Any]
) -> None:
    stranger = local_run.token(tenant="ten_01ARZ3NDEKTSV4RRFFQ69G5FAV", role="owner")
    assert local_run.call("GET", f"/customers/{customer['id']}", token=stranger).status in (401, 403, 404)


@pytest.mark.parametrize(
    "body",
    [
        b"{" + b'"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"email": "a@example.com", "email": "b@example.com"}',
        b'{"first_name": "a\\u0000b"}',
        b"\xff\xfe\x00",
        b"",
        b'"text"',
        b'{"first_name": "' + b"x" * 1_000_000 + b'"}',
        json.dumps({"no_such_field": 1}).encode(),
    ],
    ids=["deep", "deep-list", "duplicate", "null", "not-utf8", "empty", "no-object", "1MB", "unknown"],
)
def test_bad_bodies_are_told_apart_from_failures(local_run: LocalRun, owner: str, body: bytes) -> None:
    answer = local_run.call(
        "POST", "/customers", body, token=owner, headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status < 500
    assert answer.headers["content-type"] == "application/problem+json"


def _order(customer: dict[str, Any], number: str) -> dict[str, Any]:
    return {
        "number": number,
        "customer": {"id": customer["id"]},
        "currency": "GBP",
        "placed_at": datetime.now(UTC).isoformat(),
        "lines": [{"product_id": "tea", "name": "Tea", "quantity": 10, "unit_price": 250}],
    }
