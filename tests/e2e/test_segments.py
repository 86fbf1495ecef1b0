"""Segments through the deployed template: an order moves its customer within seconds, time alone within the minute."""

import statistics
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.running import LocalRun, eventually

RULE = {
    "version": 1,
    "root": {
        "type": "all",
        "of": [
            {
                "type": "event",
                "events": ["order.placed"],
                "where": [{"property": "total", "is": {"operator": "at_least", "value": 1000}}],
                "window": {"type": "last", "amount": 30, "unit": "days"},
            },
            {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 2000}},
        ],
    },
}


@pytest.fixture
def owner(local_run: LocalRun) -> str:
    """Of a shop in which nobody else is counted."""
    return local_run.token(tenant=local_run.open_shop()[0], role="owner")


@pytest.fixture
def segment(local_run: LocalRun, owner: str) -> str:
    """A segment that all customers have been judged for."""
    body = {"name": f"Recent buyers {uuid4().hex[:6]}", "rule": RULE}
    answer = local_run.call("POST", "/segments", body, token=owner)
    assert answer.status == 201, answer.text
    identifier = str(answer.json()["id"])
    eventually(lambda: _read(local_run, owner, f"/segments/{identifier}")["status"] == "ready", 60)
    return identifier


def _read(run: LocalRun, token: str, path: str) -> dict[str, Any]:
    answer = run.call("GET", path, token=token)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _customer(run: LocalRun, token: str) -> str:
    profile = {"email": f"{uuid4().hex}@example.com", "first_name": "Ann"}
    return str(run.call("POST", "/customers", profile, token=token).json()["id"])


def _order(run: LocalRun, token: str, customer: str) -> None:
    body = {
        "number": uuid4().hex[:12],
        "customer": {"id": customer},
        "currency": "GBP",
        "lines": [{"product_id": "mug", "name": "Mug", "quantity": 1, "unit_price": 2500}],
        "placed_at": datetime.now(UTC).isoformat(),
    }
    answer = run.call("POST", "/orders", body, token=token)
    assert answer.status == 201, answer.text


def _is_member(run: LocalRun, token: str, customer: str, segment: str) -> bool:
    items = _read(run, token, f"/customers/{customer}/segments")["items"]
    return any(one["segment_id"] == segment for one in items)


def test_an_order_moves_its_customer_in_and_time_alone_out_again(
    local_run: LocalRun, owner: str, segment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [_customer(local_run, owner) for _ in range(9)]
    took = []
    for one in people:
        _order(local_run, owner, one)
        started = time.monotonic()
        eventually(lambda one=one: _is_member(local_run, owner, one, segment))
        took.append(time.monotonic() - started)
    with capsys.disabled():
        print(f"\nevent to membership: median {statistics.median(took):.2f} s, slowest {max(took):.2f} s")
    found = _read(local_run, owner, f"/segments/{segment}/customers?limit=100")
    assert {one["id"] for one in found["items"]} == set(people)

    local_run.advance("P31D")
    eventually(lambda: not _is_member(local_run, owner, people[-1], segment), 90)

    eventually(lambda: not _read(local_run, owner, f"/segments/{segment}/customers?limit=100")["items"], 30)
    timeline = _read(local_run, owner, f"/customers/{people[0]}/timeline?limit=50")["items"]
    told = [one for one in timeline if one["data"].get("segment_id") == segment]
    assert sorted(one["name"] for one in told) == ["segment.entered", "segment.exited"]
