"""Creating, reading, changing and deleting customers over HTTP against the engine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from regulars import customers
from regulars.customers import CustomerRef, Facts, FactsMovedError, TotalsChange
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from tests.integration.customers.conftest import Api

FULL = {
    "first_name": "Ann",
    "last_name": "O’Brién",
    "email": " Ann@Bücher.example ",
    "phone": "+44 7911 123456",
    "date_of_birth": "1990-02-28",
    "gender": "female",
    "language": "en-gb",
    "time_zone": "Europe/London",
    "addresses": [{"type": "home", "line1": "1 High Street", "city": "Leeds", "country": "gb"}],
    "avatar_url": "https://img.example/a.png",
    "social": {"instagram": "@ann"},
    "preferences": {"sizes": {"shoe": 38}, "colours": ["green"]},
    "tags": ["VIP  Club", "vip club"],
    "source": "web",
    "external_ids": {"shop": "77"},
    "status": "vip",
}


def test_a_full_profile_is_kept_in_its_normal_form(api: Api) -> None:
    made = api.created(**FULL)
    status, read = api("GET /customers/{customer_id}", of=made["id"])
    assert (status, read) == (200, made)
    assert api.headers["etag"] == '"1"'
    assert read["name"] == "Ann O’Brién"
    assert read["email"] == "ann@xn--bcher-kva.example"
    assert read["phone"] == "+447911123456"
    assert read["language"] == "en-GB"
    assert read["tags"] == ["vip club"]
    assert read["external_ids"] == ["shop:77"]
    assert read["addresses"][0]["country"] == "GB"
    assert (read["total_spent"], read["total_orders"], read["average_order_value"]) == (0, 0, None)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"total_spent": 5}, "/total_spent"),
        ({"lifetime_value": 5}, "/lifetime_value"),
        ({"last_purchase_at": "2026-01-01T00:00:00Z"}, "/last_purchase_at"),
        ({"id": "cus_1"}, "/id"),
        ({"colour": "red"}, "/colour"),
        ({"email": "no address"}, "/email"),
        ({"emails": ["a@x.com", 7]}, "/emails/1"),
        ({"phone": "12"}, "/phone"),
        ({"phone": "+999 123"}, "/phone"),
        ({"date_of_birth": "2026-02-30"}, "/date_of_birth"),
        ({"date_of_birth": "2027-01-01"}, "/date_of_birth"),
        ({"date_of_birth": 0}, "/date_of_birth"),
        ({"gender": "x"}, "/gender"),
        ({"language": "english language"}, "/language"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"time_zone": "../etc/passwd"}, "/time_zone"),
        ({"addresses": [{"country": "XX"}]}, "/addresses/0/country"),
        ({"avatar_url": "javascript:alert(1)"}, "/avatar_url"),
        ({"status": "dead"}, "/status"),
        ({"tags": ["a,b"]}, "/tags/0"),
        ({"preferences": {"a": {"b": {"c": {"d": {}}}}}}, "/preferences"),
        ({"preferences": {"a": 10**400}}, "/preferences"),
        ({"preferences": {"a": "x" * 9000}}, "/preferences"),
        ({"attributes": {"size": 1}}, "/attributes/size"),
        ({"name": "a\tb"}, "/name"),
        ({"name": ["a"]}, "/name"),
    ],
)
def test_what_cannot_be_accepted_is_named(api: Api, body: dict[str, object], pointer: str) -> None:
    status, problem = api("POST /customers", body)
    assert status == 422
    assert pointer in [error["pointer"] for error in problem["errors"]]


def test_hostile_bodies_get_a_4xx(api: Api) -> None:
    for raw in (
        "[" * 10_000,
        '{"name": "a\\u0000"}',
        '{"name": "\\ud800"}',
        "null",
        "[]",
        "{",
        '{"a":1,"a":2}',
    ):
        status, _ = api("POST /customers", raw_body=raw)
        assert status in (400, 422), raw[:20]
    assert api("POST /customers", raw_body='{"name": "' + "x" * 1_000_000 + '"}')[0] == 413


def test_concurrent_creates_with_one_email_leave_exactly_one_customer(api: Api) -> None:
    def create(number: int) -> tuple[int, dict[str, object]]:
        return Api(api.tenant)("POST /customers", {"email": "Same@x.com", "name": f"Number {number}"})

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(create, range(32)))
    winners = [body for status, body in answers if status == 201]
    losers = [body for status, body in answers if status == 409]
    assert (len(winners), len(losers)) == (1, 31)
    assert {error["pointer"] for body in losers for error in body["errors"]} == {"/email"}
    assert all(winners[0]["id"] in body["detail"] for body in losers)
    assert len(api("GET /customers")[1]["items"]) == 1


def test_an_external_id_belongs_to_one_customer_and_can_be_handed_on(api: Api) -> None:
    first = api.created(external_ids=["a", "b"])
    status, problem = api("POST /customers", {"external_ids": ["c", "b"]})
    assert (status, problem["errors"][0]["pointer"]) == (409, "/external_ids/1")
    api("PATCH /customers/{customer_id}", {"external_ids": ["a"]}, of=first["id"])
    second = api.created(external_ids=["c", "b"])
    assert customers.resolve(api.tenant, CustomerRef(external_id="b")) == second["id"]


def test_changing_an_email_releases_the_old_and_claims_the_new(api: Api) -> None:
    one = api.created(email="old@x.com", emails=["second@x.com"])
    status, changed = api("PATCH /customers/{customer_id}", {"email": "new@x.com"}, of=one["id"])
    assert (status, changed["emails"]) == (200, ["new@x.com", "second@x.com"])
    assert customers.resolve(api.tenant, CustomerRef(email="NEW@x.com ")) == one["id"]
    api.created(email="old@x.com")
    assert api("PATCH /customers/{customer_id}", {"email": "old@x.com"}, of=one["id"])[0] == 409


def test_put_replaces_and_patch_merges(api: Api) -> None:
    made = api.created(**FULL)
    patch = {"preferences": {"sizes": {"hat": 7}, "colours": None}, "gender": None, "last_name": "Lee"}
    _, merged = api("PATCH /customers/{customer_id}", patch, of=made["id"])
    assert merged["preferences"] == {"sizes": {"shoe": 38, "hat": 7}}
    assert (merged["gender"], merged["name"], merged["phone"]) == (None, "Ann Lee", made["phone"])
    _, replaced = api("PUT /customers/{customer_id}", {"name": "Ann"}, of=made["id"])
    assert (replaced["name"], replaced["email"], replaced["tags"], replaced["status"]) == (
        "Ann",
        None,
        [],
        "active",
    )
    assert replaced["version"] == 3


def test_a_stale_etag_is_refused_and_changes_nothing(api: Api) -> None:
    made = api.created(name="Ann")
    assert (
        api("PATCH /customers/{customer_id}", {"name": "B"}, of=made["id"], headers={"if-match": '"1"'})[0]
        == 200
    )
    for route, body in (
        ("PATCH /customers/{customer_id}", {"name": "C"}),
        ("PUT /customers/{customer_id}", {"name": "C"}),
        ("DELETE /customers/{customer_id}", None),
    ):
        assert api(route, body, of=made["id"], headers={"if-match": '"1"'})[0] == 412
    assert api("GET /customers/{customer_id}", of=made["id"])[1]["name"] == "B"


def test_concurrent_patches_of_different_fields_all_count(api: Api) -> None:
    made = api.created(name="Ann")

    def patch(number: int) -> int:
        return Api(api.tenant)(
            "PATCH /customers/{customer_id}", {"social": {f"net{number}": "x"}}, of=made["id"]
        )[0]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(patch, range(8)))
    social = api("GET /customers/{customer_id}", of=made["id"])[1]["social"]
    assert len(social) == answers.count(200) >= 4


def test_a_deleted_customer_is_gone_and_their_email_is_free(api: Api) -> None:
    made = api.created(**FULL)
    assert api("DELETE /customers/{customer_id}", of=made["id"])[0] == 204
    for route in ("GET /customers/{customer_id}", "DELETE /customers/{customer_id}"):
        assert api(route, of=made["id"])[0] == 410
    assert api("PATCH /customers/{customer_id}", {"name": "x"}, of=made["id"])[0] == 410
    assert api("GET /customers/{customer_id}/timeline", of=made["id"])[0] == 410
    assert api("GET /customers")[1]["items"] == []
    assert api("GET /customers", query={"q": "brien"})[1]["items"] == []
    assert customers.facts_of(api.tenant, made["id"], consistent=True) is None
    assert api.created(**FULL)["id"] != made["id"]


def test_another_tenants_customer_does_not_exist(api: Api, other_api: Api) -> None:
    made = api.created(email="a@x.com")
    for route in ("GET /customers/{customer_id}", "DELETE /customers/{customer_id}"):
        assert other_api(route, of=made["id"])[0] == 404
    assert other_api("PATCH /customers/{customer_id}", {"name": "x"}, of=made["id"])[0] == 404
    assert customers.resolve(other_api.tenant, CustomerRef(id=made["id"])) is None
    assert other_api.created(email="a@x.com")["id"] != made["id"]
    for bad in ("cus_1", "x", "cus_" + "0" * 26, "%23"):
        assert api("GET /customers/{customer_id}", of=bad)[0] == 404


def test_one_idempotency_key_gives_one_customer_and_one_answer(api: Api) -> None:
    def create(_: int) -> tuple[int, dict[str, object]]:
        return Api(api.tenant)("POST /customers", {"name": "Ann"}, headers={"idempotency-key": "k"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(16)))
    assert all(answer == answers[0] for answer in answers)
    assert len(api("GET /customers")[1]["items"]) == 1
    assert api("POST /customers", {"name": "B"}, headers={"idempotency-key": "k"})[0] == 422


def test_totals_show_in_the_answer_and_change_once(api: Api, tenant: Tenant, now: datetime) -> None:
    made = api.created(name="Ann")
    facts = customers.facts_of(tenant, made["id"], consistent=True)
    assert isinstance(facts, Facts)
    for number in range(2):
        tx = Transaction(tenant)
        change = TotalsChange(orders=2, gross=501, refunds=1, refunded=1, at=now, currency="GBP")
        customers.change_totals(tx, facts, change)
        if number:
            with pytest.raises(FactsMovedError):
                tx.commit()
        else:
            tx.commit()
    _, read = api("GET /customers/{customer_id}", of=made["id"])
    assert (read["total_orders"], read["total_spent"], read["average_order_value"]) == (2, 500, 251)
    assert read["last_purchase_at"].startswith("2026-03-10T09:30:00")
    assert api("PATCH /customers/{customer_id}", {"name": "Bea"}, of=made["id"])[1]["total_spent"] == 500


def test_custom_attributes_follow_the_tenants_schema(api: Api) -> None:
    schema = {
        "attributes": [
            {"key": "shoe_size", "type": "integer"},
            {"key": "plan", "type": "enum", "values": ["free", "pro"]},
            {"key": "since", "type": "date"},
        ]
    }
    assert api("GET /customers/attributes")[1] == {"attributes": [], "version": 0}
    assert api("PUT /customers/attributes", schema)[1]["version"] == 1
    made = api.created(attributes={"shoe_size": 38, "plan": "pro", "since": "2024-02-29"})
    bad = {"shoe_size": True, "plan": "gold", "since": "2023-02-29", "other": 1}
    status, problem = api("PATCH /customers/{customer_id}", {"attributes": bad}, of=made["id"])
    assert status == 422
    assert {error["pointer"] for error in problem["errors"]} == {f"/attributes/{key}" for key in bad}
    _, merged = api("PATCH /customers/{customer_id}", {"attributes": {"plan": None}}, of=made["id"])
    assert merged["attributes"] == {"shoe_size": 38, "since": "2024-02-29"}
    assert api("PUT /customers/attributes", {"attributes": []}, headers={"if-match": '"7"'})[0] == 412
    assert api("PUT /customers/attributes", {"attributes": []}, headers={"if-match": '"1"'})[0] == 200
    _, kept = api("PATCH /customers/{customer_id}", {"name": "Ann"}, of=made["id"])
    assert kept["attributes"]["shoe_size"] == 38


def test_many_small_patches_cannot_outgrow_an_item(api: Api) -> None:
    keys = [f"k{number}" for number in range(100)]
    api("PUT /customers/attributes", {"attributes": [{"key": key, "type": "list"} for key in keys]})
    one = api.created(name="Ann")["id"]
    answers = [
        api(
            "PATCH /customers/{customer_id}",
            {"attributes": {key: ["x" * 200] * 50 for key in keys[at : at + 10]}},
            of=one,
        )[0]
        for at in range(0, 100, 10)
    ]
    assert answers == [200] + [422] * 9
