"""Segments over HTTP: every route as a shop's client sees it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from customers_api.handler import handler as customers_handler
from regulars import segments
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.segments.evaluating import Cause, evaluate
from segments_api.handler import handler
from tests.events import http_event
from tests.integration.pipeline.shop import buy, new_customer, open_shop
from tests.integration.segments.making import let_time_pass, make_segments
from tests.integration.segments.working import run_jobs

Json = dict[str, Any]
BIG: Json = {
    "version": 1,
    "root": {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 5000}},
}
VIEWER = {"role": "viewer"}
CUSTOMER = {"caller_kind": "customer", "caller_id": "cus_1", "role": ""}


class Api:
    """Calls operations as the owner of a tenant; an answer is `(status, body)`, its headers are in `headers`."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.headers: dict[str, str] = {}

    def __call__(self, route: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        params = {name: how.pop(name) for name in ("segment_id", "customer_id") if name in how}
        function: Callable[..., Any] = how.pop("function", handler)
        answer = function(http_event(route, tenant=self.tenant.id, body=body, params=params, **how), None)
        self.headers = answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def made(self, name: str, rule: Json = BIG, **more: Any) -> Json:
        status, body = self("POST /segments", {"name": name, "rule": rule, **more})
        assert status == 201, body
        return body

    def listed(self, name: str, *customer_ids: str) -> Json:
        given = {"name": name, "kind": "static", "members": [{"id": one} for one in customer_ids]}
        status, body = self("POST /segments", given)
        assert status == 201, body
        return body


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def api(tenant: Tenant, now: datetime, jobs_queue: str, bucket: str) -> Api:
    make_segments(open_shop(tenant, now), now)
    return Api(tenant)


@pytest.fixture
def other_api(other_tenant: Tenant, now: datetime) -> Api:
    make_segments(open_shop(other_tenant, now), now)
    return Api(other_tenant)


def pointers(body: Json) -> list[str]:
    return [one["pointer"] for one in body["errors"]]


def test_a_segment_is_created_read_changed_and_deleted(api: Api, now: datetime) -> None:
    # given a customer who has spent enough
    customer = new_customer(api.tenant, now)
    buy(api.tenant, customer, "1", now, 5000)
    # when a segment is created
    status, made = api("POST /segments", {"name": "Big spenders", "description": "They spend.", "rule": BIG})
    assert (status, made["status"], made["kind"], made["version"]) == (201, "evaluating", "dynamic", 1)
    assert (api.headers["location"], api.headers["etag"]) == (f"/segments/{made['id']}", '"1"')
    assert made["rule"]["root"]["field"] == "total_spent"
    assert made["created_by"] == "staff:stf_01"
    run_jobs(api.tenant, now)
    # then it can be read with its size, and is in the list
    status, found = api("GET /segments/{segment_id}", segment_id=made["id"])
    assert (status, found["status"], found["size"]) == (200, "ready", 1)
    status, page = api("GET /segments", query={"fields": "id,size"})
    assert (status, page) == (200, {"items": [{"id": made["id"], "size": 1}], "next": None})
    # and changed, its own rule sent back
    change = {"name": "Spenders", "rule": found["rule"]}
    status, changed = api("PUT /segments/{segment_id}", change, segment_id=made["id"])
    assert (status, changed["name"], changed["definition"], changed["status"]) == (
        200,
        "Spenders",
        1,
        "ready",
    )
    # and deleted
    assert api("DELETE /segments/{segment_id}", segment_id=made["id"]) == (204, None)
    for route in ("GET /segments/{segment_id}", "DELETE /segments/{segment_id}"):
        assert api(route, segment_id=made["id"])[0] == 404


def test_a_new_tenant_has_the_prebuilt_ones_page_by_page(
    tenant: Tenant, now: datetime, jobs_queue: str
) -> None:
    api = Api(open_shop(tenant, now))
    seen: list[str] = []
    query: dict[str, str] = {"limit": "5"}
    while True:
        status, page = api("GET /segments", query=query)
        assert status == 200
        seen += [one["key"] for one in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len(seen) == len(set(seen)) == 12


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "", "rule": BIG}, "/name"),
        ({"name": "x" * 201, "rule": BIG}, "/name"),
        ({"name": "No rule"}, "/"),
        ({"name": "Both", "kind": "static", "rule": BIG}, "/"),
        ({"name": "Odd", "kind": "magic", "rule": BIG}, "/kind"),
        ({"name": "More", "rule": BIG, "colour": "red"}, "/colour"),
        ({"name": "Old", "rule": {"version": 2, "root": BIG["root"]}}, "/rule/version"),
        ({"name": "Empty", "rule": {"version": 1, "root": {"type": "all", "of": []}}}, "/rule/root/of"),
        (
            {
                "name": "Wrong",
                "rule": {
                    "version": 1,
                    "root": {
                        "type": "field",
                        "field": "orders",
                        "is": {"operator": "contains", "value": "1"},
                    },
                },
            },
            "/rule/root/is/operator",
        ),
        ({"name": "Nobody", "kind": "static", "members": [{"email": "no@one.test"}]}, "/members/0"),
        ({"name": "Nobody", "kind": "static", "members": [{}]}, "/members/0"),
    ],
)
def test_what_cannot_be_accepted_is_pointed_at(api: Api, body: Json, pointer: str) -> None:
    status, problem = api("POST /segments", body)
    assert status == 422
    assert pointer in pointers(problem)


