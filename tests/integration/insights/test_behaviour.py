"""Behaviour on pages reaches the facts, also what was done before anybody knew who it was."""

from datetime import datetime

from keep_facts.handler import handler as facts_handler
from regulars import behaviour, insights
from regulars.behaviour import NewEvent
from regulars.customers import CustomerRef, facts_of
from regulars.insights.keeping import keep_stats
from regulars.kernel.tenancy import Tenant
from tests.integration.insights.test_exactly_once import deliver
from tests.integration.pipeline.shop import events_of, new_customer


def test_what_was_done_anonymously_counts_once_the_person_is_known(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    before = [NewEvent(kind="page_view", anonymous_id="anon-1", id=f"e{number}") for number in range(3)]
    known = NewEvent(kind="product_view", customer=CustomerRef(id=ann), product_id="mug")
    behaviour.record(shop, [*before, known], now=now)
    behaviour.identify(shop, "anon-1", ann, now=now)

    for _ in range(3):
        deliver(facts_handler, events_of(shop, [ann]))

    facts = facts_of(shop, ann, consistent=True)
    assert facts is not None
    assert facts.counts == {"page_view": 3, "product_view": 1}
    assert facts.last_activity_at == now


def test_a_visitor_who_only_looks_is_active_but_no_buyer(shop: Tenant, now: datetime) -> None:
    ann = new_customer(shop, now)
    behaviour.record(shop, [NewEvent(kind="login", customer=CustomerRef(id=ann))] * 2, now=now)

    keep_stats(shop, events_of(shop, [ann]), now=now)

    found = insights.stats(shop, now)
    assert (found.active, found.buyers) == (1, 0)
