"""Recording behaviour and stitching it to customers, against the embedded engine."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import behaviour
from regulars.behaviour import NewEvent, identity
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.events import Envelope, EventItem
from regulars.kernel.tenancy import Tenant
from tests.events import answer_body
from tests.integration.behaviour.conftest import Api, new_customer


def event(**more: Any) -> NewEvent:
    return NewEvent.model_validate({"kind": "page_view", "anonymous_id": "web-1"} | more)


def known(customer: str, **more: Any) -> NewEvent:
    return NewEvent.model_validate({"kind": "page_view", "customer": {"id": customer}} | more)


def in_partition(tenant: Tenant, *parts: str) -> list[EventItem]:
    found = EventItem.each(tenant.partition(*parts), EventItem.sk.startswith("E#"), consistent=True)
    return [item for item in found if item.name.startswith("behaviour.")]


def identified(tenant: Tenant, customer: str) -> Envelope:
    found = EventItem.each(tenant.partition("C", customer), EventItem.sk.startswith("E#"), consistent=True)
    return next(Envelope.of(item) for item in found if item.name == "customer.identified")


def test_each_event_of_a_batch_has_its_own_outcome(tenant: Tenant, customer: str, now: datetime) -> None:
    batch = [
        known(customer, id="1", kind="product_view", product_id="MUG"),
        known(customer, id="1"),
        event(kind="wishlist_shared", properties={"list": {"size": 3}}),
        event(user_agent="Googlebot/2.1"),
        event(at=now + timedelta(minutes=6)),
        known("cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ]
    recorded = behaviour.record(tenant, batch, now=now)
    assert [outcome.result for outcome in recorded.results] == [
        "accepted",
        "duplicate",
        "accepted",
        "refused",
        "refused",
        "refused",
    ]
    assert (recorded.accepted, recorded.duplicates, recorded.refused) == (2, 1, 3)
    (viewed,) = in_partition(tenant, "C", customer)
    assert (viewed.name, viewed.data["product_id"]) == ("behaviour.product_view", "MUG")
    (shared,) = in_partition(tenant, "A", "web-1")
    assert (shared.name, shared.subject) == ("behaviour.wishlist_shared", "web-1")


@pytest.mark.parametrize("with_moment", [True, False])
def test_an_event_that_is_sent_again_is_one_item(
    tenant: Tenant, customer: str, now: datetime, with_moment: bool
) -> None:
    at = {"at": now} if with_moment else {}
    batch = [known(customer, id=f"e-{index}", **at) for index in range(150)]
    assert behaviour.record(tenant, batch[:100], now=now).accepted == 100
    random.shuffle(batch)
    again = behaviour.record(tenant, batch, now=now + timedelta(seconds=9))
    assert (again.accepted, again.duplicates) == (50, 100)
    assert len(in_partition(tenant, "C", customer)) == 150


def test_the_same_batch_by_many_processes_at_once_is_recorded_once(
    tenant: Tenant, customer: str, now: datetime
) -> None:
    batch = [known(customer, id=f"e-{index}") for index in range(60)]
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: behaviour.record(tenant, batch, now=now), range(6)))
    assert sum(one.accepted for one in done) == 60
    assert len(in_partition(tenant, "C", customer)) == 60


def test_events_of_an_anonymous_person_follow_to_the_customer(
    tenant: Tenant, customer: str, now: datetime
) -> None:
    behaviour.record(tenant, [event(at=now + timedelta(seconds=i)) for i in range(120)], now=now)
    behaviour.identify(tenant, "web-1", customer, now=now)
    behaviour.record(tenant, [event(kind="login")], now=now)
    assert behaviour.stitch(identified(tenant, customer)) == 120
    assert behaviour.stitch(identified(tenant, customer)) == 0
    assert in_partition(tenant, "A", "web-1") == []
    moved = in_partition(tenant, "C", customer)
    assert len(moved) == 121
    assert {item.subject for item in moved} == {customer}
    assert [item.time for item in moved] == sorted(item.time for item in moved)


def test_a_marked_event_keeps_its_marks_when_it_moves(tenant: Tenant, customer: str, now: datetime) -> None:
    behaviour.record(tenant, [event()], now=now)
    (item,) = in_partition(tenant, "A", "web-1")
    item.update([EventItem.done.add({"stats"})])
    behaviour.identify(tenant, "web-1", customer, now=now)
    behaviour.stitch(identified(tenant, customer))
    (moved,) = in_partition(tenant, "C", customer)
    assert (moved.id, moved.done, moved.data) == (item.id, {"stats"}, item.data)


def test_stitching_by_two_workers_at_once_and_after_a_crash_moves_each_event_once(
    tenant: Tenant, customer: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [event(at=now + timedelta(seconds=index), id=f"e-{index}") for index in range(130)]
    behaviour.record(tenant, batch, now=now)
    behaviour.identify(tenant, "web-1", customer, now=now)
    envelope = identified(tenant, customer)
    whole, calls = identity._move, iter(range(99))

    def crash(*given: Any) -> None:
        if next(calls) == 1:
            raise SystemExit
        whole(*given)

    monkeypatch.setattr(identity, "_move", crash)
    with pytest.raises(SystemExit):
        behaviour.stitch(envelope)
    monkeypatch.setattr(identity, "_move", whole)
    assert 0 < len(in_partition(tenant, "A", "web-1")) < 130
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: behaviour.stitch(envelope), range(3)))
    assert in_partition(tenant, "A", "web-1") == []
    assert len(in_partition(tenant, "C", customer)) == 130
    again = behaviour.record(tenant, batch, now=now)
    assert (again.accepted, again.duplicates) == (0, 130)


def test_no_event_is_left_behind_when_identified_while_recording(
    tenant: Tenant, customer: str, now: datetime
) -> None:
    def record(index: int) -> int:
        batch = [event(at=now + timedelta(seconds=index), properties={"n": n}) for n in range(20)]
        return behaviour.record(tenant, batch, now=now + timedelta(minutes=1)).accepted

    def identify(_: int) -> int:
        behaviour.identify(tenant, "web-1", customer, now=now)
        behaviour.stitch(identified(tenant, customer))
        return 0

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(identify if index == 3 else record, index) for index in range(12)]
        accepted = sum(job.result() for job in jobs)
    behaviour.stitch(identified(tenant, customer))
    assert in_partition(tenant, "A", "web-1") == []
    assert len(in_partition(tenant, "C", customer)) == accepted == 220


def test_the_first_identification_counts(
    tenant: Tenant, other_tenant: Tenant, customer: str, now: datetime
) -> None:
    second = new_customer(tenant, "c-2")
    first = behaviour.identify(tenant, "web-1", customer, now=now)
    assert behaviour.identify(tenant, "web-1", customer, now=now + timedelta(days=1)) == first
    with pytest.raises(ConflictError):
        behaviour.identify(tenant, "web-1", second, now=now)
    with pytest.raises(NotFoundError):
        behaviour.identify(tenant, "web-2", new_customer(other_tenant, "c-9"), now=now)


def test_a_batch_under_a_key_is_recorded_once(api: Api, tenant: Tenant) -> None:
    given = {"events": [{"kind": "search", "anonymous_id": "web-1", "properties": {"query": "mug"}}]}

    def post(_: int) -> dict[str, Any]:
        return api("POST /events", body=given, headers={"idempotency-key": "e-1"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {answer["statusCode"] for answer in answers} == {200}
    assert len({answer["body"] for answer in answers}) == 1
    assert len(in_partition(tenant, "A", "web-1")) == 1


def test_a_public_key_cannot_ask_who_is_known(api: Api, tenant: Tenant, customer: str) -> None:
    caller = {"caller_kind": "api_key", "caller_id": "key_1", "scopes": "events:write", "role": ""}
    batch = [{"kind": "login", "customer": {"external_id": name}} for name in ("c-1", "nobody")] + [
        {"kind": "login", "customer": {"id": customer}}
    ]
    answer = answer_body(api("POST /events", caller=caller, body={"events": batch}))
    assert [row["result"] for row in answer["results"]] == ["refused", "refused", "accepted"]
    assert answer["results"][0]["reason"] == answer["results"][1]["reason"]


def test_bad_batches_are_refused_at_the_field(api: Api) -> None:
    good = {"kind": "login", "anonymous_id": "web-1"}
    for events, pointer in (
        ([], "/events"),
        ([good] * 501, "/events"),
        ([good, good | {"kind": "Log In"}], "/events/1/kind"),
        ([good | {"at": "yesterday"}], "/events/0/at"),
    ):
        answer = api("POST /events", body={"events": events})
        assert (answer["statusCode"], answer_body(answer)["errors"][0]["pointer"]) == (422, pointer)


def test_a_full_batch_fits(api: Api, tenant: Tenant, customer: str) -> None:
    rows = [
        {"kind": "page_view", "customer": {"id": customer}, "properties": {"text": "x" * 1500}}
        for _ in range(500)
    ]
    answer = api("POST /events", body={"events": rows})
    assert answer_body(answer)["accepted"] == 500


def test_the_snippet_is_small_and_needs_no_credential(api: Api) -> None:
    answer = api("GET /snippet.js", tenant="")
    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"].startswith("text/javascript")
    assert len(answer["body"].encode()) <= 2048
    assert "doNotTrack" in answer["body"]


def test_identify_over_http_keeps_to_own_customers(api: Api, tenant: Tenant, customer: str) -> None:
    me = {"caller_kind": "customer", "caller_id": customer}
    how = {"body": {"anonymous_id": "web-1"}, "caller": me}
    mine = api("POST /customers/{customer_id}/identify", params={"customer_id": customer}, **how)
    assert answer_body(mine)["customer_id"] == customer
    second = new_customer(tenant, "c-2")
    other = api("POST /customers/{customer_id}/identify", params={"customer_id": second}, **how)
    assert other["statusCode"] == 404