def test_a_tree_too_deep_or_not_json_is_refused_unharmed(api: Api) -> None:
    deep: Json = BIG["root"]
    for _ in range(11):
        deep = {"type": "not", "of": deep}
    status, problem = api("POST /segments/preview", {"rule": {"version": 1, "root": deep}})
    assert status == 422
    assert pointers(problem)[0].startswith("/rule/root/of")
    hostile = '{"rule":{"version":1,"root":' + '{"type":"not","of":' * 5000 + "1" + "}" * 5002
    assert api("POST /segments/preview", raw_body=hostile)[0] in (400, 422)


def test_a_taken_name_is_a_conflict_that_names_the_field(api: Api) -> None:
    api.made("Spenders")
    status, problem = api("POST /segments", {"name": "SPENDERS", "rule": BIG})
    assert (status, pointers(problem)) == (409, ["/name"])


def test_the_same_key_creates_one_segment(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    for body in (
        {"name": "Ruled", "rule": BIG},
        {"name": "List", "kind": "static"},
        {"name": "Filled list", "kind": "static", "members": [{"id": customer}]},
    ):
        headers = {"idempotency-key": f"key-{body['name']}"}
        first = api("POST /segments", body, headers=headers)
        again = api("POST /segments", body, headers=headers)
        assert first[0] == 201
        assert again == first
        other = api("POST /segments", body | {"description": "Else."}, headers=headers)
        assert other[0] == 422
    assert len(api("GET /segments")[1]["items"]) == 3


def test_the_same_key_at_once_creates_one_segment(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    listed = {"name": "List", "kind": "static", "members": [{"id": customer}]}
    for body in ({"name": "Ruled", "rule": BIG}, listed):

        def send(_: int, body: Json = body) -> tuple[int, Any]:
            return Api(api.tenant)("POST /segments", body, headers={"idempotency-key": body["name"]})

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, range(4)))
        assert {(status, made["id"]) for status, made in answers} == {(201, answers[0][1]["id"])}
    assert [one["size"] for one in api("GET /segments")[1]["items"]] == [0, 1]


def test_a_list_whose_making_was_cut_short_is_completed_by_its_repetition(
    api: Api, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = new_customer(api.tenant, now)
    body = {"name": "List", "kind": "static", "members": [{"id": customer}]}
    headers = {"idempotency-key": "k"}
    # given a request that died between the definition and its members
    with monkeypatch.context() as broken:
        broken.setattr("regulars.segments.service.put_in", lambda *some, **more: 1 / 0)
        assert api("POST /segments", body, headers=headers)[0] == 500
    # when it is sent again
    status, made = api("POST /segments", body, headers=headers)
    # then the list is whole, and there is one
    assert status == 201
    assert api("GET /segments/{segment_id}", segment_id=made["id"])[1]["size"] == 1
    assert len(api("GET /segments")[1]["items"]) == 1


def test_a_stale_etag_changes_nothing(api: Api) -> None:
    made = api.made("Spenders")
    stale = {"headers": {"if-match": '"7"'}, "segment_id": made["id"]}
    assert api("PUT /segments/{segment_id}", {"name": "Other"}, **stale)[0] == 412
    assert api("DELETE /segments/{segment_id}", **stale)[0] == 412
    fresh = {"headers": {"if-match": '"1"'}, "segment_id": made["id"]}
    status, changed = api("PUT /segments/{segment_id}", {"name": "Other"}, **fresh)
    assert (status, changed["version"], api.headers["etag"]) == (200, 2, '"2"')


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/"), ({"notify": True}, "/"), ({"rule": None}, "/rule"), ({"kind": "static"}, "/kind")],
)
def test_a_change_of_nothing_is_refused(api: Api, body: Json, pointer: str) -> None:
    made = api.made("Spenders")
    status, problem = api("PUT /segments/{segment_id}", body, segment_id=made["id"])
    assert (status, pointers(problem)) == (422, [pointer])


