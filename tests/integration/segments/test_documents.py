"""Documents from facts and timelines as they are kept."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from regulars import behaviour, customers
from regulars.behaviour import NewEvent
from regulars.commerce import carts, orders, products, visits
from regulars.commerce.carts import CartInput
from regulars.commerce.orders import NewLine, NewOrder, NewOrderRefund, NewRefund, Origin, StatusChange
from regulars.commerce.products import ProductInput
from regulars.commerce.visits import NewVisit
from regulars.customers import CustomerRef, Definition, Facts, NewInteraction, define_attributes, facts_of
from regulars.insights.facts import keep_facts
from regulars.kernel.tenancy import Tenant
from regulars.segments.attribute_fields import attribute_fields
from regulars.segments.documents import document_of, read_history
from regulars.segments.kinds import KINDS
from regulars.segments.occurrences import Told, occurrences
from regulars.segments.rules.values import Occurrence, ValueType, millis
from regulars.segments.vocabulary import vocabulary_of
from tests.integration.pipeline.shop import events_of, new_customer
from tests.metering import Meter, metered


@dataclass(frozen=True)
class Asked:
    """What a rule reads, as far as documents are concerned."""

    fields: frozenset[str]


def facts(tenant: Tenant, customer_id: str) -> Facts:
    """The facts with everything counted that has happened."""
    keep_facts(tenant, events_of(tenant, [customer_id]))
    found = facts_of(tenant, customer_id, consistent=True)
    assert found is not None
    return found


def history(tenant: Tenant, customer_id: str, kind: str, since: datetime | None = None) -> list[Occurrence]:
    found = read_history(
        tenant, facts(tenant, customer_id), frozenset({kind}), millis(since) if since else None
    )
    assert found.keys() == {kind}
    return found[kind]


def ages(found: Iterable[Occurrence], now: datetime) -> list[int]:
    """How many hours ago each was."""
    return [round((millis(now) - one.at) / 3_600_000) for one in found]


def order(tenant: Tenant, customer_id: str, number: str, at: datetime, **more: Any) -> orders.Order:
    line = NewLine(product_id="mug", name="Mug", quantity=2, unit_price=500)
    new = NewOrder(
        number=number,
        customer=CustomerRef(id=customer_id),
        currency="GBP",
        placed_at=at,
        **({"lines": [line]} | {name: one for name, one in more.items() if name != "origin"}),
    )
    return orders.place(tenant, new, now=at, origin=more.get("origin"), history="origin" in more)


def viewed(
    tenant: Tenant, customer_id: str, now: datetime, hours: Iterable[int], kind: str = "page_view"
) -> None:
    given = [
        NewEvent(kind=kind, customer=CustomerRef(id=customer_id), at=now - timedelta(hours=one))
        for one in hours
    ]
    assert behaviour.record(tenant, given, now=now).accepted == len(given)


def test_a_document_has_the_fields_that_are_read(shop: Tenant, now: datetime) -> None:
    schema = [Definition(key="joined", type="date"), Definition(key="plan", type="string")]
    define_attributes(shop, schema)
    ann = new_customer(shop, now, tags=["vip"], attributes={"joined": "2026-03-01", "plan": "gold"})
    order(shop, ann, "A-1", now)
    asked = Asked(
        frozenset({"tags", "orders", "age", "attributes.joined", "attributes.gone", "no_such_field"})
    )
    found = document_of(facts(shop, ann), asked, segments={"seg_1"})  # type: ignore[arg-type]
    assert found.fields == {
        "tags": frozenset({"vip"}),
        "orders": 1,
        "age": None,
        "attributes.joined": date(2026, 3, 1).toordinal(),
        "attributes.gone": None,
        "no_such_field": None,
    }
    assert (found.segments, found.history) == ({"seg_1"}, {})


def test_an_attribute_that_was_defined_just_now_is_found(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.segments.attribute_fields._ASK_AGAIN_SECONDS", 0.0)
    assert attribute_fields(shop) == {}
    define_attributes(shop, [Definition(key="plan", type="string")])
    ann = new_customer(shop, now, attributes={"plan": "gold"})
    asked = Asked(frozenset({"attributes.plan"}))
    assert document_of(facts(shop, ann), asked).fields == {"attributes.plan": "gold"}  # type: ignore[arg-type]


def test_what_is_read_of_a_changed_profile_is_what_it_says_now(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now, gender="female", preferences={"sizes": ["39"]})
    customers.patch(shop, ann, {"gender": None, "preferences": {"sizes": ["40"]}}, now=now)
    asked = Asked(frozenset({"gender", "preferred_sizes"}))
    found = document_of(facts(shop, ann), asked)  # type: ignore[arg-type]
    assert found.fields == {"gender": None, "preferred_sizes": frozenset({"40"})}


def test_history_is_newest_first_from_a_moment_on(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    viewed(shop, ann, now, [30, 2, 50, 1])
    assert ages(history(shop, ann, "behaviour.page_view"), now) == [1, 2, 30, 50]
    since = now - timedelta(hours=30)
    assert ages(history(shop, ann, "behaviour.page_view", since), now) == [1, 2, 30]
    assert ages(history(shop, ann, "behaviour.page_view", since + timedelta(milliseconds=2)), now) == [1, 2]


def test_events_at_any_millisecond_are_found_from_that_very_one_on(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    moments = [now - timedelta(milliseconds=7919 * number) for number in range(60)]
    given = [NewEvent(kind="login", customer=CustomerRef(id=ann), at=at) for at in moments]
    behaviour.record(shop, given, now=now)
    known = facts(shop, ann)
    for at in moments:
        found = read_history(shop, known, frozenset({"behaviour.login"}), millis(at))["behaviour.login"]
        assert [one.at for one in found] == sorted(
            (millis(one) for one in moments if one >= at), reverse=True
        )


def test_more_events_than_one_page_of_the_table_has(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    large = {"text": "x" * 4000}
    given = [
        NewEvent(kind="read", customer=CustomerRef(id=ann), at=now - timedelta(minutes=one), properties=large)
        for one in range(300)
    ]
    behaviour.record(shop, given, now=now)
    assert len(history(shop, ann, "behaviour.read")) == 300


def test_an_event_that_lies_ahead_is_there(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    meeting = NewInteraction(type="meeting", summary="Plans", happened_at=now + timedelta(days=3))
    customers.log_interaction(shop, ann, meeting, by="staff", now=now)
    [found] = history(shop, ann, "interaction.logged", now)
    assert (ages([found], now), found.properties) == ([-72], {"type": "meeting"})


def test_orders_and_their_lines(shop: Tenant, now: datetime) -> None:
    given = {"name": {"en": "Mug"}, "price": 500, "currency": "GBP", "category": ["Kitchen", "Mugs"]}
    products.put(shop, "mug", ProductInput.model_validate(given), now=now)
    ann = new_customer(shop, now)
    order(shop, ann, "A-1", now, channel="web", payment_method="card", shipping=300)
    [placed] = history(shop, ann, "order.placed")
    assert placed.properties == {
        "total": 1300,
        "channel": "web",
        "payment_method": "card",
        "nth": 1,
        "number": "A-1",
        "items": 2,
    }
    [bought] = history(shop, ann, "product.bought")
    assert bought.properties == {
        "product_id": "mug",
        "category": "Kitchen",
        "quantity": 2,
        "total": 1000,
        "channel": "web",
        "payment_method": "card",
    }
    assert bought.at == placed.at == millis(now)


def test_an_undone_import_leaves_no_order_and_a_new_one_counts_once(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    wrong = order(shop, ann, "A-1", now, shipping=99_000, origin=Origin.row("job_1", 1))
    more = [NewLine(product_id="pen", name="Pen", quantity=3, unit_price=100)]
    orders.append_lines(shop, wrong.id, more, job="job_1", row=2, now=now)
    assert [one.properties["total"] for one in history(shop, ann, "order.placed")] == [100_300]
    assert len(history(shop, ann, "product.bought")) == 2

    orders.remove_imported(shop, wrong.id, "job_1", now=now + timedelta(hours=1))
    assert history(shop, ann, "order.placed") == history(shop, ann, "product.bought") == []

    right = order(shop, ann, "A-1", now, origin=Origin.row("job_2", 1))
    assert right.id == wrong.id
    assert [one.properties["total"] for one in history(shop, ann, "order.placed")] == [1000]
    assert [one.properties["product_id"] for one in history(shop, ann, "product.bought")] == ["mug"]


def test_a_refund_by_a_clock_ahead_of_ours_is_taken_back_all_the_same(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    ahead = now + timedelta(minutes=4)
    for number in ("R-1", "R-2"):
        new = NewRefund(
            number=number, customer=CustomerRef(id=ann), currency="GBP", amount=5, refunded_at=ahead
        )
        made = orders.record_refund(shop, new, now=now, origin=Origin.row("job_1", 1))
    orders.remove_refund(shop, made.id, "job_1", now=now)
    assert [one.properties["number"] for one in history(shop, ann, "order.refunded", ahead)] == ["R-1"]


def test_refunds_cancellations_and_reports(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    first, second = order(shop, ann, "A-1", now), order(shop, ann, "A-2", now)
    orders.set_status(shop, first.id, StatusChange.model_validate({"status": "shipped"}), now=now)
    orders.refund(shop, first.id, NewOrderRefund(number="R-1"), now=now)
    orders.set_status(shop, second.id, StatusChange.model_validate({"status": "cancelled"}), now=now)
    [refund] = history(shop, ann, "order.refunded")
    assert refund.properties == {"amount": 1000, "whole": True, "number": "R-1"}
    [cancelled] = history(shop, ann, "order.cancelled")
    assert cancelled.properties == {"total": 1000, "number": "A-2"}
    [shipped] = history(shop, ann, "order.status_changed")
    assert shipped.properties == {"status": "shipped", "current": "shipped", "number": "A-1"}


def test_carts_visits_and_tags(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    line = NewLine(product_id="mug", name="Mug", quantity=3, unit_price=500)
    carts.put(shop, ann, CartInput(currency="GBP", lines=[line]), now=now)
    visits.record(shop, ann, NewVisit(location="Soho", party_size=4, spend=5000, currency="EUR"), now=now)
    customers.retag(shop, ann, add=("vip",), now=now)
    [cart], [visit], [tagged] = (
        history(shop, ann, kind) for kind in ("cart.updated", "visit.recorded", "customer.tagged")
    )
    assert cart.properties == {"total": 1500, "items": 3}
    assert visit.properties == {"location": "Soho", "party_size": 4, "product_ids": frozenset()}
    assert tagged.properties == {"added": frozenset({"vip"}), "removed": frozenset()}


def test_what_was_done_anonymously_is_in_the_history_once_it_is_known_who(
    shop: Tenant, now: datetime
) -> None:
    ann = new_customer(shop, now)
    behaviour.record(
        shop, [NewEvent(kind="search", anonymous_id="anon", properties={"query": "mug"})], now=now
    )
    behaviour.identify(shop, "anon", ann, now=now)
    [identified] = [one for one in events_of(shop, [ann]) if one.name == "customer.identified"]
    behaviour.stitch(identified)
    [search] = history(shop, ann, "behaviour.search")
    assert search.properties == {"properties.query": "mug"}


def used(tenant: Tenant, known: Facts, *kinds: str, since: datetime | None = None) -> Meter:
    with metered() as meter:
        found = read_history(tenant, known, frozenset(kinds), millis(since) if since else None)
    assert found == {kind: [] for kind in kinds}
    return meter


def test_what_the_facts_say_spares_no_event_that_counts(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now - timedelta(days=400))
    chance = random.Random(7)
    for number in range(25):
        order(shop, ann, f"A-{number}", now - timedelta(minutes=chance.randrange(500_000)))
    for kind in ("page_view", "login", "took_a_quiz"):
        viewed(shop, ann, now, chance.sample(range(9000), 10), kind)
    whole = history_of_all(shop, ann)
    known = facts(shop, ann)
    for kind, everything in whole.items():
        for _ in range(10):
            since = millis(now - timedelta(minutes=chance.randrange(550_000)))
            found = read_history(shop, known, frozenset({kind}), since)[kind]
            assert found == [one for one in everything if one.at >= since]


def history_of_all(tenant: Tenant, customer_id: str) -> dict[str, list[Occurrence]]:
    """Of every kind, from all events there are."""
    told = [Told(one.id, one.name, millis(one.time), one.data) for one in events_of(tenant, [customer_id])]
    kinds = {kind.name for kind in KINDS} | {"behaviour.took_a_quiz"}
    return occurrences(kinds, told, lambda: "GBP")


def test_what_never_happened_or_not_since_is_not_asked_for(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    never = facts(shop, ann)
    assert (
        used(shop, never, "order.placed", "product.bought", "behaviour.page_view", "cart.updated").units == 0
    )
    assert used(shop, never, "order.refunded", "message.opened").units == 0

    order(shop, ann, "A-1", now - timedelta(days=90))
    viewed(shop, ann, now, [48])
    known = facts(shop, ann)
    month = now - timedelta(days=30)
    assert used(shop, known, "order.placed", "product.bought", since=month).units == 0
    assert used(shop, known, "behaviour.page_view", since=now - timedelta(hours=47)).units == 0


def test_the_last_order_counts_before_the_counts_are_kept(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    order(shop, ann, "A-1", now)
    known = facts_of(shop, ann, consistent=True)
    assert known is not None
    assert known.counts == {}
    assert len(read_history(shop, known, frozenset({"order.placed"}), millis(now))["order.placed"]) == 1


def test_kinds_beyond_those_counted_apart_are_asked_for(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    for first in "abc":
        for second in "abcdefghijklmnopqrstu":
            viewed(shop, ann, now, [5], f"kind_{first}_{second}")
    known = facts(shop, ann)
    assert len(known.counts) == 61
    assert len(history(shop, ann, "behaviour.kind_c_u", now - timedelta(hours=5))) == 1
    assert used(shop, known, "behaviour.kind_c_u", since=now).units == 0


def test_an_order_kind_is_read_although_another_kind_alone_is_new(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    order(shop, ann, "A-1", now - timedelta(days=2))
    viewed(shop, ann, now, [1])
    known = facts(shop, ann)
    kinds = frozenset({"order.placed", "behaviour.page_view", "behaviour.login"})
    found = read_history(shop, known, kinds, None)
    assert {kind: len(one) for kind, one in found.items()} == {
        "order.placed": 1,
        "behaviour.page_view": 1,
        "behaviour.login": 0,
    }


def test_a_history_of_very_many_kinds_is_read_at_once(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    viewed(shop, ann, now, [1], "login")
    known = replace(facts(shop, ann), seen={}, last_order_at=now)
    uncounted = {f"thing.happened_{'x' * number}" for number in range(1, 120)}
    found = read_history(shop, known, frozenset({"order.placed", *uncounted}), None)
    assert set(map(len, found.values())) == {0}


def test_nobody_elses_events_are_read(shop: Tenant, other_tenant: Tenant, now: datetime) -> None:
    ann, bob = new_customer(shop, now), new_customer(shop, now, email="bob@example.test")
    viewed(shop, bob, now, [1])
    known = replace(facts(shop, ann), seen=facts(shop, bob).seen)
    assert read_history(shop, known, frozenset({"behaviour.page_view"}), None) == {"behaviour.page_view": []}
    assert read_history(
        other_tenant, replace(known, customer_id=bob), frozenset({"behaviour.page_view"}), None
    ) == {"behaviour.page_view": []}


def test_a_tenants_rules_may_speak_of_its_own_attributes(
    shop: Tenant, other_tenant: Tenant, now: datetime
) -> None:
    assert vocabulary_of(shop).field("attributes.plan") is None
    enum = Definition(key="plan", type="enum", values=["free", "paid"], label="Plan")
    define_attributes(shop, [enum, Definition(key="joined", type="date")])
    field = vocabulary_of(shop).field("attributes.plan")
    assert field is not None
    assert (field.label, field.type, field.choices) == ("Plan", ValueType.CHOICE, ("free", "paid"))
    assert vocabulary_of(other_tenant).field("attributes.plan") is None
    described = vocabulary_of(shop).described()
    assert {"age", "attributes.plan", "attributes.joined"} <= {one["name"] for one in described["fields"]}
    assert "product.bought" in {one["name"] for one in described["events"]}
