"""Imports and jobs over HTTP, from the form to the error file."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from imports_api.handler import handler
from local.demo.api import upload
from regulars.kernel.tenancy import Tenant
from run_jobs.handler import handler as run_jobs
from tests.events import http_event
from tests.integration.imports.workbench import retail

Call = Callable[..., tuple[int, Any]]
ROWS = ("1,A1,2011-07-01 09:30,S1,4,2.50,France", ",A2,2011-07-01 09:30,S1,1,2.50,France")


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 170_000


@pytest.fixture
def call(shop: Tenant) -> Call:
    def make(
        method: str, route: str, body: Any = None, *, role: str = "owner", key: str = "", **params: str
    ) -> Any:
        headers = {"idempotency-key": key} if key else {}
        event = http_event(
            f"{method} {route}",
            tenant=shop.id,
            caller={"role": role},
            body=body,
            params=params,
            headers=headers,
        )
        answer = handler(event, None)
        return answer["statusCode"], json.loads(answer["body"] or "null")

    return make


def run(tenant: Tenant, job_id: str) -> None:
    message = json.dumps({"tenant": tenant.id, "job": job_id})
    assert run_jobs({"Records": [{"messageId": "1", "body": message}]}, Context()) == {
        "batchItemFailures": []
    }


def begun(call: Call, **more: Any) -> tuple[str, dict[str, Any]]:
    status, body = call("POST", "/imports", {"kind": "order_lines", "format": "csv", "name": "f.csv"} | more)
    assert status == 201
    return body["job"]["id"], body["upload"]


def test_a_file_goes_from_the_form_to_orders_and_an_error_file(shop: Tenant, call: Call) -> None:
    # given an import, and its file sent by the form
    job_id, form = begun(call)
    upload(form, retail(*ROWS))
    # when it is looked into
    status, seen = call("POST", "/imports/{job_id}/preview", {}, job_id=job_id)
    assert status == 200
    assert (seen["delimiter"], seen["encoding"], len(seen["rows"])) == (",", "utf-8", 2)
    assert seen["mapping"]["placed_at"]["date_format"] is None
    checks = {check["field"]: check for check in seen["checks"]}
    assert (checks["customer_external_id"]["good"], checks["unit_price"]["bad"]) == (2, 0)
    # and started with what was suggested
    status, job = call("POST", "/imports/{job_id}/start", {"mapping": seen["mapping"]}, job_id=job_id)
    assert (status, job["state"]) == (200, "queued")
    run(shop, job_id)
    # then the job tells what came of it, and where the rows that were refused are
    status, job = call("GET", "/jobs/{job_id}", job_id=job_id)
    assert (job["state"], job["percent"], job["counts"]["orders"], job["counts"]["refused"]) == (
        "succeeded",
        100,
        1,
        1,
    )
    status, link = call("GET", "/jobs/{job_id}/errors", job_id=job_id)
    with urllib.request.urlopen(link["url"]) as answer:
        assert "3,customer,has no customer" in answer.read().decode()
    status, page = call("GET", "/jobs")
    assert [each["id"] for each in page["items"]] == [job_id]
    status, job = call("POST", "/jobs/{job_id}/undo", job_id=job_id)
    assert (status, job["state"]) == (200, "undoing")


def test_the_same_key_begins_one_import(call: Call) -> None:
    body = {"kind": "customers", "format": "csv", "name": "f.csv"}
    first = call("POST", "/imports", body, key="k1")
    assert call("POST", "/imports", body, key="k1") == first
    assert call("POST", "/imports", body | {"name": "g.csv"}, key="k1")[0] == 422
    assert len(call("GET", "/jobs")[1]["items"]) == 1


def test_a_mapping_that_does_not_fit_names_its_fields(call: Call) -> None:
    job_id, form = begun(call)
    upload(form, retail(*ROWS))
    mapping = {"number": {"column": "nope"}, "colour": {"constant": "red"}}
    status, problem = call("POST", "/imports/{job_id}/start", {"mapping": mapping}, job_id=job_id)
    assert status == 422
    pointers = {error["pointer"] for error in problem["errors"]}
    assert {"/mapping/number", "/mapping/colour", "/mapping/quantity"} <= pointers


def test_nothing_starts_without_a_file_nor_twice(shop: Tenant, call: Call) -> None:
    job_id, form = begun(call)
    mapping = {"mapping": {"number": {"column": "invoice"}}}
    assert call("POST", "/imports/{job_id}/preview", {}, job_id=job_id)[0] == 409
    assert call("POST", "/imports/{job_id}/start", mapping, job_id=job_id)[0] == 409
    upload(form, retail(*ROWS))
    whole = call("POST", "/imports/{job_id}/preview", {}, job_id=job_id)[1]["mapping"]
    assert call("POST", "/imports/{job_id}/start", {"mapping": whole}, job_id=job_id)[0] == 200
    assert call("POST", "/imports/{job_id}/start", {"mapping": whole}, job_id=job_id)[0] == 409


@pytest.mark.parametrize(
    ("role", "method", "route", "body"),
    [
        ("viewer", "POST", "/imports", {"kind": "customers", "format": "csv", "name": "f"}),
        ("agent", "POST", "/customers/export", {}),
        ("analyst", "POST", "/jobs/{job_id}/undo", None),
        ("agent", "GET", "/jobs/{job_id}/errors", None),
    ],
)
def test_a_role_without_the_permission_is_refused(
    call: Call, role: str, method: str, route: str, body: Any
) -> None:
    params = {"job_id": "job_1"} if "{" in route else {}
    assert call(method, route, body, role=role, **params)[0] == 403


def test_a_job_of_nobody_is_not_found(call: Call) -> None:
    for method, route in [
        ("GET", "/jobs/{job_id}"),
        ("GET", "/jobs/{job_id}/errors"),
        ("GET", "/jobs/{job_id}/result"),
        ("POST", "/jobs/{job_id}/cancel"),
        ("POST", "/jobs/{job_id}/resume"),
        ("POST", "/jobs/{job_id}/undo"),
    ]:
        assert call(method, route, job_id="job_nope")[0] == 404


def test_customers_are_exported_by_filter(shop: Tenant, call: Call) -> None:
    body = {"format": "csv", "filter": {"country": "FR", "created_from": "2020-01-01T00:00:00Z"}}
    status, job = call("POST", "/customers/export", body)
    assert (status, job["state"], job["type"]) == (202, "queued", "export")
    run(shop, job["id"])
    assert call("GET", "/jobs/{job_id}/result", job_id=job["id"])[0] == 200
    assert call("GET", "/jobs/{job_id}/errors", job_id=job["id"])[0] == 404