def test_a_circle_is_refused_at_the_condition_with_its_path(api: Api) -> None:
    a = api.made("A")
    b = api.made("B", {"version": 1, "root": {"type": "segment", "segment": a["id"]}})
    circle = {"version": 1, "root": {"type": "segment", "segment": b["id"]}}
    for route, body in (
        ("PUT /segments/{segment_id}", {"rule": circle}),
        ("POST /segments/preview", {"rule": circle, "compare_to": a["id"]}),
    ):
        status, problem = api(route, body, segment_id=a["id"])
        assert (status, pointers(problem)) == (422, ["/rule/root/segment"])
        assert "A → B → A" in problem["errors"][0]["detail"]


def test_deletion_is_refused_with_the_list_of_users(api: Api) -> None:
    a = api.made("A")
    b = api.made("B", {"version": 1, "root": {"type": "segment", "segment": a["id"]}})
    status, problem = api("DELETE /segments/{segment_id}", segment_id=a["id"])
    assert (status, pointers(problem)) == (409, [f"/segments/{b['id']}"])
    assert "the segment “B”" in problem["detail"]
    status, users = api("GET /segments/{segment_id}/dependants", segment_id=a["id"])
    assert (status, users) == (200, {"items": [{"kind": "segment", "id": b["id"], "name": "B"}]})


def test_the_words_of_rules_are_served(api: Api) -> None:
    status, words = api("GET /segments/fields")
    assert status == 200
    fields = {one["name"]: one for one in words["fields"]}
    assert fields["total_spent"]["ranked"]
    assert "percentile" in fields["total_spent"]["operators"]
    assert {one["name"] for one in words["events"]} >= {"order.placed", "product.bought"}
    assert words["limits"]["depth"] == 10


def test_editing_shows_who_would_enter_and_leave_before_it_is_saved(api: Api, now: datetime) -> None:
    # given a segment of those who spent much
    much, little = (
        new_customer(api.tenant, now, "m@example.test"),
        new_customer(api.tenant, now, "l@example.test"),
    )
    buy(api.tenant, much, "1", now, 5000)
    buy(api.tenant, little, "2", now, 10)
    made = api.made("Spenders")
    run_jobs(api.tenant, now)
    # when another rule is tried out
    tried = {
        "version": 1,
        "root": {"type": "field", "field": "total_spent", "is": {"operator": "at_most", "value": 100}},
    }
    status, found = api("POST /segments/preview", {"rule": tried, "compare_to": made["id"]})
    # then it tells who would come and go, and why
    assert status == 200
    assert {name: found[name] for name in ("estimate", "exact", "of", "total", "margin")} == {
        "estimate": 1,
        "exact": True,
        "of": 2,
        "total": 2,
        "margin": 0,
    }
    assert (found["entering"], found["leaving"]) == (1, 1)
    assert [one["id"] for one in found["entering_sample"]] == [little]
    assert [one["id"] for one in found["leaving_sample"]] == [much]
    why = found["leaving_sample"][0]["explanation"]
    assert (why["matches"], why["seen"], why["pointer"]) == (False, 10000, "/root")
    # and nothing was saved
    assert api("GET /segments/{segment_id}", segment_id=made["id"])[1]["rule"] == made["rule"]


@pytest.mark.parametrize(
    "body",
    [{}, {"rule": []}, {"rule": BIG, "sample": 51}, {"rule": BIG, "sample": -1}, {"rule": BIG, "x": 1}],
)
def test_a_preview_of_nothing_is_refused(api: Api, body: Json) -> None:
    assert api("POST /segments/preview", body)[0] == 422


