"""The local run as a user meets it: it starts, serves, stops with its data and starts again at once."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.running import LocalRun


def test_the_run_writes_down_where_everything_is(local_run: LocalRun) -> None:
    base = f"http://127.0.0.1:{local_run.port}"
    assert local_run.endpoints == {
        "api": base,
        "console": f"{base}/console",
        "docs": f"{base}/docs",
        "mailbox": f"{base}/_local/mailbox",
        "socket": f"ws://127.0.0.1:{local_run.port}/_local/socket",
        "clock": f"{base}/_local/clock",
        "token": f"{base}/_local/token",
        "tenants": {},
    }


def test_the_front_page_leads_to_the_console(local_run: LocalRun) -> None:
    answer = local_run.call("GET", "/")
    assert answer.status in (302, 303, 307, 308)
    assert answer.headers["location"].startswith("/console")


def test_the_api_describes_itself(local_run: LocalRun) -> None:
    document = local_run.call("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert local_run.call("GET", "/docs").status == 200


def test_an_unknown_path_is_answered_as_a_problem(local_run: LocalRun) -> None:
    answer = local_run.call("GET", "/no/such/path")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_method_on_a_known_path_is_answered_with_those_that_exist(local_run: LocalRun) -> None:
    answer = local_run.call("DELETE", "/openapi.json")
    assert answer.status == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_call_without_a_credential_is_refused(local_run: LocalRun) -> None:
    assert local_run.call("GET", "/tenants").status == 401


@pytest.mark.parametrize(
    "claims", [{}, {"tenant": "ten_1"}, {"role": "owner"}, {"tenant": "ten_1", "role": "king"}]
)
def test_a_token_for_nobody_is_not_minted(local_run: LocalRun, claims: dict[str, str]) -> None:
    assert local_run.call("POST", "/_local/token", claims).status == 400


def test_a_foreign_host_name_does_not_reach_the_local_tools(local_run: LocalRun) -> None:
    answer = local_run.call("GET", "/_local/clock", headers={"host": "attacker.example"})
    assert answer.status == 421


@pytest.mark.parametrize(
    "wrong", [{"advance": -5}, {"advance": "yesterday"}, {"to": "2020-01-01T00:00:00Z"}, {}]
)
def test_the_clock_only_moves_forward(local_run: LocalRun, wrong: dict[str, object]) -> None:
    before = datetime.fromisoformat(local_run.call("GET", "/_local/clock").json()["now"])
    assert local_run.call("POST", "/_local/clock", wrong).status == 400
    after = datetime.fromisoformat(local_run.call("GET", "/_local/clock").json()["now"])
    assert timedelta(0) <= after - before < timedelta(hours=1)


def test_the_clock_moves_by_what_was_asked(local_run: LocalRun) -> None:
    before = datetime.fromisoformat(local_run.call("GET", "/_local/clock").json()["now"])
    after = datetime.fromisoformat(local_run.advance("P2D"))
    assert timedelta(days=2) <= after - before < timedelta(days=2, hours=1)


def test_data_outlives_a_stop_and_the_next_start_deploys_nothing(tmp_path: Path) -> None:
    run = LocalRun(tmp_path).start()
    try:
        operator = run.token(role="operator")
        tenant, _ = run.open_shop()
    finally:
        assert run.stop() == 0
    run.start()
    try:
        listed = run.call("GET", "/tenants", token=operator).json()["items"]
        assert [item["id"] for item in listed] == [tenant]
        said = (tmp_path / "run.log").read_text()
        assert said.count("Regulars is up") == 2
        assert said.count("deploying the template") == 1
    finally:
        run.stop()


@pytest.mark.parametrize(
    "path", ["/products/a%0Ab", f"/customers?cursor={'%C3%A9' * 2000}"], ids=["line break", "long"]
)
def test_an_odd_address_is_refused_by_the_api_not_by_the_door(local_run: LocalRun, path: str) -> None:
    answer = local_run.call("GET", path, token=local_run.token(role="operator"))
    assert answer.status in (400, 403, 404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
