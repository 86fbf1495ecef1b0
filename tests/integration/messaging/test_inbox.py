"""In-app messages: put once, counted exactly, read and removed by their customer, told to open apps."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from authorize_inbox.handler import handler as authorize
from connect_inbox.handler import handler as connect
from messaging_api.handler import handler
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging import inbox, inbox_sockets
from regulars.messaging.content import InAppContent
from regulars.messaging.inbox_socket_store import connections_of
from regulars.platform import issue_customer_token
from tests.events import answer_body, http_event
from tests.integration.killing import KilledError, killed_at
from tests.integration.pipeline.shop import new_customer, open_shop
from tests.resources import taken_from

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ann(tenant: Tenant, now: datetime) -> str:
    return new_customer(open_shop(tenant, now), now)


def identifier(number: int) -> str:
    return f"dlv_01J0000000{number:016d}"


def put(tenant: Tenant, customer: str, number: int, now: datetime) -> str:
    content = InAppContent(f"Hi {number}", "There", "https://x.test")
    inbox.put(tenant, customer, identifier(number), content, now)
    return identifier(number)


def ids(tenant: Tenant, customer: str, *, unread: bool = False) -> list[str]:
    return [
        one.id for one in inbox.page_messages(tenant, customer, unread=unread, limit=100, cursor=None).items
    ]


def test_a_message_is_put_once_however_often(tenant: Tenant, now: datetime, ann: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: put(tenant, ann, 1, now), range(16)))
    assert ids(tenant, ann) == [identifier(1)]
    assert inbox.unread_count(tenant, ann) == 1


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("call", [1, 2])
def test_whoever_dies_while_putting_leaves_the_count_right(
    tenant: Tenant, now: datetime, ann: str, call: int, answered: bool
) -> None:
    try:
        with killed_at(call, answered=answered):
            put(tenant, ann, 1, now)
    except KilledError:
        pass
    put(tenant, ann, 1, now)
    assert inbox.unread_count(tenant, ann) == len(ids(tenant, ann)) == 1


def test_some_or_all_are_read_once(tenant: Tenant, now: datetime, ann: str) -> None:
    made = [put(tenant, ann, number, now) for number in range(120)]

    assert inbox.read_some(tenant, ann, [made[0], made[1], "dlv_unknown"], now) == [made[0], made[1]]
    assert inbox.read_some(tenant, ann, [made[0], made[0]], now) == []
    assert inbox.unread_count(tenant, ann) == 118

    assert sorted(inbox.read_all(tenant, ann, now)) == made[2:]
    assert inbox.read_all(tenant, ann, now) == []
    assert inbox.unread_count(tenant, ann) == 0
    assert ids(tenant, ann, unread=True) == []


def test_reading_and_removing_at_once_keeps_the_count_exact(tenant: Tenant, now: datetime, ann: str) -> None:
    made = [put(tenant, ann, number, now) for number in range(12)]

    def work(number: int) -> None:
        if number % 3 == 0:
            inbox.remove(tenant, ann, made[number])
        elif number % 3 == 1:
            inbox.read_some(tenant, ann, made[number : number + 2], now)
        else:
            put(tenant, ann, 100 + number, now)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))

    assert inbox.unread_count(tenant, ann) == len(ids(tenant, ann, unread=True))


def test_a_removed_message_is_gone_and_not_counted(tenant: Tenant, now: datetime, ann: str) -> None:
    first, second = put(tenant, ann, 1, now), put(tenant, ann, 2, now)
    inbox.read_some(tenant, ann, [first], now)
    for one in (first, second):
        inbox.remove(tenant, ann, one)
        with pytest.raises(NotFoundError):
            inbox.remove(tenant, ann, one)
    assert (ids(tenant, ann), inbox.unread_count(tenant, ann)) == ([], 0)


def test_an_erased_customer_has_an_empty_inbox(tenant: Tenant, now: datetime, ann: str) -> None:
    inbox.read_some(tenant, ann, [put(tenant, ann, 1, now)], now)
    put(tenant, ann, 2, now)
    for _ in range(2):
        inbox.forget_inbox(tenant, ann)
    assert (ids(tenant, ann), inbox.unread_count(tenant, ann)) == ([], 0)


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(tenant: Tenant, ann: str, provider_events_queue: str) -> Ask:
    def call(method: str, path: str = "", *, caller: str = "", **event: Any) -> dict[str, Any]:
        who = {"caller_kind": "customer", "caller_id": caller or ann, "role": ""}
        params = {"customer_id": ann, **event.pop("params", {})}
        key = f"{method} /customers/{{customer_id}}/inbox{path}"
        return handler(http_event(key, tenant=tenant.id, caller=who, params=params, **event), None)

    return call


def test_an_app_lists_reads_and_removes(
    ask: Ask, tenant: Tenant, now: datetime, ann: str, provider_events_queue: str
) -> None:
    made = [put(tenant, ann, number, now + number * MINUTE) for number in range(3)]

    page = answer_body(ask("GET", query={"limit": "2"}))
    assert [one["id"] for one in page["items"]] == [made[2], made[1]]
    rest = answer_body(ask("GET", query={"limit": "2", "cursor": page["next"]}))
    assert [one["id"] for one in rest["items"]] == [made[0]]
    assert page["items"][0] == {
        "id": made[2],
        "title": "Hi 2",
        "body": "There",
        "url": "https://x.test",
        "at": "2026-03-10T09:32:00Z",
        "read_at": None,
    }
    assert answer_body(ask("GET", "/unread")) == {"unread": 3}

    taken_from(provider_events_queue)
    assert answer_body(ask("POST", "/read", body={"ids": [made[0]]})) == {"unread": 2}
    assert answer_body(ask("GET", query={"unread": "true"}))["items"][-1]["id"] == made[1]
    (seen,) = taken_from(provider_events_queue)
    assert (seen["seen"]["customer"], seen["seen"]["deliveries"]) == (ann, [made[0]])
    assert answer_body(ask("POST", "/read", body={"all": True})) == {"unread": 0}
    assert answer_body(ask("POST", "/read", body={"all": True})) == {"unread": 0}
    assert len(taken_from(provider_events_queue)) == 1

    assert ask("DELETE", "/{message_id}", params={"message_id": made[0]})["statusCode"] == 204
    assert ask("DELETE", "/{message_id}", params={"message_id": made[0]})["statusCode"] == 404


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"all": False}, {"ids": ["x"], "all": True}, {"ids": ["x"] * 101}]
)
def test_what_to_read_must_be_clear(ask: Ask, body: dict[str, Any]) -> None:
    assert ask("POST", "/read", body=body)["statusCode"] == 422


def test_nobody_reads_anothers_inbox(ask: Ask, tenant: Tenant, now: datetime) -> None:
    bob = new_customer(tenant, now, "bob@example.test")
    for method, path, body in (("GET", "", None), ("GET", "/unread", None), ("POST", "/read", {"all": True})):
        assert ask(method, path, caller=bob, body=body)["statusCode"] == 404


def socket_event(what: str, connection: str, tenant: Tenant, customer: str) -> dict[str, Any]:
    who = {"tenant": tenant.id, "caller_kind": "customer", "caller_id": customer}
    return {
        "requestContext": {"eventType": what, "connectionId": connection, "requestId": "r", "authorizer": who}
    }


def test_open_apps_are_told_and_gone_ones_forgotten(
    tenant: Tenant, now: datetime, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, dict[str, Any]]] = []

    def send(connection: str, text: str) -> bool:
        told.append((connection, json.loads(text)))
        return connection != "gone"

    monkeypatch.setattr(inbox_sockets, "send_to", send)
    for connection in ("here", "gone", "closed"):
        assert connect(socket_event("CONNECT", connection, tenant, ann), None) == {"statusCode": 200}
    connect(socket_event("DISCONNECT", "closed", tenant, ann), None)

    made = put(tenant, ann, 1, now)
    put(tenant, ann, 1, now)

    assert {connection for connection, _ in told} == {"here", "gone"}
    assert told[0][1]["type"] == "inbox.message"
    assert told[0][1]["unread"] == 1
    assert (told[0][1]["message"]["id"], told[0][1]["message"]["title"]) == (made, "Hi 1")
    assert list(connections_of(tenant, ann)) == ["here"]
    told.clear()
    inbox.read_all(tenant, ann, now)
    assert [(one["type"], one["unread"]) for _, one in told] == [("inbox.read", 0)]


def test_an_app_that_cannot_be_told_does_not_undo_a_message(
    tenant: Tenant, now: datetime, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(connection: str, text: str) -> bool:
        raise RuntimeError

    monkeypatch.setattr(inbox_sockets, "send_to", send)
    connect(socket_event("CONNECT", "here", tenant, ann), None)
    put(tenant, ann, 1, now)
    assert inbox.unread_count(tenant, ann) == 1


def ask_to_connect(token: str | None) -> dict[str, Any]:
    query = None if token is None else {"token": token}
    event = {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:eu-west-1:1:a/live/$connect",
        "queryStringParameters": query,
        "requestContext": {"requestId": "r"},
    }
    return authorize(event, None)


def effect(answer: dict[str, Any]) -> str:
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:eu-west-1:1:a/live/$connect"
    return str(statement["Effect"])


def test_a_customers_token_opens_their_own_inbox(tenant: Tenant, ann: str) -> None:
    answer = ask_to_connect(issue_customer_token(tenant, ann).token)
    assert effect(answer) == "Allow"
    assert answer["context"] == {"tenant": tenant.id, "caller_kind": "customer", "caller_id": ann}


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
def test_no_token_opens_nothing(table: str, token: str | None) -> None:
    answer = ask_to_connect(token)
    assert effect(answer) == "Deny"
    assert "context" not in answer


def test_a_changed_token_opens_nothing(tenant: Tenant, ann: str) -> None:
    head, payload, signature = issue_customer_token(tenant, ann).token.split(".")
    assert effect(ask_to_connect(f"{head}.{payload}.{signature[::-1]}")) == "Deny"
