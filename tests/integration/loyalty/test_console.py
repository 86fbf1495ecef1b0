"""The console's loyalty pages on the real services: a program is made, tried, started and ended."""

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from console import handler as edge
from regulars import loyalty
from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Program
from tests.integration.pipeline.shop import new_customer, open_shop

FORM = {
    "name": "Kettle <Club>",
    "period.kind": "annual",
    "points.earn_rate": "1",
    "points.rounding": "down",
    "points.pending_days": "14",
    "points.first_order": "100",
    "tiers.0.name": "Bronze",
    "tiers.0.required_points": "0",
    "tiers.0.colour": "#a97142",
    "tiers.0.icon": "medal",
    "tiers.0.earn_multiplier": "1",
    "tiers.1.name": "Gold",
    "tiers.1.required_points": "500",
    "tiers.1.colour": "#d4a017",
    "tiers.1.icon": "trophy",
    "tiers.1.earn_multiplier": "1.5",
    "tiers.1.free_shipping": "on",
    "tiers.2.name": "",
    "rules.0.name": "Fridays",
    "rules.0.type": "bonus",
    "rules.0.worth": "25",
    "rules.0.friday": "on",
    "rules.1.name": "",
    "rules.1.type": "multiplier",
}


class Console:
    """A browser of the shop's staff; redirects are answered with their address."""

    def __init__(self, tenant: Tenant, patch: pytest.MonkeyPatch) -> None:
        self.tenant, self.now = tenant, clock().now()
        patch.setattr(edge, "_clock", SimpleNamespace(now=lambda: self.now))

    def __call__(
        self,
        method: str,
        path: str = "",
        form: dict[str, str] | None = None,
        *,
        query: dict[str, str] | None = None,
        role: str = "marketer",
        target: str = "",
    ) -> tuple[int, str]:
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        if target:
            headers |= {"hx-request": "true", "hx-target": f"section#{target}"}
        passed = {"tenant": self.tenant.id, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
        event: dict[str, Any] = {
            "rawQueryString": urlencode(query or {}),
            "headers": headers,
            "requestContext": {
                "requestId": "req-1",
                "http": {"method": method, "path": f"/console/loyalty{path}"},
                "authorizer": {"lambda": passed},
            },
            "body": urlencode(form or {}),
        }
        answer = edge.handler(event, None)
        return answer["statusCode"], answer["headers"].get("location", "") or answer["body"]

    def made(self, **more: str) -> str:
        """A program's path below the console's."""
        status, address = self("POST", "/new", FORM | more)
        assert status == 303, address[:3000]
        return address.removeprefix("/console/loyalty")

    def program(self, path: str) -> Program:
        return loyalty.get_program(self.tenant, path.strip("/"))


@pytest.fixture
def console(tenant: Tenant, accounts: str, jobs_queue: str, monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(tenant, monkeypatch)
    open_shop(tenant, console.now)
    return console


def points_of(page: str) -> str:
    found = re.search(r"<strong>([\d,]+) points</strong>", page)
    return found[1] if found else ""


def test_a_shop_without_programs_is_shown_the_way_to_the_first(console: Console) -> None:
    status, page = console("GET")

    assert (status, "No programs yet" in page, "/console/loyalty/new" in page) == (200, True, True)
    assert "/console/loyalty/new" not in console("GET", role="viewer")[1]
    status, page = console("GET", "/new")
    assert (status, 'value="Platinum"' in page) == (200, True)


def test_a_program_is_made_changed_started_and_ended(console: Console) -> None:
    path = console.made()
    made = console.program(path)
    assert (made.name, [one.name for one in made.tiers]) == ("Kettle <Club>", ["Bronze", "Gold"])
    assert (made.rules[0].name, made.points.bonuses.first_order) == ("Fridays", 100)
    assert made.created_by == "staff:stf_1"
    assert "Kettle &lt;Club&gt;" in console("GET")[1]
    # when it is changed as it is shown, and by who saw an older one
    assert console("POST", path, FORM | {"version": "1", "name": "Club"})[0] == 303
    assert console.program(path).name == "Club"
    assert console("POST", path, FORM | {"version": "1", "name": "Late"})[0] == 412
    # and started, changed without the fields that stay, and ended
    assert console("POST", f"{path}/status", {"status": "active"})[0] == 303
    begun = {name: value for name, value in FORM.items() if not name.startswith("period.")}
    assert console("POST", path, begun | {"points.earn_rate": "2"})[0] == 303
    assert console.program(path).points.earn_rate == "2"
    assert console("POST", f"{path}/delete")[1] == f"/console/loyalty{path}"
    assert console("POST", f"{path}/status", {"status": "ended"})[0] == 303
    assert console.program(path).status == "ended"
    status, page = console("GET", path)
    assert (status, 'form="program"' in page) == (200, False)
    assert console("POST", f"{path}/status", {"status": "nonsense"})[0] == 303


def test_faults_stand_at_their_fields(console: Console) -> None:
    given = FORM | {"tiers.1.required_points": "0", "points.review": "1.5", "rules.0.worth": "0"}
    status, page = console("POST", "/new", given)
    assert status == 422
    for field in ("points.review", "rules.0.worth"):
        assert f'id="e-{field}"' in page
    status, page = console("POST", "/new", FORM | {"tiers.1.required_points": "0"})
    assert (status, 'id="e-tiers.1.required_points"' in page) == (422, True)
    assert 'value="Kettle &lt;Club&gt;"' in page


def test_an_order_is_tried_on_a_program(console: Console) -> None:
    path = console.made()
    # when an order of 40.50 less 0.50 is tried for gold on a Friday
    query = {"amount.0": "20.50", "amount.2": "20", "discount": "0.50", "tier": "Gold", "day": "2026-03-13"}
    status, box = console("GET", path, query=query, target="tried")
    # then the box alone answers
    assert (status, points_of(box), "<html" in box) == (200, "85", False)
    assert "1.5 times the base" in box
    # and the whole page does, where nothing is scripted
    assert points_of(console("GET", path, query=query)[1]) == "85"
    # and a customer's first order is known
    new_customer(console.tenant, console.now)
    known = {"amount.0": "10", "customer": "ann@example.test", "day": "2026-03-12"}
    assert points_of(console("GET", path, query=known, target="tried")[1]) == "110"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"amount.1": "x"}, "amount.1"),
        ({"amount.0": "1", "discount": "2"}, "discount"),
        ({"amount.0": "1", "tier": "Tin"}, "tier"),
        ({"amount.0": "1", "customer": "nobody@example.test"}, "customer"),
        ({"amount.0": "1", "day": "31.12."}, "day"),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_its_field(
    console: Console, query: dict[str, str], field: str
) -> None:
    status, box = console("GET", console.made(), query=query, target="tried")

    assert (status, f'id="e-{field}"' in box, points_of(box)) == (200, True, "")


def test_who_may_only_look_sees_no_buttons(console: Console) -> None:
    path = console.made()

    status, page = console("GET", path, role="viewer")

    assert (status, "/status" in page, 'form="program"' in page) == (200, False, False)
    assert console("POST", path, FORM, role="viewer")[0] == 403
    assert console("GET", "/new", role="viewer")[0] == 403


def test_a_draft_is_deleted(console: Console) -> None:
    path = console.made()

    assert console("POST", f"{path}/delete") == (303, "/console/loyalty")
    assert console("GET", path)[0] == 404