def test_a_customer_is_explained_now_and_in_the_past(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    made = api.made("Spenders")
    run_jobs(api.tenant, now)
    asked = {"segment_id": made["id"], "query": {"customer": customer}}
    status, why = api("GET /segments/{segment_id}/explain", **asked)
    assert status == 200
    assert (why["member"], why["since"], why["stale"]) == (False, None, False)
    assert (why["explanation"]["seen"], why["explanation"]["matches"]) == (0, False)
    # when they have bought and nobody was judged yet, that is told
    buy(api.tenant, customer, "1", now, 5000)
    status, why = api("GET /segments/{segment_id}/explain", **asked)
    assert (why["member"], why["stale"], why["explanation"]["matches"]) == (False, True, True)
    # and the past can be asked for
    listed = api.listed("List", customer)
    for at, member in ((now - timedelta(days=1), False), (now + timedelta(minutes=5), True)):
        query = {"customer": customer, "at": at.isoformat()}
        status, why = api("GET /segments/{segment_id}/explain", segment_id=listed["id"], query=query)
        assert (status, why["member"], why["explanation"]) == (200, member, None)


def test_a_segment_shows_how_stale_it_is(api: Api, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a customer whom a segment cannot be evaluated for
    customer = new_customer(api.tenant, now)
    make_segments(api.tenant, now, big=BIG["root"])
    fresh = api("GET /segments/{segment_id}", segment_id="seg_big")[1]
    assert (fresh["failing"], fresh["stale_since"]) == (0, None)
    with monkeypatch.context() as broken:
        broken.setattr("regulars.segments.rules.Compiled.matches", lambda *some: 1 / 0)
        evaluate(api.tenant, {customer: Cause(frozenset({"seg_big"}))}, now)
    # then it says so, also of the customer
    stale = api("GET /segments/{segment_id}", segment_id="seg_big")[1]
    assert stale["failing"] == 1
    assert stale["stale_since"].startswith(f"{now:%Y-%m-%d}")
    query = {"customer": customer}
    assert api("GET /segments/{segment_id}/explain", segment_id="seg_big", query=query)[1]["stale"]
    # until it has been made good
    let_time_pass(api.tenant, now + timedelta(hours=1))
    assert api("GET /segments/{segment_id}", segment_id="seg_big")[1]["failing"] == 0


def test_explaining_asks_for_one_who_is_there(api: Api, other_api: Api, now: datetime) -> None:
    made, stranger = api.made("Spenders"), new_customer(other_api.tenant, now)
    for query, expected in (
        ({}, 422),
        ({"customer": ""}, 422),
        ({"customer": "cus_nobody"}, 404),
        ({"customer": stranger}, 404),
        ({"customer": "x", "at": "soon"}, 422),
    ):
        status, _ = api("GET /segments/{segment_id}/explain", segment_id=made["id"], query=query)
        assert status == expected, query


def test_customers_are_put_into_a_list_and_taken_out(api: Api, now: datetime) -> None:
    first, second = (new_customer(api.tenant, now, f"{name}@example.test") for name in "ab")
    made = api.listed("List", first)
    body = {
        "add": [{"id": first}, {"email": "B@example.test"}, {"external_id": "S9"}],
        "remove": [{"id": first}],
    }
    headers = {"idempotency-key": "k"}
    answer = api("POST /segments/{segment_id}/members", body, segment_id=made["id"], headers=headers)
    assert answer == (200, {"added": 1, "removed": 1, "unchanged": 1, "unknown": ["S9"]})
    assert api("POST /segments/{segment_id}/members", body, segment_id=made["id"], headers=headers) == answer
    status, page = api("GET /segments/{segment_id}/customers", segment_id=made["id"])
    assert (status, [one["email"] for one in page["items"]]) == (200, ["b@example.test"])
    # and of each customer it is known in which they are
    status, found = api("GET /customers/{customer_id}/segments", customer_id=second)
    assert (status, [one["name"] for one in found["items"]]) == (200, ["List"])
    assert api("GET /customers/{customer_id}/segments", customer_id=first) == (200, {"items": []})


@pytest.mark.parametrize(
    "body", [{}, {"add": []}, {"add": [{"id": "a", "email": "a@b.c"}]}, {"add": [{}] * 1001}]
)
def test_a_change_of_members_names_somebody(api: Api, body: Json) -> None:
    made = api.listed("List")
    assert api("POST /segments/{segment_id}/members", body, segment_id=made["id"])[0] == 422


def test_a_segment_by_rule_takes_nobody_by_hand(api: Api) -> None:
    made = api.made("Spenders")
    body = {"add": [{"id": "cus_1"}]}
    assert api("POST /segments/{segment_id}/members", body, segment_id=made["id"])[0] == 409
    assert api("POST /segments/{segment_id}/refresh", segment_id=api.listed("List")["id"])[0] == 409


def test_a_refresh_answers_the_job_at_work(api: Api, now: datetime) -> None:
    made = api.made("Spenders")
    status, job = api("POST /segments/{segment_id}/refresh", segment_id=made["id"])
    assert (status, job["id"], job["type"]) == (202, made["job"], "segments")
    run_jobs(api.tenant, now)
    status, job = api("POST /segments/{segment_id}/refresh", segment_id=made["id"])
    assert (status, job["state"]) == (202, "queued")
    assert job["id"] != made["job"]


def test_members_are_paged_and_cursors_are_bound_to_their_segment(
    api: Api, other_api: Api, now: datetime
) -> None:
    ids = {new_customer(api.tenant, now, f"c{number}@example.test") for number in range(7)}
    one, two = api.listed("One", *ids), api.listed("Two", *ids)
    seen: list[str] = []
    query = {"limit": "3"}
    while True:
        status, page = api("GET /segments/{segment_id}/customers", segment_id=one["id"], query=query)
        assert status == 200
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == sorted(ids)
    # a cursor of another segment, of the list of segments, of another tenant, or none at all
    cursor = query["cursor"]
    of_segments = api("GET /segments", query={"limit": "1"})[1]["next"]
    for wrong in (cursor, of_segments, "nonsense", "e30"):
        status, _ = api("GET /segments/{segment_id}/customers", segment_id=two["id"], query={"cursor": wrong})
        assert status == 400, wrong
    assert api("GET /segments", query={"cursor": cursor})[0] == 400
    assert other_api("GET /segments", query={"cursor": of_segments})[0] == 400


def test_members_of_a_moment_that_lies_ahead_are_refused(api: Api, now: datetime) -> None:
    made = api.listed("List")
    ahead = {"at": (now + timedelta(days=2)).isoformat()}
    status, problem = api("GET /segments/{segment_id}/customers", segment_id=made["id"], query=ahead)
    assert (status, pointers(problem)) == (422, ["at"])


def test_analytics_of_a_span(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now, tags=["regular"])
    made = api.listed("List", customer)
    api.listed("Other", customer)
    day = segments.today(api.tenant, now)
    query = {"from": (day - timedelta(days=6)).isoformat(), "to": day.isoformat()}
    status, found = api("GET /segments/{segment_id}/analytics", segment_id=made["id"], query=query)
    assert (status, found["size"], found["sampled"]) == (200, 1, False)
    assert found["flow"] == [{"day": day.isoformat(), "size": 1, "entered": 1, "left": 0}]
    assert [(one["name"], one["both"], one["share"]) for one in found["overlap"]] == [("Other", 1, 1.0)]
    assert found["members"]["tags"] == {"regular": 1.0}
    for bad in (
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "1999-01-01"},
        {"from": "soon"},
        {"by": "x"},
    ):
        assert api("GET /segments/{segment_id}/analytics", segment_id=made["id"], query=bad)[0] == 422


def test_customers_are_listed_by_segment_and_filtered(api: Api, now: datetime) -> None:
    tagged = new_customer(api.tenant, now, "a@example.test", tags=["vip"])
    plain, outside = (new_customer(api.tenant, now, f"{name}@example.test") for name in "bc")
    made = api.listed("List", tagged, plain)

    def ids(**query: str) -> set[str]:
        status, page = api(
            "GET /customers", function=customers_handler, query={"segment": made["id"], **query}
        )
        assert status == 200, page
        return {one["id"] for one in page["items"]}

    assert ids() == {tagged, plain}
    assert ids(tag="vip") == {tagged}
    assert outside not in ids(limit="1") | ids()
    for query, expected in (
        ({"segment": "seg_nobody"}, 404),
        ({"segment": made["id"], "q": "ann"}, 422),
        ({"segment": made["id"], "sort": "spent"}, 422),
    ):
        assert api("GET /customers", function=customers_handler, query=query)[0] == expected


ROUTES: list[tuple[str, Json | None]] = [
    ("GET /segments/{segment_id}", None),
    ("PUT /segments/{segment_id}", {"name": "Mine"}),
    ("DELETE /segments/{segment_id}", None),
    ("GET /segments/{segment_id}/dependants", None),
    ("POST /segments/{segment_id}/refresh", None),
    ("GET /segments/{segment_id}/customers", None),
    ("POST /segments/{segment_id}/members", {"add": [{"id": "cus_1"}]}),
    ("GET /segments/{segment_id}/analytics", None),
    ("GET /segments/{segment_id}/explain", None),
]


@pytest.mark.parametrize(("route", "body"), ROUTES, ids=[route for route, _ in ROUTES])
def test_another_tenant_sees_nothing(api: Api, other_api: Api, route: str, body: Json | None) -> None:
    made = api.listed("List")
    query = {"customer": "cus_1"} if route.endswith("explain") else {}
    assert other_api(route, body, segment_id=made["id"], query=query)[0] == 404
    assert api("GET /segments/{segment_id}", segment_id=made["id"])[1]["name"] == "List"


def test_another_tenants_segments_cannot_be_referred_to(api: Api, other_api: Api, now: datetime) -> None:
    made = api.made("Spenders")
    rule = {"version": 1, "root": {"type": "segment", "segment": made["id"]}}
    assert other_api("POST /segments", {"name": "Theirs", "rule": rule})[0] == 422
    assert other_api("POST /segments/preview", {"rule": BIG, "compare_to": made["id"]})[0] == 404
    customer = new_customer(api.tenant, now)
    assert other_api("GET /customers/{customer_id}/segments", customer_id=customer)[0] == 404
    listed = other_api.listed("List")
    body = {"add": [{"id": customer}]}
    answer = other_api("POST /segments/{segment_id}/members", body, segment_id=listed["id"])
    assert answer[1]["unknown"] == [customer]


def test_a_viewer_reads_and_changes_nothing(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    made = api.listed("List", customer)
    for route, body in ROUTES:
        query = {"customer": customer} if route.endswith("explain") else {}
        status, _ = api(route, body, segment_id=made["id"], query=query, caller=VIEWER)
        assert (status == 403) == (not route.startswith("GET")), route
    assert api("POST /segments", {"name": "Mine", "rule": BIG}, caller=VIEWER)[0] == 403
    assert api("POST /segments/preview", {"rule": BIG}, caller=VIEWER)[0] == 200
    assert api("GET /segments", caller=VIEWER)[0] == 200


def test_a_customer_reaches_no_segment(api: Api) -> None:
    made = api.listed("List")
    for route, body in [*ROUTES, ("GET /segments", None), ("GET /segments/fields", None)]:
        assert api(route, body, segment_id=made["id"], caller=CUSTOMER)[0] in (403, 422), route
    answer = api("GET /customers/{customer_id}/segments", customer_id="cus_1", caller=CUSTOMER)
    assert answer[0] == 403


def test_a_key_sees_people_only_if_it_may_read_customers(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    made = api.listed("List", customer)
    key = {"caller_kind": "api_key", "caller_id": "key_1", "role": "", "scopes": "segments:read"}
    everyone = {"version": 1, "root": {"type": "field", "field": "created_at", "is": {"operator": "exists"}}}
    status, found = api("POST /segments/preview", {"rule": everyone}, caller=key)
    assert (status, found["estimate"], found["sample"]) == (200, 1, [])
    assert api("GET /segments/{segment_id}/customers", segment_id=made["id"], caller=key)[0] == 403
    # and one that may read customers only does not learn of their segments
    reader = key | {"scopes": "customers:read"}
    for route in ("GET /segments/{segment_id}/customers", "GET /customers/{customer_id}/segments"):
        assert api(route, segment_id=made["id"], customer_id=customer, caller=reader)[0] == 403
    query = {"segment": made["id"]}
    assert api("GET /customers", function=customers_handler, query=query, caller=reader)[0] == 403


def test_a_deleted_customer_has_no_segments_to_show(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    assert api("DELETE /customers/{customer_id}", function=customers_handler, customer_id=customer)[0] == 204
    assert api("GET /customers/{customer_id}/segments", customer_id=customer)[0] == 410
