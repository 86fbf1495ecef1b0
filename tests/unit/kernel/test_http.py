"""The HTTP edge: whatever comes in, the answer is a documented one and names the place of the fault."""

import json
from typing import Any

import pytest
from pydantic import Field, ValidationError

from regulars.kernel.errors import ConflictError, StaleError, TooManyError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import Input, Line, ListQuery, View
from regulars.kernel.http.routes import Routes
from regulars.kernel.http.serve import faults_of, serve
from regulars.kernel.permissions import Permission
from regulars.platform.model import NewTenant, SettingsChange
from tests.events import answer_body, http_event

TENANT = "ten_01ARZ3NDEKTSV4RRFFQ69G5FAV"
CUSTOMER = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"


class NewThing(Input):
    name: Line
    size: int = Field(ge=1, le=10)


class ThingView(View):
    id: str
    name: str
    size: int
    version: int


class Thing:
    def __init__(self, name: str, size: int) -> None:
        self.id, self.name, self.size, self.version = "thg_1", name, size, 4


routes = Routes("things_api")


@routes.post(
    "/things", permission=Permission.CUSTOMERS_WRITE, answer=ThingView, status=201, location="/things/{id}"
)
def make(call: Call, body: NewThing) -> Thing:
    """Make a thing."""
    return Thing(body.name, body.size)


@routes.get("/things", permission=Permission.CUSTOMERS_READ, answer=ThingView)
def find(call: Call, query: ListQuery) -> Thing:
    """Find a thing."""
    return Thing(str(query.limit), 1)


@routes.get(
    "/customers/{customer_id}/thing", permission=Permission.CUSTOMERS_READ, answer=ThingView, own=True
)
def own_thing(call: Call) -> Thing:
    """A customer's own thing."""
    return Thing("mine", 1)


@routes.delete("/things/{thing_id}", permission=Permission.CUSTOMERS_DELETE)
def remove(call: Call) -> None:
    """Remove it."""
    raise {
        "stale": StaleError(),
        "busy": TooManyError(retry_after=7),
        "bug": ZeroDivisionError("a@x.com"),
    }.get(call.params["thing_id"], ConflictError("no"))


handler = serve(routes)


def post(raw: str, **how: Any) -> dict[str, Any]:
    return handler(http_event("POST /things", tenant=TENANT, raw_body=raw, **how), None)


def test_a_good_request_is_answered_with_etag_and_location() -> None:
    answer = post('{"name":" Box ","size":2}')
    assert answer["statusCode"] == 201
    assert answer["headers"]["etag"] == '"4"'
    assert answer["headers"]["location"] == "/things/thg_1"
    assert answer_body(answer) == {"id": "thg_1", "name": "Box", "size": 2, "version": 4}


@pytest.mark.parametrize(
    ("raw", "status", "pointer"),
    [
        ("", 400, None),
        ("{", 400, None),
        ('{"name":"a\ufffd","size":1}', 400, None),
        ("[" * 10_000 + "]" * 10_000, 400, None),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, 400, None),
        ('{"name":"a","size":NaN}', 400, None),
        ('{"name":"a","size":' + "9" * 5000 + "}", 400, None),
        ('{"name":"a","size":1e309}', 422, "/size"),
        ('{"name":"a","size":1.5}', 422, "/size"),
        ('{"name":"a","size":"1"}', 422, "/size"),
        ('{"name":"a","size":true}', 422, "/size"),
        ('{"name":"a","size":11}', 422, "/size"),
        ('{"name":"a","size":1,"size":2}', 422, "/size"),
        ('{"name":"a","size":1,"extra":2}', 422, "/extra"),
        ('{"name":"a\\u0000b","size":1}', 422, "/name"),
        ('{"name":"a\\ud800b","size":1}', 422, "/name"),
        ('{"name":"a\\u0001b","size":1}', 422, "/name"),
        ('{"name":"   ","size":1}', 422, "/name"),
        ('{"size":1}', 422, "/name"),
        ("null", 422, "/"),
        ('"text"', 422, "/"),
        ('{"name":"' + "x" * 1_000_000 + '","size":1}', 413, None),
    ],
)
def test_bad_bodies_are_refused_with_the_place(raw: str, status: int, pointer: str | None) -> None:
    answer = post(raw)
    problem = answer_body(answer)
    assert answer["statusCode"] == status, problem
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert [fault["pointer"] for fault in problem.get("errors", [])] == ([pointer] if pointer else [])


def test_another_media_type_is_refused() -> None:
    assert post("a=1", headers={"content-type": "application/x-www-form-urlencoded"})["statusCode"] == 415


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": "5"}, 200),
        ({"limit": "0"}, 422),
        ({"limit": "x"}, 422),
        ({"other": "1"}, 422),
        ({"fields": "id"}, 200),
    ],
)
def test_query_parameters_are_checked(query: dict[str, str], status: int) -> None:
    assert handler(http_event("GET /things", tenant=TENANT, query=query), None)["statusCode"] == status


