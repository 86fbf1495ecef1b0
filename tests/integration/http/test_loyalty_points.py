"""A customer's points over HTTP: how they stand, the statement, and points given or taken by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers, loyalty
from regulars.kernel.clock import clock, iso
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Cause, Membership
from tests.integration.http.test_loyalty import VIEWER, Api, Json, pointers
from tests.integration.pipeline.shop import new_customer, open_shop

ONE = "/customers/{customer_id}/loyalty"
AGENT = {"role": "agent"}


class Club:
    """A tenant with a program that runs, and a customer."""

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        self.api = Api(open_shop(tenant, now))
        self.now = now
        self.customer = new_customer(tenant, now)
        self.program = self.opened("Club", points={"adjustment_limit": 100, "expiry_months": 12})

    def opened(self, name: str, **more: Any) -> str:
        made = self.api.made(name, **more)["id"]
        self.api("PUT /loyalty-programs/{program_id}", {"status": "active"}, program_id=made)
        return str(made)

    def give(self, points: Any, key: str = "k-1", *, reason: Any = "Sorry", **how: Any) -> tuple[int, Any]:
        body = {"points": points, "reason": reason} | how.pop("body", {})
        headers = {"idempotency-key": key} if key else {}
        return self.api(
            f"POST {ONE}/points", body, **({"customer_id": self.customer, "headers": headers} | how)
        )

    def standing(self, **how: Any) -> Json:
        status, body = self.api(f"GET {ONE}", **({"customer_id": self.customer} | how))
        assert status == 200, body
        [found] = body["items"]
        return dict(found)

    def statement(self, **how: Any) -> tuple[int, Any]:
        return self.api(f"GET {ONE}/ledger", **({"customer_id": self.customer} | how))


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def club(tenant: Tenant, now: datetime) -> Club:
    return Club(tenant, now)


@pytest.fixture
def other(other_tenant: Tenant, now: datetime) -> Club:
    return Club(other_tenant, now)


def test_who_has_no_points_yet_stands_at_zero_in_what_runs(club: Club) -> None:
    club.api.made("A draft")

    assert club.standing() == {
        "program_id": club.program,
        "name": "Club",
        "status": "active",
        "balance": 0,
        "pending": 0,
        "debt": 0,
        "next_available": None,
        "next_expiry": None,
    }
    assert club.statement() == (200, {"items": [], "next": None})


def test_points_are_given_once_a_key(club: Club) -> None:
    status, given = club.give(70)

    assert (status, given["points"], given["balance"], given["kind"]) == (201, 70, 70, "adjusted")
    assert (given["reason"], given["actor"]) == ("Sorry", "staff:stf_01")
    assert given["entries"] == [
        {"account": "available", "points": 70},
        {"account": "adjusted", "points": -70},
    ]
    assert club.give(70) == (status, given)
    status, refused = club.give(71)
    assert (status, refused["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    assert club.standing()["balance"] == 70
    assert len(club.statement()[1]["items"]) == 1


def test_points_are_taken_but_never_below_zero(club: Club) -> None:
    club.give(70)

    assert club.give(-30, "k-2")[1]["balance"] == 40
    status, refused = club.give(-41, "k-3")

    assert (status, refused["type"].rpartition("/")[2]) == (409, "insufficient-points")
    assert club.standing()["balance"] == 40


def test_a_statement_runs_backwards_with_the_balance_after_each(club: Club) -> None:
    for number, points in enumerate((50, -20, 5), start=1):
        club.give(points, f"k-{number}")

    first = club.statement(query={"limit": "2"})[1]
    rest = club.statement(query={"limit": "2", "cursor": first["next"], "program_id": club.program})[1]

    rows = [(one["number"], one["points"], one["balance"]) for one in first["items"] + rest["items"]]
    assert rows == [(3, 5, 35), (2, -20, 30), (1, 50, 50)]
    assert rest["next"] is None


def test_what_is_next_is_told(club: Club) -> None:
    # given points that expire in a year, and some that are pending
    later = club.now + timedelta(days=14)
    of = Membership(club.api.tenant, club.customer, club.program)
    loyalty.earn(of, Cause("order:1", club.now), 20, available_at=later)
    club.give(30)
    # then both moments are told
    found = club.standing()
    assert (found["balance"], found["pending"]) == (30, 20)
    assert found["next_available"]["points"] == 20
    assert iso(datetime.fromisoformat(found["next_available"]["at"])) == iso(later)
    assert found["next_expiry"]["points"] == 30
    ahead = datetime.fromisoformat(found["next_expiry"]["at"]) - club.now
    assert timedelta(days=364) < ahead < timedelta(days=367)


@pytest.mark.parametrize("points", [0, 1.5, 1e309, 2**63, -(2**63), "5", "５", True, None], ids=repr)
def test_bad_numbers_of_points_are_refused_by_name(club: Club, points: Any) -> None:
    if points == 1e309:
        raw = '{"points": 1e309, "reason": "x"}'
        status, refused = club.api(
            f"POST {ONE}/points",
            raw_body=raw,
            customer_id=club.customer,
            headers={"idempotency-key": "k-1"},
        )
    else:
        status, refused = club.give(points)

    assert (status, pointers(refused)) == (422, ["/points"])


def test_a_reason_and_a_key_are_needed(club: Club) -> None:
    status, refused = club.give(5, reason="  ")
    assert (status, pointers(refused)) == (422, ["/reason"])
    assert club.give(5, "")[0] == 400
    assert club.statement()[1]["items"] == []


def test_agents_are_held_to_the_programs_limit(club: Club) -> None:
    for points in (101, -101):
        assert club.give(points, caller=AGENT)[0] == 403
    assert club.give(100, "k-2", caller=AGENT)[0] == 201
    assert club.give(101, "k-3", caller={"role": "marketer"})[0] == 201
    assert club.give(5, "k-4", caller=VIEWER)[0] == 403
    assert club.standing(caller=VIEWER)["balance"] == 201


def test_of_several_programs_one_must_be_named(club: Club) -> None:
    second = club.opened("Second")

    status, refused = club.give(5)
    assert (status, pointers(refused)) == (422, ["/program_id"])
    status, refused = club.statement()
    assert (status, pointers(refused)) == (422, ["program_id"])
    assert club.give(5, body={"program_id": second})[0] == 201
    assert club.statement(query={"program_id": club.program})[1]["items"] == []
    assert len(club.statement(query={"program_id": second})[1]["items"]) == 1
    assert club.statement(query={"program_id": "lpr_gone"})[0] == 404


def test_a_draft_gives_no_points_and_one_that_has_ended_is_shown_to_who_had_some(club: Club) -> None:
    draft = club.api.made("A draft")["id"]
    assert club.give(5, body={"program_id": draft})[0] == 409

    club.give(5, "k-2", body={"program_id": club.program})
    club.api("PUT /loyalty-programs/{program_id}", {"status": "ended"}, program_id=club.program)

    assert (club.standing()["status"], club.standing()["balance"]) == ("ended", 5)
    bob = new_customer(club.api.tenant, club.now, "bob@example.test")
    assert club.api(f"GET {ONE}", customer_id=bob) == (200, {"items": []})


def test_customers_see_their_own_points_alone(club: Club) -> None:
    club.give(5)
    ann = {"caller_kind": "customer", "caller_id": club.customer, "role": ""}
    bob = new_customer(club.api.tenant, club.now, "bob@example.test")

    assert club.standing(caller=ann)["balance"] == 5
    assert len(club.statement(caller=ann)[1]["items"]) == 1
    assert club.give(5, "k-2", caller=ann)[0] == 403
    for path in (ONE, f"{ONE}/ledger"):
        assert club.api(f"GET {path}", customer_id=bob, caller=ann)[0] == 404


def test_another_tenants_customer_is_not_there(club: Club, other: Club) -> None:
    club.give(5)

    assert other.api(f"GET {ONE}", customer_id=club.customer)[0] == 404
    assert other.statement(customer_id=club.customer)[0] == 404
    assert other.give(5, customer_id=club.customer)[0] == 404
    query = {"program_id": club.program}
    assert other.statement(query=query)[0] == 404
    assert other.give(5, body={"program_id": club.program})[0] == 404
    assert other.standing()["balance"] == 0
    assert club.standing()["balance"] == 5


def test_a_customer_who_was_deleted_is_gone(club: Club) -> None:
    customers.delete(club.api.tenant, club.customer, now=club.now)

    assert club.api(f"GET {ONE}", customer_id=club.customer)[0] == 410
    assert club.statement()[0] == 410
    assert club.give(5)[0] == 410
