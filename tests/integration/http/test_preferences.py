"""Preferences, consent, suppressions and settings over HTTP, as a shop's client sees them."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from preferences_api.handler import handler
from regulars.kernel.clock import clock, iso
from regulars.kernel.tenancy import Tenant
from regulars.messaging.preferences.links import bearer_of
from regulars.messaging.settings_store import forget_messaging_settings
from tests.events import http_event
from tests.integration.pipeline.shop import new_customer, open_shop

Json = dict[str, Any]
VIEWER = {"role": "viewer"}
CONSENTS = "POST /customers/{customer_id}/consents"
PREFERENCES = "/customers/{customer_id}/preferences"


class Api:
    """Calls operations as the owner of a tenant; an answer is `(status, body)`, its headers are in `headers`."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.headers: dict[str, str] = {}

    def __call__(self, route: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        params = {name: how.pop(name) for name in ("customer_id", "channel", "address") if name in how}
        answer = handler(http_event(route, tenant=self.tenant.id, body=body, params=params, **how), None)
        self.headers = answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_messaging_settings()


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def api(tenant: Tenant, now: datetime) -> Api:
    return Api(open_shop(tenant, now))


@pytest.fixture
def ann(api: Api, now: datetime) -> str:
    return new_customer(api.tenant, now)


def test_what_is_named_changes_and_the_rest_stays(api: Api, ann: str) -> None:
    _, before = api(f"GET {PREFERENCES}", customer_id=ann)
    assert before["channels"]["email"] == {
        "on": True,
        "consent": {"state": "none", "at": None, "source": ""},
        "marketing": False,
    }
    change = {
        "categories": {"promotions": False},
        "frequency": {"newsletters": "weekly"},
        "quiet_hours": {"start": "22:30", "end": "07:00"},
    }
    status, after = api(f"PUT {PREFERENCES}", change, customer_id=ann)
    assert status == 200
    assert after["quiet_hours"] == {"start": "22:30", "end": "07:00"}
    assert {one["key"]: one["on"] for one in after["categories"]} == {
        "order_updates": True,
        "promotions": False,
        "product_updates": True,
        "newsletters": True,
    }
    _, after = api(f"PUT {PREFERENCES}", {"quiet_hours": None, "language": "pl"}, customer_id=ann)
    assert (after["quiet_hours"], after["language"]) == (None, "pl")
    bearer = bearer_of("preferences", urlsplit(after["page_url"]).path.rpartition("/")[2])
    assert bearer is not None
    assert bearer.customer_id == ann


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"categories": {"order_updates": False}}, "/categories/order_updates"),
        ({"categories": {"unknown": True}}, "/categories/unknown"),
        ({"frequency": {"unknown": "daily"}}, "/frequency/unknown"),
        ({"frequency": {"newsletters": "hourly"}}, "/frequency/newsletters"),
        ({"channels": {"fax": True}}, "/channels/fax"),
        ({"quiet_hours": {"start": "25:00", "end": "07:00"}}, "/quiet_hours/start"),
        ({"language": "Klingon!"}, "/language"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(api: Api, ann: str, change: Json, pointer: str) -> None:
    status, problem = api(f"PUT {PREFERENCES}", change, customer_id=ann)
    assert status == 422
    assert problem["errors"][0]["pointer"].startswith(pointer)


def test_consent_is_given_with_proof_and_the_ledger_shows_it(api: Api, ann: str) -> None:
    given = {
        "channel": "email",
        "state": "granted",
        "source": "checkout",
        "proof": {"page": "https://shop.example/pay", "ip": "203.0.113.9"},
    }
    status, consents = api(CONSENTS, given, customer_id=ann)
    assert status == 200
    assert consents["consents"]["email"]["state"] == "granted"
    _, page = api("GET /customers/{customer_id}/consents", customer_id=ann)
    (entry,) = page["items"]
    assert (entry["state"], entry["source"]) == ("granted", "checkout")
    assert entry["proof"].keys() == {"page", "ip_hash"}
    _, preferences = api(f"GET {PREFERENCES}", customer_id=ann)
    assert preferences["channels"]["email"]["marketing"]


def test_the_same_request_again_writes_nothing_and_answers_the_same(api: Api, ann: str) -> None:
    given = {"channel": "sms", "state": "granted"}
    key = {"idempotency-key": "k1"}
    first = api(CONSENTS, given, customer_id=ann, headers=key)
    api(CONSENTS, given | {"state": "withdrawn"}, customer_id=ann)
    assert api(CONSENTS, given, customer_id=ann, headers=key) == first


def test_a_consent_of_the_future_is_refused_and_one_of_the_past_undoes_nothing(
    api: Api, ann: str, now: datetime
) -> None:
    given = {"channel": "email", "state": "granted"}
    assert api(CONSENTS, given | {"at": iso(now + timedelta(hours=1))}, customer_id=ann)[0] == 422
    api(CONSENTS, given | {"state": "withdrawn"}, customer_id=ann)
    _, after = api(CONSENTS, given | {"at": iso(now - timedelta(days=9))}, customer_id=ann)
    assert after["consents"]["email"]["state"] == "withdrawn"


def test_customers_reach_their_own_alone(api: Api, ann: str, now: datetime) -> None:
    other = new_customer(api.tenant, now, "bob@example.test")
    caller = {"caller_kind": "customer", "caller_id": ann, "role": ""}
    assert api(f"PUT {PREFERENCES}", {"language": "de"}, customer_id=ann, caller=caller)[0] == 200
    assert api(f"PUT {PREFERENCES}", {"language": "de"}, customer_id=other, caller=caller)[0] == 404
    past = {"channel": "email", "state": "granted", "source": "till", "at": iso(now - timedelta(days=9))}
    _, consents = api(CONSENTS, past, customer_id=ann, caller=caller)
    assert consents["consents"]["email"]["source"] == "portal"
    assert consents["consents"]["email"]["at"] > iso(now - timedelta(days=1))
    assert api("GET /suppressions", caller=caller)[0] == 403


def test_nobody_elses_customers(api: Api, other_tenant: Tenant, now: datetime) -> None:
    stranger = new_customer(open_shop(other_tenant, now), now)
    assert api(f"GET {PREFERENCES}", customer_id=stranger)[0] == 404
    assert api(CONSENTS, {"channel": "email", "state": "granted"}, customer_id=stranger)[0] == 404


def test_a_subscription_waits_for_its_confirmation(api: Api) -> None:
    asked = {"email": "new@example.test", "source": "footer", "proof": {"ip": "203.0.113.9"}}
    status, made = api("POST /subscriptions", asked, headers={"idempotency-key": "s1"})
    assert (status, made["state"], made["sent"]) == (202, "pending", True)
    assert api("POST /subscriptions", asked, headers={"idempotency-key": "s1"}) == (202, made)
    assert api("POST /subscriptions", {"source": "footer"})[0] == 422
    assert api("POST /subscriptions", {"email": "x", "source": "footer"})[0] == 422


def test_an_address_is_put_on_the_list_and_taken_off(api: Api) -> None:
    status, made = api(
        "POST /suppressions", {"channel": "email", "address": "A@x.example", "detail": "asked"}
    )
    assert (status, made["address"], made["reason"]) == (201, "a@x.example", "manual")
    assert api("POST /suppressions", {"channel": "email", "address": "a@x.example"}) == (201, made)
    _, page = api("GET /suppressions", query={"address": "a@", "channel": "email", "reason": "manual"})
    assert [one["address"] for one in page["items"]] == ["a@x.example"]
    route = "DELETE /suppressions/{channel}/{address}"
    assert api(route, channel="email", address="a@x.example")[0] == 204
    assert api(route, channel="email", address="a@x.example")[0] == 404
    assert api(route, channel="fax", address="a@x.example")[0] == 404
    assert api(route, channel="sms", address="nonsense")[0] == 422


def test_settings_are_read_changed_and_guarded_by_version(api: Api) -> None:
    path = "/messaging/settings"
    _, before = api(f"GET {path}")
    assert (before["version"], before["soft_bounces"]) == (0, 3)
    status, after = api(f"PUT {path}", {"soft_bounces": 5}, headers={"if-match": '"0"'})
    assert (status, after["soft_bounces"], after["version"]) == (200, 5, 1)
    assert api.headers["etag"] == '"1"'
    assert after["caps"] == before["caps"]
    assert api(f"PUT {path}", {"soft_bounces": 6}, headers={"if-match": '"0"'})[0] == 412
    assert api(f"PUT {path}", {"soft_bounces": 5})[1]["version"] == 1
    assert api(f"PUT {path}", {"soft_bounces": 6}, caller=VIEWER)[0] == 403


NAME = {"en": "X"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"categories": []}, "/categories"),
        ({"categories": [{"key": "order_updates", "name": NAME}]}, "/categories"),
        (
            {
                "categories": [
                    {"key": "order_updates", "name": NAME, "transactional": True},
                    {"key": "news", "name": {}},
                ]
            },
            "/categories/1/name",
        ),
        ({"caps": [{"limit": 1, "hours": 1, "category": "order_updates"}]}, "/caps/0/category"),
        ({"caps": [{"limit": 1, "hours": 1, "category": "none"}]}, "/caps/0/category"),
        ({"caps": [{"limit": 1, "hours": 1}, {"limit": 2, "hours": 1}]}, "/caps/1"),
        ({"caps": [{"limit": 0, "hours": 1}]}, "/caps/0/limit"),
        ({"quiet_hours": {"start": "08:00", "end": "08:00"}}, "/quiet_hours/end"),
        ({"send_window": {"start": "22:00", "end": "23:00"}}, "/send_window"),
        ({"quiet_channels": ["sms", "sms"]}, "/quiet_channels"),
        ({"webhook_url": "http://x.example"}, "/webhook_url"),
        ({"consent": {"email": "always"}}, "/consent/email"),
        ({"attribution_days": 91}, "/attribution_days"),
        ({"nothing": 1}, "/nothing"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(api: Api, change: Json, pointer: str) -> None:
    status, problem = api("PUT /messaging/settings", change)
    assert status == 422
    assert pointer in [fault["pointer"] for fault in problem["errors"]]
    assert api("GET /messaging/settings")[1]["version"] == 0


SECRET = "/messaging/webhook-secret"


def test_owners_see_and_rotate_the_secret_of_webhooks(api: Api) -> None:
    status, before = api(f"GET {SECRET}")
    assert status == 200
    assert before["secret"].startswith("whsec_")
    assert (before["version"], before["rotated_at"], before["former_until"]) == (0, None, None)

    status, after = api(f"POST {SECRET}/rotate", headers={"if-match": '"0"'})
    assert status == 200
    assert after["version"] == 1
    assert after["secret"] != before["secret"]
    assert after["former_until"] > after["rotated_at"]
    assert api(f"GET {SECRET}")[1] == after
    assert api(f"POST {SECRET}/rotate", headers={"if-match": '"0"'})[0] == 412
    assert api(f"GET {SECRET}")[1] == after


@pytest.mark.parametrize("role", ["viewer", "analyst", "agent", "marketer"])
def test_nobody_else_sees_the_secret_of_webhooks(api: Api, role: str) -> None:
    for route in (f"GET {SECRET}", f"POST {SECRET}/rotate"):
        status, problem = api(route, caller={"role": role})
        assert status == 403
        assert "whsec_" not in json.dumps(problem)


def test_a_mail_domain_may_be_given_in_capitals(api: Api) -> None:
    assert api("PUT /messaging/settings", {"domain_rates": {"WP.pl": 200}})[0] == 200
    assert api("GET /messaging/settings")[1]["domain_rates"] == {"wp.pl": 200}
