"""Many customers of all kinds put straight into the table, and what their memberships must be."""

import itertools
import random
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from regulars.commerce.orders.events import Bought, OrderPlaced
from regulars.customers import FACTS_SHARDS, Facts, customer_subject, page_of_shard
from regulars.customers.facts import new_item
from regulars.kernel.clock import iso
from regulars.kernel.events import event_item
from regulars.kernel.ids import new_id
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.segments.asking import Question, rules_of
from regulars.segments.catalogue import catalogue_of
from regulars.segments.rules.values import millis
from regulars.segments.state_store import (
    StateItem,
    state_shard,
)
from tests.integration.segments.making import BIG, ORDERED, flow, inside, moves, present, size
from tests.integration.segments.retail import put

LAPSED = {
    "type": "field",
    "field": "last_order_at",
    "is": {"operator": "more_than_ago", "amount": 40, "unit": "days"},
}
FRENCH = {"type": "field", "field": "country", "is": {"operator": "one_of", "values": ["FR", "DE"]}}
GOLD = {"type": "field", "field": "tags", "is": {"operator": "contains", "value": "gold"}}
ROOTS: dict[str, dict[str, Any]] = {
    "big": BIG,
    "buyers": ORDERED,
    "lapsed": LAPSED,
    "french": FRENCH,
    "golden": {"type": "any", "of": [GOLD, LAPSED]},
    "both": {"type": "all", "of": [inside("big"), inside("buyers")]},
    "rest": {"type": "not", "of": inside("both")},
}


def crowd(
    tenant: Tenant, count: int, now: datetime, seed: int = 1, shards: Collection[int] = range(FACTS_SHARDS)
) -> list[str]:
    """So many customers with up to five orders each, in these facts shards; their ids."""
    dice = random.Random(seed)
    items: list[Item] = []
    endless = (new_id("cus", now) for _ in itertools.count())
    ids = list(
        itertools.islice((one for one in endless if crc32(one.encode()) % FACTS_SHARDS in shards), count)
    )
    for one in ids:
        items += _customer(tenant, one, now, dice)
    put(items)
    return ids


def _customer(tenant: Tenant, customer_id: str, now: datetime, dice: random.Random) -> Iterator[Item]:
    sales = sorted(now - timedelta(minutes=dice.randint(0, 100 * 1440)) for _ in range(dice.randint(0, 5)))
    totals = [dice.randint(500, 4000) for _ in sales]
    last = max(sales, default=None)
    yield new_item(
        Facts(
            tenant,
            customer_id,
            status="active",
            created_at=now - timedelta(days=120),
            country=dice.choice(["FR", "DE", "GB", None]),
            tags=frozenset(dice.sample(["gold", "news"], dice.randint(0, 2))),
            currency="GBP",
            orders=len(sales),
            gross=sum(totals),
            spent=sum(totals),
            first_order_at=min(sales, default=None),
            last_order_at=last,
            last_activity_at=last,
            counts={"order.placed": len(sales)} if sales else {},
            seen={"order.placed": iso(last)} if last else {},
        )
    )
    for nth, (at, total) in enumerate(zip(sales, totals, strict=True), start=1):
        number = f"{customer_id}-{nth}"
        bought = Bought(product_id="mug", quantity=1, total=total)
        event = OrderPlaced(
            order_id=number, number=number, total=total, currency="GBP", lines=[bought], nth=nth
        )
        yield event_item(tenant, event, customer_subject(tenant, customer_id), at=at, history=True)


def all_facts(tenant: Tenant) -> list[Facts]:
    return [
        one
        for shard in range(FACTS_SHARDS)
        for one in page_of_shard(tenant, shard, limit=10_000, after=None, consistent=True).items
    ]


def states(tenant: Tenant) -> dict[str, StateItem]:
    """Every customer's state, whether the customer is there or not."""
    return {
        item.sk: item
        for shard in range(FACTS_SHARDS)
        for item in StateItem.each(state_shard(tenant, shard), consistent=True)
    }


def expected(tenant: Tenant, now: datetime) -> dict[str, set[str]]:
    """Who must be in which segment: each customer judged alone, from nothing, referred segments first."""
    catalogue = catalogue_of(tenant)
    assert catalogue is not None
    question = Question.of(rules_of(catalogue, catalogue.order), millis(now))
    found: dict[str, set[str]] = {one: set() for one in catalogue.order}
    for facts in all_facts(tenant):
        inside_of: set[str] = set()
        document = question.document(facts, inside_of)
        for one in catalogue.order:
            rule = catalogue.compiled(one)
            if rule is not None and rule.matches(document, millis(now)):
                inside_of.add(one)
                found[one].add(facts.customer_id)
    return {one.removeprefix("seg_"): ids for one, ids in found.items()}


def check_books(tenant: Tenant, now: datetime) -> None:
    """Every record of memberships says the same, and what it must: states, members, sizes, flows and stories of events."""
    must = expected(tenant, now)
    kept = states(tenant)
    for name, ids in must.items():
        assert {one for one, item in kept.items() if f"seg_{name}" in item.members} == ids, name
        assert present(tenant, name) == ids, name
        assert size(tenant, name) == len(ids), name
        days = flow(tenant, name).values()
        assert sum(entered - left for entered, left in days) == len(ids), name


def check_stories(tenant: Tenant, names: list[str], ids: list[str], *, at_once: bool = False) -> None:
    """Entries and exits take turns, and end as the customer stands. Of what happened `at_once` the order cannot be told."""
    for name in names:
        inside_now = present(tenant, name)
        for one in ids:
            story = [way for way, _ in moves(tenant, one, name)]
            if at_once:
                assert story.count("in") - story.count("out") == (one in inside_now), (name, story)
            else:
                assert story == (["in", "out"] * len(story))[: len(story)], (name, story)
                assert (len(story) % 2 == 1) == (one in inside_now), (name, story)
