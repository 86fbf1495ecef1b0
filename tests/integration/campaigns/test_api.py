"""Campaigns over HTTP: as a shop's client sees them."""

import json
from typing import Any

import pytest

from campaigns_api.handler import handler
from regulars.kernel.clock import clock
from tests.events import http_event
from tests.integration.campaigns.stage import PLAN, Stage
from tests.integration.pipeline.shop import open_shop

Json = dict[str, Any]


class Api:
    """Calls operations as the owner of a tenant; an answer is `(status, body)`."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id

    def __call__(self, route: str, body: Any = None, campaign_id: str = "", **how: Any) -> tuple[int, Any]:
        params = {"campaign_id": campaign_id} if campaign_id else {}
        answer = handler(http_event(route, tenant=self.tenant_id, body=body, params=params, **how), None)
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


@pytest.fixture
def api(shop: Stage) -> Api:
    shop.now = clock().now()
    return Api(shop.tenant.id)


ONE = "/campaigns/{campaign_id}"


def test_from_draft_to_cancelled(shop: Stage, api: Api) -> None:
    shop.customers(3)
    status, made = api("POST /campaigns", PLAN)
    assert (status, made["status"], made["plan"]["choice"]) == (201, "draft", "first")
    status, shown = api(f"GET {ONE}", campaign_id=made["id"])
    assert (status, shown["findings"]) == (200, [])
    status, changed = api(
        f"PUT {ONE}", {"throttle_per_minute": 600}, campaign_id=made["id"], headers={"if-match": '"1"'}
    )
    assert (status, changed["version"], changed["plan"]["throttle_per_minute"]) == (200, 2, 600)
    assert api(f"PUT {ONE}", {"name": "X"}, campaign_id=made["id"], headers={"if-match": '"1"'})[0] == 412

    status, sent = api(f"POST {ONE}/send", campaign_id=made["id"])

    assert (status, sent["status"], sent["run"]["number"]) == (202, "sending", 1)
    assert api(f"POST {ONE}/send", campaign_id=made["id"])[0] == 409
    assert api(f"POST {ONE}/pause", campaign_id=made["id"])[1]["status"] == "paused"
    assert api(f"POST {ONE}/resume", campaign_id=made["id"])[1]["status"] == "sending"
    status, metrics = api(f"GET {ONE}/metrics", campaign_id=made["id"])
    assert (status, metrics["whole"]["sent"], metrics["currency"]) == (200, 0, "GBP")
    assert api(f"GET {ONE}/metrics/over-time", campaign_id=made["id"]) == (200, {"items": []})
    assert api(f"GET {ONE}/links", campaign_id=made["id"]) == (200, {"items": []})
    assert api(f"GET {ONE}/recipients", campaign_id=made["id"])[1]["items"] == []
    assert api(f"POST {ONE}/cancel", campaign_id=made["id"])[1]["status"] == "cancelled"
    assert api(f"POST {ONE}/resume", campaign_id=made["id"])[0] == 409
    assert api(f"DELETE {ONE}", campaign_id=made["id"])[0] == 409
    assert api(f"POST {ONE}/archive", {}, campaign_id=made["id"])[1]["archived"]
    status, copy = api(f"POST {ONE}/duplicate", {"name": "Again"}, campaign_id=made["id"])
    assert (status, copy["name"], copy["status"]) == (201, "Again", "draft")
    assert [one["id"] for one in api("GET /campaigns")[1]["items"]] == [copy["id"]]
    assert api(f"DELETE {ONE}", campaign_id=copy["id"])[0] == 204
    assert api(f"GET {ONE}", campaign_id=copy["id"])[0] == 404


def test_what_is_missing_is_told_with_pointers(api: Api) -> None:
    _, made = api("POST /campaigns", {"name": "Bare"})

    _, shown = api(f"GET {ONE}", campaign_id=made["id"])
    status, refused = api(f"POST {ONE}/send", campaign_id=made["id"])

    assert {one["pointer"] for one in shown["findings"]} == {"/audience", "/channels", "/template"}
    assert status == 422
    assert {one["pointer"] for one in refused["errors"]} == {"/audience", "/channels", "/template"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "A", "audience": {"all": True, "segment": "seg_1"}}, "/audience"),
        ({"name": "A", "audience": {"customers": ["ann"]}}, "/audience/customers/0"),
        ({"name": "A", "channels": ["pigeon"]}, "/channels/0"),
        ({"name": "A", "test": {"variants": [{"name": "A"}]}}, "/test"),
        ({"name": "A", "test": {"variants": [{"name": "A"}, {"name": "a"}]}}, "/test"),
        ({"name": "A", "schedule": {"kind": "at", "rrule": "FREQ=DAILY"}}, "/schedule"),
        ({"name": "A", "throttle_per_minute": "9"}, "/throttle_per_minute"),
        ({"audience": {}}, "/name"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_fault(api: Api, body: Json, pointer: str) -> None:
    status, refused = api("POST /campaigns", body)

    assert status == 422
    assert pointer in {one["pointer"] for one in refused["errors"]}


def test_a_calendar_of_too_long_a_span_is_refused(api: Api) -> None:
    query = {"from": "2026-01-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}

    assert api("GET /campaigns/calendar", query=query)[0] == 422
    query["to"] = "2026-02-01T00:00:00Z"
    assert api("GET /campaigns/calendar", query=query) == (200, {"items": []})


def test_who_may_only_look_may_not_act(api: Api) -> None:
    _, made = api("POST /campaigns", PLAN)
    viewer: Json = {"caller": {"role": "viewer"}}

    assert api(f"GET {ONE}", campaign_id=made["id"], **viewer)[0] == 200
    assert api(f"POST {ONE}/send", campaign_id=made["id"], **viewer)[0] == 403


def test_a_campaign_of_another_tenant_is_not_there(shop: Stage, api: Api, other_tenant: Any) -> None:
    _, made = api("POST /campaigns", PLAN)
    stranger = Api(open_shop(other_tenant, shop.now).id)

    for method, path in (("GET", ONE), ("POST", f"{ONE}/send"), ("POST", f"{ONE}/cancel"), ("DELETE", ONE)):
        assert stranger(f"{method} {path}", campaign_id=made["id"])[0] == 404


def test_the_same_key_sends_once(api: Api) -> None:
    _, made = api("POST /campaigns", PLAN)

    first = api(f"POST {ONE}/send", campaign_id=made["id"], headers={"idempotency-key": "k1"})
    again = api(f"POST {ONE}/send", campaign_id=made["id"], headers={"idempotency-key": "k1"})

    assert first == again
    assert first[0] == 202
