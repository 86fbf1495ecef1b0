"""The facts say what the profile says, whichever way it was written."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from regulars import customers
from regulars.commerce import orders
from regulars.commerce.orders import NewLine, NewOrder
from regulars.customers import (
    Bulk,
    CustomerRef,
    Definition,
    Facts,
    FactsItem,
    Origin,
    Profile,
    act_on_many,
    define_attributes,
    facts_key,
    facts_of,
)
from regulars.customers.model import row_of, traits_of
from regulars.kernel.ids import new_id
from regulars.kernel.tenancy import Tenant
from tests.integration.pipeline.shop import open_shop
from tests.metering import metered

FULL: dict[str, Any] = {
    "name": "Ann",
    "emails": ["ann@x.com", "ann@y.com"],
    "external_ids": ["c-1"],
    "date_of_birth": "1990-02-28",
    "gender": "female",
    "time_zone": "Europe/London",
    "addresses": [{"region": "Yorkshire", "postal_code": "YO1", "country": "GB"}],
    "social": {"mastodon": "@ann", "bluesky": "@ann"},
    "preferences": {"sizes": ["39"], "newsletter": {"weekly": True}},
    "attributes": {"plan": "gold", "score": 2.5, "joined": "2026-03-01", "likes": ["a", "b"], "vegan": False},
}
TRAITS = {
    "date_of_birth": "1990-02-28",
    "gender": "female",
    "time_zone": "Europe/London",
    "region": "Yorkshire",
    "postal_code": "YO1",
    "social": ["bluesky", "mastodon"],
    "emails": 2,
    "attributes": FULL["attributes"],
    "preferences": FULL["preferences"],
}


@pytest.fixture
def shop(tenant: Tenant, now: datetime) -> Tenant:
    open_shop(tenant, now)
    types = {"plan": "string", "score": "number", "joined": "date", "likes": "list", "vegan": "boolean"}
    define_attributes(
        tenant, [Definition.model_validate({"key": key, "type": one}) for key, one in types.items()]
    )
    return tenant


def profile(**given: Any) -> Profile:
    return Profile.model_validate(given)


def facts(tenant: Tenant, customer_id: str) -> Facts:
    """As they are kept, which must be what follows from the profile as it is kept."""
    found = facts_of(tenant, customer_id, consistent=True)
    assert found is not None
    row = row_of(customers.get(tenant, customer_id).profile)
    assert {name: getattr(found, name) for name in row} == row
    return found


def test_a_new_customers_traits_are_in_the_facts(shop: Tenant, now: datetime) -> None:
    made = customers.create(shop, profile(**FULL), now=now)
    assert facts(shop, made.id).traits == made.facts.traits == TRAITS


def test_a_customer_of_whom_nothing_is_set_has_no_traits_in_the_item(shop: Tenant, now: datetime) -> None:
    made = customers.create(shop, profile(name="Ann", emails=["ann@x.com"]), now=now)
    item = FactsItem.read(*facts_key(shop, made.id), consistent=True)
    assert item is not None
    assert item.traits is None
    assert facts(shop, made.id).traits == {}


CHANGES: dict[str, Callable[[Tenant, str, datetime], Any]] = {
    "patch": lambda tenant, id, now: customers.patch(tenant, id, {"gender": "other"}, now=now),
    "patch away": lambda tenant, id, now: customers.patch(
        tenant, id, {"gender": None, "preferences": {"sizes": None}, "attributes": {"plan": None}}, now=now
    ),
    "put": lambda tenant, id, now: customers.update(tenant, id, profile(name="Anna"), now=now),
    "upsert": lambda tenant, id, now: customers.upsert(
        tenant, profile(external_ids=["c-1"], attributes={"score": 3}, social={"xing": "ann"}), now=now
    ),
    "import": lambda tenant, id, now: customers.upsert(
        tenant,
        profile(external_ids=["c-1"], time_zone="Europe/Paris"),
        now=now,
        history=True,
        origin=Origin(new_id("job", now), 3),
    ),
    "bulk": lambda tenant, id, now: act_on_many(
        tenant, Bulk(action="tag", customer_ids=[id], tags=["vip"]), by="staff", now=now
    ),
    "address": lambda tenant, id, now: customers.patch(
        tenant, id, {"addresses": [{"region": "Kent"}, {"postal_code": "E1", "default": True}]}, now=now
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_profile_is_one_of_the_facts(
    shop: Tenant, now: datetime, change: Callable[[Tenant, str, datetime], Any]
) -> None:
    ann = customers.create(shop, profile(**FULL), now=now).id
    before = facts(shop, ann)
    change(shop, ann, now)
    assert facts(shop, ann) != before


def test_what_an_undone_import_puts_back_is_in_the_facts_too(shop: Tenant, now: datetime) -> None:
    ann = customers.create(shop, profile(**FULL), now=now)
    changed = customers.upsert(
        shop, profile(external_ids=["c-1"], gender="other"), now=now, origin=Origin(new_id("job", now), 1)
    )
    assert facts(shop, ann.id).traits["gender"] == "other"
    customers.restore(shop, ann.id, ann.profile, changed.version, now=now)
    assert facts(shop, ann.id).traits == TRAITS


def test_a_trait_that_changes_leaves_totals_and_counts_alone(shop: Tenant, now: datetime) -> None:
    ann = customers.create(shop, profile(**FULL), now=now).id
    line = NewLine(product_id="mug", name="Mug", quantity=1, unit_price=500)
    new = NewOrder(number="1", customer=CustomerRef(id=ann), currency="GBP", lines=[line])
    orders.place(shop, new, now=now)
    customers.patch(shop, ann, {"gender": None}, now=now)
    found = facts(shop, ann)
    assert (found.orders, found.spent, "gender" in found.traits) == (1, 500, False)
    assert dict(found.traits) == {name: value for name, value in TRAITS.items() if name != "gender"}


def test_nothing_of_a_deleted_customer_is_left_in_the_facts(shop: Tenant, now: datetime) -> None:
    ann = customers.create(shop, profile(**FULL), now=now).id
    customers.delete(shop, ann, now=now)
    assert FactsItem.read(*facts_key(shop, ann), consistent=True) is None


def test_a_customer_without_further_traits_costs_what_it_did(shop: Tenant, now: datetime) -> None:
    person = profile(
        name="Ada Lovelace",
        emails=["ada@x.com"],
        addresses=[{"type": "home", "city": "London", "country": "GB"}],
    )
    with metered() as used:
        made = customers.create(shop, person, now=now)
    assert traits_of(made.profile) == {}
    assert used.units == 16, used.calls
