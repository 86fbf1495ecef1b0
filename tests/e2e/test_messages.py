"""Messages through the deployed template: what was sent, what the providers told of it, and what people did with it."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.running import LocalRun, eventually


@pytest.fixture
def owner(local_run: LocalRun, shop: str) -> str:
    return local_run.token(tenant=shop, role="owner")


def customer(run: LocalRun, token: str, email: str = "", **profile: Any) -> dict[str, Any]:
    given = {"email": email or f"{uuid4().hex}@example.com", "first_name": "Ann", **profile}
    answer = run.call("POST", "/customers", given, token=token)
    assert answer.status == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def order(run: LocalRun, token: str, customer_id: str) -> None:
    body = {
        "number": uuid4().hex[:12],
        "customer": {"id": customer_id},
        "currency": "GBP",
        "placed_at": datetime.now(UTC).isoformat(),
        "lines": [{"product_id": "tea", "name": "Tea", "quantity": 1, "unit_price": 250}],
    }
    answer = run.call("POST", "/orders", body, token=token)
    assert answer.status == 201, answer.text


def logged(run: LocalRun, token: str, customer_id: str) -> list[dict[str, Any]]:
    answer = run.call("GET", f"/notifications/logs?customer={customer_id}", token=token)
    assert answer.status == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def in_state(run: LocalRun, token: str, customer_id: str, state: str) -> list[dict[str, Any]]:
    return [one for one in logged(run, token, customer_id) if one["state"] == state]


def test_a_confirmation_is_known_as_delivered_once_ses_says_so(
    local_run: LocalRun, owner: str, shop: str
) -> None:
    ann = customer(local_run, owner)

    order(local_run, owner, ann["id"])

    (mail,) = eventually(lambda: local_run.mails_to(ann["email"]))
    (delivery,) = eventually(lambda: in_state(local_run, owner, ann["id"], "delivered"))
    assert mail["tags"]["delivery"] == delivery["id"]
    assert (mail["tags"]["tenant"], mail["tags"]["customer"]) == (shop, ann["id"])
    assert delivery["provider_id"] == mail["id"]
    assert mail["configuration_set"] == "regulars-local"


@pytest.mark.parametrize(("name", "state"), [("bounce", "bounced"), ("complaint", "complained")])
def test_what_ses_says_of_an_address_reaches_the_log(
    local_run: LocalRun, owner: str, name: str, state: str
) -> None:
    ann = customer(local_run, owner, f"{name}+{uuid4().hex}@simulator.amazonses.com")
    order(local_run, owner, ann["id"])
    (delivery,) = eventually(lambda: in_state(local_run, owner, ann["id"], state))
    assert delivery["reason"] == state


def test_a_person_acts_through_the_mailbox(local_run: LocalRun, owner: str) -> None:
    ann = customer(local_run, owner)
    order(local_run, owner, ann["id"])
    (mail,) = eventually(lambda: local_run.mails_to(ann["email"]))
    eventually(lambda: in_state(local_run, owner, ann["id"], "delivered"))

    answer = local_run.call("POST", f"/_local/mailbox/{mail['id']}/complain", {})

    assert answer.status == 200, answer.text
    eventually(lambda: in_state(local_run, owner, ann["id"], "complained"))
    assert "complained" in {
        one["what"] for one in local_run.call("GET", f"/_local/mailbox/{mail['id']}").json()["happened"]
    }
    page = local_run.call("GET", f"/_local/mailbox?q={ann['email']}").text
    assert page.count("<details id=") == 1
    assert local_run.call("POST", "/_local/mailbox/unknown/complain", {}).status == 404


def test_throttling_delays_a_mail_and_loses_none(local_run: LocalRun, owner: str) -> None:
    ann = customer(local_run, owner)
    assert local_run.call("POST", "/_local/simulator", {"throttle": 1}).json()["throttle"] == 1
    order(local_run, owner, ann["id"])
    eventually(lambda: local_run.mails_to(ann["email"]), 60)
    assert len(local_run.mails_to(ann["email"])) == 1
    assert local_run.call("POST", "/_local/simulator", {"earthquake": 1}).status == 400


def test_an_open_inbox_is_reached_by_its_customer_only(local_run: LocalRun, owner: str, shop: str) -> None:
    ann = customer(local_run, owner)
    token = local_run.token(tenant=shop, customer=ann["id"])
    address = local_run.endpoints["socket"]

    async def connect(query: dict[str, str]) -> int:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(address, params=query) as socket:
                    await socket.send_str(json.dumps({"hello": "there"}))
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    assert asyncio.run(connect({"token": token})) == 101
    assert asyncio.run(connect({})) in (401, 403)
    assert asyncio.run(connect({"token": token[:-2]})) in (401, 403)
    assert asyncio.run(connect({"token": owner})) in (401, 403)


def test_devices_and_an_empty_inbox_over_http(local_run: LocalRun, owner: str, shop: str) -> None:
    ann = customer(local_run, owner)
    token = local_run.token(tenant=shop, customer=ann["id"])
    base = f"/customers/{ann['id']}"
    body = {"platform": "ios", "token": "a" * 64}
    assert local_run.call("POST", f"{base}/devices", body, token=token).status == 201
    assert len(local_run.call("GET", f"{base}/devices", token=token).json()["items"]) == 1
    assert local_run.call("GET", f"{base}/inbox", token=token).json() == {"items": [], "next": None}
    assert local_run.call("GET", f"{base}/inbox/unread", token=token).json() == {"unread": 0}


def test_a_forged_notification_is_forbidden(local_run: LocalRun) -> None:
    body = json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:x"}).encode()
    answer = local_run.call("POST", "/webhooks/sns", body, headers={"content-type": "text/plain"})
    assert (answer.status, answer.json()["status"]) == (403, 403)
