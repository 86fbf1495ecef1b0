"""Whatever changes a field says so: by the name of an event, or of a profile's field in `customer.updated`.

Each step below is a use case. When a field differs after it, one of the events it caused must be declared with the field;
a field that no step changes is one that this test knows nothing of.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from regulars import behaviour, customers, loyalty
from regulars.behaviour import NewEvent
from regulars.commerce import carts, orders, products, visits
from regulars.commerce.carts import CartInput
from regulars.commerce.orders import NewLine, NewOrder, NewOrderRefund, NewRefund, Origin, StatusChange
from regulars.commerce.products import ProductInput
from regulars.commerce.visits import NewVisit
from regulars.customers import CustomerRef, Definition, Facts, Profile, define_attributes, facts_of
from regulars.customers.model import Origin as RowOrigin
from regulars.customers.undoing import restore
from regulars.insights.facts import keep_facts
from regulars.kernel.events import Envelope
from regulars.kernel.tenancy import Tenant
from regulars.loyalty import Cause, Membership
from regulars.messaging.signals import SignalKind
from regulars.messaging.tracking.applying import apply
from regulars.segments.attribute_fields import attribute_fields
from regulars.segments.fields import FIELDS
from regulars.segments.rules.values import Field
from tests.integration.messaging.sent import sent, told
from tests.integration.pipeline.shop import events_of, open_shop

Step = Callable[[Tenant, str, datetime], Any]
SCHEMA = [
    Definition(key="plan", type="enum", values=["free", "paid"]),
    Definition(key="joined", type="date"),
]


def profile(**changes: Any) -> Step:
    return lambda tenant, id, now: customers.patch(tenant, id, changes, now=now)


def address(**changes: Any) -> Step:
    return profile(addresses=[{"type": "home"} | changes])


def upserted(tenant: Tenant, id: str, now: datetime) -> None:
    known = Profile(emails=["ann@work.example"], gender="other", preferences={"categories": ["Hats"]})
    customers.upsert(tenant, known, now=now)


def put_back(tenant: Tenant, id: str, now: datetime) -> None:
    before = customers.get(tenant, id)
    changed = customers.patch(tenant, id, {"time_zone": "Europe/Paris", "city": None}, now=now)
    restore(tenant, id, before.profile, changed.version, now=now)


def order(number: str, origin: Origin | None = None, **more: Any) -> Step:
    def place(tenant: Tenant, id: str, now: datetime) -> Any:
        lines = [NewLine(product_id="mug", name="Mug", quantity=2, unit_price=more.pop("price", 500))]
        new = NewOrder(
            number=number,
            customer=CustomerRef(id=id),
            currency="GBP",
            lines=lines,
            placed_at=now - timedelta(days=more.pop("days_ago", 0)),
            **more,
        )
        return orders.place(tenant, new, now=now, origin=origin, history=origin is not None)

    return place


def numbered(number: str, act: Callable[[Tenant, str, datetime], Any]) -> Step:
    """Something done to the order with this number."""

    def do(tenant: Tenant, id: str, now: datetime) -> Any:
        found = orders.by_number(tenant, number)
        assert found is not None
        return act(tenant, found.id, now)

    return do


def refund_recorded(tenant: Tenant, id: str, now: datetime) -> None:
    new = NewRefund(number="R-9", customer=CustomerRef(id=id), currency="GBP", amount=7)
    orders.record_refund(tenant, new, now=now, origin=Origin.row("job_1", 9))


def refund_removed(tenant: Tenant, id: str, now: datetime) -> None:
    made = [one for one in orders.list_refunds(tenant).items if one.number == "R-9"]
    orders.remove_refund(tenant, made[0].id, "job_1", now=now)


def lines_added(tenant: Tenant, order_id: str, now: datetime) -> None:
    more = [NewLine(product_id="pen", name="Pen", quantity=1, unit_price=99)]
    orders.append_lines(tenant, order_id, more, job="job_1", row=2, now=now)


def on_a_page(tenant: Tenant, id: str, now: datetime) -> None:
    behaviour.record(tenant, [NewEvent(kind="took_a_quiz", customer=CustomerRef(id=id))], now=now)


def on_a_page_before_it_was_known_who(tenant: Tenant, id: str, now: datetime) -> None:
    behaviour.record(tenant, [NewEvent(kind="page_view", anonymous_id="anon")], now=now)
    behaviour.identify(tenant, "anon", id, now=now)
    for envelope in events_of(tenant, [id]):
        if envelope.name == "customer.identified":
            behaviour.stitch(envelope)


def opened_and_clicked(tenant: Tenant, id: str, now: datetime) -> None:
    delivery = sent(tenant, id, now)
    for kind in (SignalKind.OPENED, SignalKind.CLICKED):
        apply(tenant, told(delivery, kind, now, "0"), now)


def cart(tenant: Tenant, id: str, now: datetime) -> None:
    line = NewLine(product_id="mug", name="Mug", quantity=1, unit_price=500)
    carts.put(tenant, id, CartInput(currency="GBP", lines=[line]), now=now)


def points_earned(tenant: Tenant, id: str, now: datetime) -> None:
    loyalty.earn(Membership(tenant, id, "lpr_1"), Cause("order:A-1", now), 30)


STEPS: list[Step] = [
    profile(name="Anna Example"),
    profile(name=None),
    profile(first_name="Anna"),
    profile(last_name="Lee"),
    profile(emails=["ann@home.example", "ann@work.example"]),
    profile(emails=["ann@work.example"]),
    profile(phone="+447911123456"),
    profile(external_ids=["c-2", "c-1"]),
    profile(date_of_birth="1990-02-28"),
    profile(gender="female"),
    profile(language="pl"),
    profile(time_zone="Europe/Warsaw"),
    profile(source="fair"),
    profile(social={"mastodon": "@ann"}),
    profile(status="churning"),
    profile(tags=["vip"]),
    profile(attributes={"plan": "paid", "joined": "2026-03-01"}),
    address(country="GB"),
    address(country="GB", city="Leeds", region="Yorkshire", postal_code="LS1"),
    profile(
        preferences={
            taste: ["a", "b"] for taste in ("categories", "brands", "colours", "sizes", "dietary", "seating")
        }
    ),
    upserted,
    put_back,
    lambda tenant, id, now: customers.set_status(tenant, id, "vip", now=now),
    lambda tenant, id, now: customers.retag(tenant, id, add=("new",), now=now),
    order("A-1", channel="web", payment_method="card", days_ago=1),
    order("A-2", Origin.row("job_1", 1), channel="till", payment_method="cash", days_ago=9),
    order("A-3", channel="till", payment_method="cash", price=900),
    numbered("A-2", lines_added),
    numbered("A-2", lambda tenant, id, now: orders.remove_imported(tenant, id, "job_1", now=now)),
    numbered("A-1", lambda tenant, id, now: orders.refund(tenant, id, NewOrderRefund(amount=10), now=now)),
    refund_recorded,
    refund_removed,
    numbered(
        "A-3",
        lambda tenant, id, now: orders.set_status(
            tenant, id, StatusChange.model_validate({"status": "cancelled"}), now=now
        ),
    ),
    on_a_page,
    on_a_page_before_it_was_known_who,
    opened_and_clicked,
    points_earned,
    cart,
    lambda tenant, id, now: visits.record(tenant, id, NewVisit(), now=now),
]


def test_what_changes_a_field_is_declared_with_it(tenant: Tenant, now: datetime) -> None:
    open_shop(tenant, now)
    define_attributes(tenant, SCHEMA)
    given = {"name": {"en": "Mug"}, "price": 1, "currency": "GBP", "category": ["Kitchen"]}
    products.put(tenant, "mug", ProductInput.model_validate(given), now=now)
    ann = Profile(name="Ann", emails=["ann@work.example"], external_ids=["c-1"])
    ann_id = customers.create(tenant, ann, now=now, origin=RowOrigin("job_0", 1)).id
    fields = [*FIELDS, *attribute_fields(tenant, fresh=True).values()]
    changed_once: set[str] = set()
    told: set[str] = {one.id for one in events_of(tenant, [ann_id])}

    for number, step in enumerate(STEPS):
        before = _values(fields, _facts(tenant, ann_id))
        step(tenant, ann_id, now + timedelta(minutes=number + 1))
        fresh = [one for one in events_of(tenant, [ann_id]) if one.id not in told]
        keep_facts(tenant, fresh)
        after = _values(fields, _facts(tenant, ann_id))
        told |= {one.id for one in fresh}
        for field in fields:
            if before[field.name] != after[field.name]:
                changed_once.add(field.name)
                assert any(_declared(field, one) for one in fresh), (number, field.name, fresh)

    quiet = {field.name for field in fields if not field.available} | {"created_at"}
    assert {field.name for field in fields} - changed_once == quiet


def _facts(tenant: Tenant, customer_id: str) -> Facts:
    facts = facts_of(tenant, customer_id, consistent=True)
    assert facts is not None
    return facts


def _values(fields: Iterable[Field], facts: Facts) -> dict[str, Any]:
    return {field.name: field.read(facts) for field in fields}


def _declared(field: Field, event: Envelope) -> bool:
    if event.name == "customer.updated":
        return bool(set(event.data["changed"]) & set(field.profile))
    topic = event.name.partition(".")[0]
    return bool({event.name, f"{topic}.*"} & set(field.events))
