"""Loyalty over HTTP: programs as a shop's client sees them, and what an order would earn."""

import json
from datetime import datetime
from typing import Any

import pytest

from loyalty_api.handler import handler
from regulars import segments
from regulars.commerce import products
from regulars.commerce.products import ProductInput
from regulars.kernel.clock import clock
from regulars.kernel.events import EventItem
from regulars.kernel.tenancy import Tenant
from tests.events import http_event
from tests.integration.pipeline.shop import buy, new_customer, open_shop
from tests.integration.segments.making import inside, make_segments

Json = dict[str, Any]
ONE = "/loyalty-programs/{program_id}"
VIEWER = {"role": "viewer"}
CUSTOMER = {"caller_kind": "customer", "caller_id": "cus_1", "role": ""}
BONUS: Json = {"type": "bonus", "points": 50}
BUYERS: Json = {
    "version": 1,
    "root": {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 5000}},
}


class Api:
    """Calls operations as the owner of a tenant; an answer is `(status, body)`, its headers are in `headers`."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.headers: dict[str, str] = {}

    def __call__(self, route: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        params = {name: how.pop(name) for name in ("program_id", "customer_id") if name in how}
        answer = handler(http_event(route, tenant=self.tenant.id, body=body, params=params, **how), None)
        self.headers = answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def made(self, name: str = "Club", **more: Any) -> Json:
        status, body = self("POST /loyalty-programs", {"name": name, **more})
        assert status == 201, body
        return body

    def tried(self, program: Json, *lines: Json, **more: Any) -> Json:
        body = {"lines": list(lines), **more}
        status, found = self(f"POST {ONE}/calculate", body, program_id=program["id"])
        assert status == 200, found
        assert sum(step["points"] for step in found["steps"]) == found["points"]
        return found


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def api(tenant: Tenant, now: datetime) -> Api:
    return Api(open_shop(tenant, now))


@pytest.fixture
def other_api(other_tenant: Tenant, now: datetime) -> Api:
    return Api(open_shop(other_tenant, now))


def line(product: str, price: int, quantity: int = 1) -> Json:
    return {"product_id": product, "quantity": quantity, "unit_price": price}


def pointers(body: Json) -> list[str]:
    return [one["pointer"] for one in body["errors"]]


def events_of(tenant: Tenant, program: Json) -> list[tuple[str, Any]]:
    found = EventItem.each(tenant.partition("LP", program["id"]), EventItem.sk.startswith("E#"))
    return [(one.name, one.data.get("fields")) for one in sorted(found, key=lambda one: one.time)]


def test_a_program_is_created_changed_begun_and_ended(api: Api) -> None:
    # given a draft that has no more than a name
    made = api.made()
    assert (made["status"], made["version"], made["created_by"]) == ("draft", 1, "staff:stf_01")
    assert api.headers["location"] == f"/loyalty-programs/{made['id']}"
    assert [one["name"] for one in made["tiers"]] == ["Bronze", "Silver", "Gold", "Platinum"]
    assert api(f"GET {ONE}", program_id=made["id"]) == (200, made)
    assert api.headers["etag"] == '"1"'
    # when it is changed, and then by who saw it before that
    rules = [{"name": "Weekend", "when": {"weekdays": ["saturday", "sunday"]}, "effect": BONUS}]
    seen = {"headers": {"if-match": '"1"'}, "program_id": made["id"]}
    status, changed = api(f"PUT {ONE}", {"rules": rules, "name": "Kettle Club"}, **seen)
    assert (status, changed["version"], changed["rules"][0]["when"]["weekdays"]) == (
        200,
        2,
        ["saturday", "sunday"],
    )
    assert api(f"PUT {ONE}", {"name": "Mine"}, **seen)[0] == 412
    assert api(f"DELETE {ONE}", **seen)[0] == 412
    # and begun, paused and ended
    for status_wanted in ("active", "paused", "active", "ended"):
        found = api(f"PUT {ONE}", {"status": status_wanted}, program_id=made["id"])
        assert (found[0], found[1]["status"]) == (200, status_wanted)
    # then nothing about it changes any more, and its events tell how it came
    assert api(f"PUT {ONE}", {"name": "Late"}, program_id=made["id"])[0] == 409
    assert api(f"DELETE {ONE}", program_id=made["id"])[0] == 409
    assert api(f"GET {ONE}", program_id=made["id"])[1]["version"] == 6
    names = [name.removeprefix("loyalty_program.") for name, _ in events_of(api.tenant, made)]
    assert names == ["created", "updated", "activated", "paused", "activated", "ended"]
    assert events_of(api.tenant, made)[1][1] == ["name", "rules"]


def test_a_change_to_what_is_so_already_changes_nothing(api: Api) -> None:
    made = api.made()

    assert api(f"PUT {ONE}", {"tiers": made["tiers"], "status": "draft"}, program_id=made["id"]) == (
        200,
        made,
    )
    assert len(events_of(api.tenant, made)) == 1


def test_only_a_draft_can_be_deleted(api: Api) -> None:
    made = api.made()

    assert api(f"DELETE {ONE}", program_id=made["id"]) == (204, None)
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        assert api(f"{method} {ONE}", body, program_id=made["id"])[0] == 404
    assert [name for name, _ in events_of(api.tenant, made)][-1] == "loyalty_program.deleted"


def test_a_creation_that_is_asked_for_again_gives_the_same_answer(api: Api) -> None:
    once = {"headers": {"idempotency-key": "k-1"}}
    first, again = (api("POST /loyalty-programs", {"name": "Club"}, **once) for _ in range(2))

    assert (first[0], again) == (201, first)
    assert len(api("GET /loyalty-programs")[1]["items"]) == 1


def test_lists_go_page_by_page_newest_first(api: Api) -> None:
    ids = [api.made(str(number))["id"] for number in range(3)]
    api(f"PUT {ONE}", {"status": "active"}, program_id=ids[1])

    status, page = api("GET /loyalty-programs", query={"limit": "2", "fields": "id"})
    rest = api("GET /loyalty-programs", query={"limit": "2", "cursor": page["next"], "fields": "id"})[1]

    assert status == 200
    assert sorted(one["id"] for one in page["items"] + rest["items"]) == sorted(ids)
    active = api("GET /loyalty-programs", query={"status": "active"})[1]["items"]
    assert [one["id"] for one in active] == [ids[1]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"points": {"earn_rate": "0"}}, "/points/earn_rate"),
        ({"points": {"earn_rate": "１"}}, "/points/earn_rate"),
        ({"points": {"bonuses": {"birthday": 1.5}}}, "/points/bonuses/birthday"),
        ({"rules": [{"name": "A", "effect": {"type": "bonus", "points": 2**63}}]}, "/rules/0/effect/points"),
        ({"tiers": [{"name": "A", "required_points": -1}]}, "/tiers/0/required_points"),
        (
            {"tiers": [{"name": "A", "required_points": 0}, {"name": "B", "required_points": 0}]},
            "/tiers/1/required_points",
        ),
        ({"period": {"kind": "custom", "start": "2026-02-01", "end": "2026-01-01"}}, "/period/end"),
        (
            {"rules": [{"name": "A", "when": {"segment": {"version": 1, "root": {}}}, "effect": BONUS}]},
            "/rules/0/when/segment/root",
        ),
        (
            {
                "rules": [
                    {
                        "name": "A",
                        "when": {
                            "segment": {"version": 1, "root": {"type": "segment", "segment": "seg_gone"}}
                        },
                        "effect": BONUS,
                    }
                ]
            },
            "/rules/0/when/segment/root/segment",
        ),
    ],
)
def test_faults_are_refused_where_they_stand(api: Api, body: Json, pointer: str) -> None:
    status, refused = api("POST /loyalty-programs", {"name": "Club"} | body)
    assert (status, pointers(refused)) == (422, [pointer])

    made = api.made()
    status, refused = api(f"PUT {ONE}", body, program_id=made["id"])
    assert (status, pointers(refused)) == (422, [pointer])


@pytest.mark.parametrize(
    ("text", "status"),
    [("NaN", 400), ("1e309", 422), ("-0", 422), ("9223372036854775808", 422), ("1.0", 422)],
)
def test_numbers_that_are_none_are_refused(api: Api, text: str, status: int) -> None:
    body = '{"name": "Club", "points": {"bonuses": {"review": ' + text + "}}}"

    found, refused = api("POST /loyalty-programs", raw_body=body)

    assert found == status
    assert status == 400 or pointers(refused) == ["/points/bonuses/review"]


def test_a_segment_that_a_rule_asks_for_is_not_deleted_under_it(api: Api, now: datetime) -> None:
    make_segments(api.tenant, now, spenders=BUYERS["root"])
    spenders = "seg_spenders"
    rule = {"version": 1, "root": inside("spenders")}
    made = api.made(rules=[{"name": "Spenders", "when": {"segment": rule}, "effect": BONUS}])
    used = segments.dependants(api.tenant, spenders)
    assert [(one.kind, one.id, one.name) for one in used] == [("loyalty program", made["id"], "Club")]
    # when the rule goes
    api(f"PUT {ONE}", {"rules": []}, program_id=made["id"])
    # then the segment is free
    assert segments.dependants(api.tenant, spenders) == []


def test_each_point_of_an_order_is_explained(api: Api, now: datetime) -> None:
    # given products with categories, and rules by category, product, segment and first purchase
    for one, path in (("mug", ["Home", "Kitchen"]), ("tea", ["Drinks"])):
        products.put(
            api.tenant,
            one,
            ProductInput(name={"en": one}, price=1, currency="GBP", category=path),
            now=now,
        )
    club = api.made(
        points={"earn_rate": "0.5", "bonuses": {"first_order": 20}},
        rules=[
            {
                "name": "Kitchen",
                "when": {"categories": ["Kitchen"]},
                "effect": {"type": "multiplier", "by": "3"},
            },
            {"name": "Tea", "when": {"products": ["tea"]}, "effect": {"type": "bonus", "points": 7}},
            {"name": "Spenders", "when": {"segment": BUYERS}, "effect": BONUS},
            {"name": "New", "when": {"first_purchase": True}, "effect": {"type": "bonus", "points": 1}},
        ],
    )
    order = [line("mug", 1000, 2), line("tea", 500)]
    # when it is tried for a tier
    found = api.tried(club, *order, discount=500, tier="Gold")
    # then the tier and the rules act on what is paid
    assert [(one["source"], one["name"], one["points"]) for one in found["steps"]] == [
        ("base", "", 10),
        ("tier", "Gold", 5),
        ("rule", "Kitchen", 16),
        ("rule", "Tea", 7),
    ]
    assert [one["name"] for one in found["passed_over"]] == ["Spenders", "New"]
    assert (found["points"], found["currency"], found["tier"]) == (38, "GBP", "Gold")
    # and for a customer by what is known of them
    ann = new_customer(api.tenant, now)
    first = api.tried(club, *order, customer={"id": ann})
    assert (first["first_order"], first["tier"]) == (True, "Bronze")
    assert {one["source"] for one in first["steps"]} == {"base", "first_order", "rule"}
    assert [one["name"] for one in first["passed_over"]] == ["Spenders"]
    buy(api.tenant, ann, "1", now, 5000)
    later = api.tried(club, *order, customer={"email": "ann@example.test"})
    assert not later["first_order"]
    assert [one["name"] for one in later["passed_over"]] == ["New"]


def test_days_are_those_of_the_tenants_clocks(api: Api) -> None:
    club = api.made(rules=[{"name": "Friday", "when": {"weekdays": ["friday"]}, "effect": BONUS}])

    # 23:30 on a Thursday by UTC is half past midnight in Warsaw.
    friday = api.tried(club, line("mug", 100), at="2026-03-12T23:30:00Z")
    thursday = api.tried(club, line("mug", 100), at="2026-03-12T22:30:00Z")

    assert (friday["points"], thursday["points"]) == (51, 1)
    assert friday["at"].startswith("2026-03-13T00:30:00+01:00")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lines": []}, "/lines"),
        ({"lines": [line("mug", -1)]}, "/lines/0/unit_price"),
        ({"lines": [line("mug", 1, 0)]}, "/lines/0/quantity"),
        ({"lines": [line("mug", 100)], "discount": 101}, "/discount"),
        ({"lines": [line("mug", 999_999_999_999)] * 2}, "/lines"),
        ({"lines": [line("mug", 100)], "tier": "Tin"}, "/tier"),
        ({"lines": [line("mug", 100)], "customer": {"external_id": "nobody"}}, "/customer"),
        ({"lines": [line("mug", 100)], "at": "2026-03-12T23:30:00"}, "/at"),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_its_fault(api: Api, body: Json, pointer: str) -> None:
    status, refused = api(f"POST {ONE}/calculate", body, program_id=api.made()["id"])

    assert (status, pointers(refused)) == (422, [pointer])


def test_who_may_only_look_may_not_change(api: Api) -> None:
    made = api.made()
    one: Json = {"program_id": made["id"], "caller": VIEWER}

    assert api(f"GET {ONE}", **one)[0] == 200
    assert api(f"POST {ONE}/calculate", {"lines": [line("mug", 100)]}, **one)[0] == 200
    assert api(f"PUT {ONE}", {"name": "x"}, **one)[0] == 403
    assert api(f"DELETE {ONE}", **one)[0] == 403
    assert api("POST /loyalty-programs", {"name": "x"}, caller=VIEWER)[0] == 403
    assert api("GET /loyalty-programs", caller=CUSTOMER)[0] == 403


def test_a_program_of_another_tenant_is_not_there(api: Api, other_api: Api, now: datetime) -> None:
    made = api.made()
    ann = new_customer(api.tenant, now)
    body = {"lines": [line("mug", 100)]}

    assert other_api("GET /loyalty-programs")[1]["items"] == []
    assert other_api(f"GET {ONE}", program_id=made["id"])[0] == 404
    assert other_api(f"PUT {ONE}", {"name": "x"}, program_id=made["id"])[0] == 404
    assert other_api(f"DELETE {ONE}", program_id=made["id"])[0] == 404
    assert other_api(f"POST {ONE}/calculate", body, program_id=made["id"])[0] == 404
    theirs = other_api.made()
    body["customer"] = {"id": ann}
    assert other_api(f"POST {ONE}/calculate", body, program_id=theirs["id"])[0] == 422
