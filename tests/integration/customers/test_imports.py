"""Upsert, and what imports rely on: history, one effect a row, undo."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers
from regulars.customers import CustomerRef, Origin, Profile
from regulars.kernel.errors import InvalidError, StaleError
from regulars.kernel.events import EventItem
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from tests.integration.customers.conftest import Api


@pytest.fixture
def job(now: datetime) -> str:
    return new_id("job", now)


def profile(**given: Any) -> Profile:
    return Profile.model_validate(given)


def test_upsert_creates_then_changes_by_external_id_or_email(api: Api) -> None:
    _, made = api("POST /customers/upsert", {"external_ids": ["7"], "email": "a@x.com", "tags": ["a"]})
    assert made["created"]
    _, same = api(
        "POST /customers/upsert", {"external_ids": ["7"], "email": "b@x.com", "name": "Ann", "tags": ["b"]}
    )
    assert (same["created"], same["id"]) == (False, made["id"])
    assert (same["emails"], same["tags"], same["name"]) == (["b@x.com", "a@x.com"], ["a", "b"], "Ann")
    _, by_email = api("POST /customers/upsert", {"email": "A@x.com", "external_ids": ["8"]})
    assert (by_email["id"], by_email["external_ids"], by_email["name"]) == (made["id"], ["7", "8"], "Ann")
    assert api("POST /customers/upsert", {"name": "nobody"})[0] == 422


def test_upsert_refuses_what_belongs_to_two_customers(api: Api) -> None:
    api.created(external_ids=["1"])
    two = api.created(email="two@x.com")
    status, problem = api("POST /customers/upsert", {"external_ids": ["1"], "email": "two@x.com"})
    assert (status, problem["errors"][0]["pointer"]) == (409, "/email")
    assert two["id"] in problem["detail"]


def test_concurrent_upserts_leave_one_customer(api: Api) -> None:
    def upsert(number: int) -> tuple[int, Any]:
        body = {"email": "same@x.com", "social": {f"net{number}": "x"}}
        return Api(api.tenant)("POST /customers/upsert", body)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(upsert, range(12)))
    assert len({body["id"] for status, body in answers if status == 200}) == 1
    assert sum(body.get("created", False) for _, body in answers) == 1
    assert len(api("GET /customers")[1]["items"]) == 1


def test_a_row_has_its_effect_once_and_is_history(tenant: Tenant, now: datetime, job: str) -> None:
    how: dict[str, Any] = {"history": True, "origin": Origin(job, 3), "at": now - timedelta(days=400)}
    first = customers.upsert(tenant, profile(external_ids=["7"], name="Ann"), now=now, **how)
    again = customers.upsert(
        tenant, profile(external_ids=["7"], name="Ann"), now=now + timedelta(hours=1), **how
    )
    assert (first.created, again.created, again.id) == (True, False, first.id)
    assert first.customer.created_at == now - timedelta(days=400)
    anonymous = {"now": now, "history": True, "origin": Origin(job, 4)}
    one = customers.create(tenant, profile(name="No key"), **anonymous)
    two = customers.create(tenant, profile(name="No key"), **anonymous | {"now": now + timedelta(hours=1)})
    assert one.id == two.id
    [event] = EventItem.each(customers.customer_partition(tenant, first.id), EventItem.sk.startswith("E#"))
    assert (event.name, event.history, event.time) == ("customer.created", True, now - timedelta(days=400))


def test_a_row_does_not_come_back_over_a_later_edit(
    api: Api, tenant: Tenant, now: datetime, job: str
) -> None:
    made = api.created(external_ids=["7"], name="Old")
    how: dict[str, Any] = {"history": True, "origin": Origin(job, 3), "now": now}
    changed = customers.upsert(tenant, profile(external_ids=["7"], name="File"), **how)
    assert changed.before is not None
    assert changed.before.name == "Old"
    api("PATCH /customers/{customer_id}", {"name": "Edited"}, of=made["id"])
    customers.upsert(tenant, profile(external_ids=["7"], name="File"), **how)
    assert customers.get(tenant, made["id"]).profile.name == "Edited"


def test_undo_removes_what_nobody_has_touched(api: Api, tenant: Tenant, now: datetime, job: str) -> None:
    def imported(row: int) -> str:
        new = profile(external_ids=[str(row)], name=f"Row {row}")
        return customers.create(tenant, new, now=now, history=True, origin=Origin(job, row)).id

    alone, edited, noted, foreign = (imported(row) for row in range(4))
    api("PATCH /customers/{customer_id}", {"name": "Mine"}, of=edited)
    api("POST /customers/{customer_id}/notes", {"text": "x"}, of=noted)
    assert customers.remove_created(tenant, alone, job, now=now)
    assert customers.remove_created(tenant, alone, job, now=now)
    assert not customers.remove_created(tenant, edited, job, now=now)
    assert not customers.remove_created(tenant, noted, job, now=now)
    assert not customers.remove_created(tenant, foreign, new_id("job", now), now=now)
    assert api("GET /customers/{customer_id}", of=alone)[0] == 410
    assert len(api("GET /customers")[1]["items"]) == 3


def test_undo_puts_back_what_the_import_changed(api: Api, tenant: Tenant, now: datetime, job: str) -> None:
    api.created(external_ids=["7"], name="Old", email="a@x.com")
    new = profile(external_ids=["7"], name="File", email="b@x.com")
    done = customers.upsert(tenant, new, now=now, history=True, origin=Origin(job, 1))
    assert done.before is not None
    customers.restore(tenant, done.id, done.before, done.version, now=now)
    back = customers.get(tenant, done.id).profile
    assert (back.name, back.emails) == ("Old", ["a@x.com"])
    assert customers.resolve(tenant, CustomerRef(email="b@x.com")) is None
    with pytest.raises(StaleError):
        customers.restore(tenant, done.id, done.before, done.version, now=now)


def test_a_national_number_is_read_as_of_the_address_or_the_tenants_country(
    tenant: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from regulars import platform

    monkeypatch.setattr(
        platform, "settings_of", lambda _: SimpleNamespace(time_zone="Europe/Warsaw"), raising=False
    )
    home = customers.create(tenant, profile(phone="601 234 567"), now=now)
    abroad = customers.create(tenant, profile(phone="07911 123456", addresses=[{"country": "GB"}]), now=now)
    assert (home.profile.phone, abroad.profile.phone) == ("+48601234567", "+447911123456")
    with pytest.raises(InvalidError):
        customers.create(tenant, profile(phone="1234"), now=now)