def test_only_the_asked_fields_are_answered() -> None:
    answer = handler(http_event("GET /things", tenant=TENANT, query={"fields": "id,size"}), None)
    assert answer_body(answer) == {"id": "thg_1", "size": 1}


def test_a_repeated_query_parameter_is_refused() -> None:
    event = http_event("GET /things", tenant=TENANT) | {"rawQueryString": "limit=1&limit=2"}
    assert handler(event, None)["statusCode"] == 422


@pytest.mark.parametrize("refusal", ["missing", "expired", "invalid", "revoked"])
def test_without_a_verified_caller_it_is_401(refusal: str) -> None:
    event = http_event("GET /things", caller={"refusal": refusal})
    assert handler(event, None)["statusCode"] == 401


def test_without_an_authorizer_context_it_is_401() -> None:
    event = http_event("GET /things")
    event["requestContext"].pop("authorizer")
    assert handler(event, None)["statusCode"] == 401


def test_a_role_without_the_permission_is_403() -> None:
    viewer = {"caller_kind": "staff", "caller_id": "stf_2", "role": "viewer"}
    event = http_event("POST /things", caller=viewer, tenant=TENANT, body={"name": "a", "size": 1})
    assert handler(event, None)["statusCode"] == 403


def test_a_key_has_its_scopes_and_no_more() -> None:
    key = {
        "caller_kind": "api_key",
        "caller_id": "key_1",
        "role": "",
        "scopes": "customers:read tenants:admin",
    }
    for route, status in (("GET /things", 200), ("POST /things", 403)):
        event = http_event(
            route, caller=key, tenant=TENANT, body=None if status == 200 else {"name": "a", "size": 1}
        )
        assert handler(event, None)["statusCode"] == status


@pytest.mark.parametrize(
    ("route", "customer", "status"),
    [
        ("GET /customers/{customer_id}/thing", CUSTOMER, 200),
        ("GET /customers/{customer_id}/thing", CUSTOMER[:-1] + "X", 404),
        ("GET /things", CUSTOMER, 403),
    ],
)
def test_a_customer_reaches_their_own_data_only(route: str, customer: str, status: int) -> None:
    caller = {"caller_kind": "customer", "caller_id": CUSTOMER, "role": ""}
    event = http_event(route, caller=caller, tenant=TENANT, params={"customer_id": customer})
    assert handler(event, None)["statusCode"] == status


def test_an_operator_has_no_way_into_a_tenants_data() -> None:
    caller = {"caller_kind": "operator", "caller_id": "op"}
    assert handler(http_event("GET /things", caller=caller), None)["statusCode"] == 403


@pytest.mark.parametrize(
    ("thing", "status"),
    [("x", 409), ("stale", 412), ("busy", 429), ("bug", 500), ("y" * 300, 404), ("a\0b", 404)],
)
def test_errors_map_to_statuses_and_say_nothing_private(thing: str, status: int) -> None:
    answer = handler(http_event("DELETE /things/{thing_id}", tenant=TENANT, params={"thing_id": thing}), None)
    assert answer["statusCode"] == status
    assert "a@x.com" not in json.dumps(answer)
    assert answer_body(answer)["correlation_id"] == "req-1"
    assert answer["headers"].get("retry-after") == ("7" if status == 429 else None)


@pytest.mark.parametrize("etag", ['"3"', 'W/"3"', "3", "*"])
def test_etags_are_read(etag: str) -> None:
    event = http_event("GET /things", tenant=TENANT, headers={"if-match": etag})
    assert handler(event, None)["statusCode"] == 200


def test_a_strange_etag_is_refused() -> None:
    event = http_event("GET /things", tenant=TENANT, headers={"if-match": '"٣"'})
    assert handler(event, None)["statusCode"] == 400


def test_an_unknown_route_is_404() -> None:
    assert handler(http_event("GET /nothing", tenant=TENANT), None)["statusCode"] == 404


def test_a_fault_in_one_variant_of_a_type_points_at_the_field_alone() -> None:
    with pytest.raises(ValidationError) as caught:
        SettingsChange.model_validate(given := {"time_zone": "Mars/Olympus"})
    [fault] = faults_of(caught.value, given=given)
    assert fault.pointer == "/time_zone"
    assert "IANA" in fault.detail


def test_a_missing_field_inside_a_list_is_pointed_at() -> None:
    with pytest.raises(ValidationError) as caught:
        NewTenant.model_validate(given := {"name": "Shop", "languages": ["en", 7], "sender": {"name": "S"}})
    pointers = {fault.pointer for fault in faults_of(caught.value, given=given)}
    assert {"/languages/1", "/sender/email", "/owner"} <= pointers
