"""Every criterion that segments must be able to express (SEG-2, SEG-3), in the product's own words, matching and not."""

from typing import Any

import pytest

from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import KIND_OF
from regulars.segments.rules.values import Document, Occurrence, Value
from tests.unit.segments.judging import at, day, field, holds, last

NOW = at("2026-06-15T12:00")
DAY = 24 * 3_600_000
Node = dict[str, Any]
Held = dict[str, Any]


def did(
    kind: str, operator: str = "at_least", *, where: Node | None = None, measure: str = "count", **more: Any
) -> Node:
    """How often (by default at least once) something happened; `where` is one equality per property."""
    operands = {name: more.pop(name) for name in ("value", "from", "to") if name in more} or {"value": 1}
    filters = [{"property": name, "is": test} for name, test in (where or {}).items()]
    what = {"what": measure} | ({"property": more.pop("of")} if "of" in more else {})
    test = {"operator": operator, **operands}
    return {"type": "event", "events": [kind], "where": filters, "measure": what, "is": test, **more}


def every(*of: Node) -> Node:
    return {"type": "all", "of": list(of)}


def either(*of: Node) -> Node:
    return {"type": "any", "of": list(of)}


def never(of: Node) -> Node:
    return {"type": "not", "of": of}


def equals(value: Value) -> Node:
    return {"operator": "equals", "value": value}


def who(**held: Any) -> Document:
    """`did` in `held` gives, per kind, how many days ago each occurrence was, or pairs of that and its properties."""
    history = {}
    for kind, given in held.pop("did", {}).items():
        pairs = [one if isinstance(one, tuple) else (one, {}) for one in given]
        found = [
            Occurrence(NOW - days * DAY, f"evt_{index}", more) for index, (days, more) in enumerate(pairs)
        ]
        history[kind] = sorted(found, key=lambda one: (one.at, one.id), reverse=True)
    return Document(dict.fromkeys(FIELD_OF) | held, history)


def ago(days: int) -> int:
    return NOW - days * DAY


ORDERS_90 = {"window": last(90)}
HIGH_VALUE = field("lifetime_value", "percentile", part="top", percent=20)
FREQUENT = did("order.placed", value=3, **ORDERS_90)
THRESHOLDS = {"lifetime_value:top:20": 100_000}
PAGE = "behaviour.page_view"
SHOES = {"category": equals("Shoes")}

CRITERIA: dict[str, tuple[Node, Held, Held]] = {
    "age range": (
        field("age", "between", **{"from": 18, "to": 30}),
        {"age": day("2008-06-15")},
        {"age": day("2008-06-16")},
    ),
    "country": (field("country", "one_of", values=["GB", "IE"]), {"country": "IE"}, {"country": "FR"}),
    "city": (field("city", "equals", value="London"), {"city": "LONDON"}, {"city": "Londonderry"}),
    "postal area": (
        field("postal_code", "starts_with", value="SW1"),
        {"postal_code": "SW1A 1AA"},
        {"postal_code": "N1"},
    ),
    "language": (field("language", "starts_with", value="pt"), {"language": "pt-BR"}, {"language": "en"}),
    "order frequency high": (
        did("order.placed", value=6, **ORDERS_90),
        {"did": {"order.placed": [1, 5, 9, 30, 60, 89]}},
        {"did": {"order.placed": [1, 5, 9, 30, 60, 91]}},
    ),
    "order frequency medium": (
        did("order.placed", "between", **{"from": 2, "to": 5}, **ORDERS_90),
        {"did": {"order.placed": [1, 5]}},
        {"did": {"order.placed": [1]}},
    ),
    "order frequency low": (
        did("order.placed", "at_most", value=1, **ORDERS_90),
        {"did": {"order.placed": [1, 100]}},
        {"did": {"order.placed": [1, 2]}},
    ),
    "average order value range": (
        field("average_order", "between", **{"from": 2000, "to": 5000}),
        {"average_order": 5000},
        {"average_order": 5001},
    ),
    "preferred categories": (
        field("preferred_categories", "contains_any", values=["shoes", "hats"]),
        {"preferred_categories": frozenset({"hats", "bags"})},
        {"preferred_categories": frozenset({"bags"})},
    ),
    "categories bought": (
        field("bought_categories", "contains", value="shoes"),
        {"bought_categories": frozenset({"shoes"})},
        {"bought_categories": frozenset()},
    ),
    "favourite category": (
        field("favourite_category", "equals", value="shoes"),
        {"favourite_category": "shoes"},
        {"favourite_category": None},
    ),
    "payment method": (
        field("payment_methods", "contains", value="paypal"),
        {"payment_methods": frozenset({"card", "paypal"})},
        {"payment_methods": frozenset({"card"})},
    ),
    "payment method of late": (
        did("order.placed", where={"payment_method": equals("cash")}, **ORDERS_90),
        {"did": {"order.placed": [(5, {"payment_method": "cash"})]}},
        {"did": {"order.placed": [(5, {"payment_method": "card"}), (91, {"payment_method": "cash"})]}},
    ),
    "days since last order": (
        field("last_order_at", "more_than_ago", amount=60, unit="days"),
        {"last_order_at": ago(60)},
        {"last_order_at": ago(59)},
    ),
    "total spent": (
        field("total_spent", "greater_than", value=50_000),
        {"total_spent": 50_001},
        {"total_spent": 50_000},
    ),
    "spent over 500 in shoes this year": (
        did(
            "product.bought",
            "greater_than",
            where=SHOES,
            measure="sum",
            of="total",
            value=50_000,
            window={"type": "period", "period": "this_year"},
        ),
        {
            "did": {
                "product.bought": [
                    (3, {"category": "shoes", "total": 30_000}),
                    (90, {"category": "Shoes", "total": 20_001}),
                ]
            }
        },
        {
            "did": {
                "product.bought": [
                    (3, {"category": "shoes", "total": 30_000}),
                    (200, {"category": "shoes", "total": 99_000}),
                ]
            }
        },
    ),
    "order count": (field("orders", "at_least", value=10), {"orders": 10}, {"orders": 9}),
    **{
        f"email engagement {degree}": (
            field("email_engagement", "equals", value=degree),
            {"email_engagement": degree},
            {"email_engagement": None},
        )
        for degree in ("high", "medium", "low")
    },
    "opened no email for long": (
        every(
            did("message.sent", value=3, **ORDERS_90), did("message.opened", "equals", value=0, **ORDERS_90)
        ),
        {"did": {"message.sent": [1, 2, 3], "message.opened": [100]}},
        {"did": {"message.sent": [1, 2, 3], "message.opened": [10]}},
    ),
    **{
        f"site activity {degree}": (
            field("site_activity", "equals", value=degree),
            {"site_activity": degree},
            {"site_activity": None},
        )
        for degree in ("active", "moderate", "inactive")
    },
    "active on the site by days": (
        did(PAGE, measure="days", value=3, window=last(30)),
        {"did": {PAGE: [1, 2, 2, 3]}},
        {"did": {PAGE: [1, 1, 2, 2, 31]}},
    ),
    "moderate on the site by days": (
        did(PAGE, "between", measure="days", window=last(30), **{"from": 1, "to": 2}),
        {"did": {PAGE: [1, 1, 2]}},
        {"did": {PAGE: [1, 2, 3]}},
    ),
    "inactive on the site by days": (
        did(PAGE, "equals", value=0, window=last(30)),
        {"did": {PAGE: [31]}},
        {"did": {PAGE: [29]}},
    ),
    "support contacts": (
        field("support_contacts", "at_least", value=3),
        {"support_contacts": 3},
        {"support_contacts": 2},
    ),
    "support contacts logged": (
        did("interaction.logged", value=2, where={"type": equals("ticket"), "direction": equals("inbound")}),
        {"did": {"interaction.logged": [(1, {"type": "ticket", "direction": "inbound"})] * 2}},
        {
            "did": {
                "interaction.logged": [(1, {"type": "ticket"}), (2, {"type": "call", "direction": "inbound"})]
            }
        },
    ),
    "social": (
        field("social", "contains", value="instagram"),
        {"social": frozenset({"instagram"})},
        {"social": frozenset()},
    ),
    "loyalty tier": (
        field("loyalty_tier", "one_of", values=["Gold", "Platinum"]),
        {"loyalty_tier": "gold"},
        {"loyalty_tier": "silver"},
    ),
    "points range": (
        field("points_balance", "between", **{"from": 100, "to": 500}),
        {"points_balance": 100},
        {"points_balance": 99},
    ),
    "membership duration": (
        field("loyalty_member_since", "more_than_ago", amount=365, unit="days"),
        {"loyalty_member_since": ago(365)},
        {"loyalty_member_since": ago(364)},
    ),
    "customer for so long": (
        field("created_at", "more_than_ago", amount=730, unit="days"),
        {"created_at": ago(800)},
        {"created_at": ago(100)},
    ),
    "tags": (
        field("tags", "contains_all", values=["vip", "local"]),
        {"tags": frozenset({"vip", "local", "new"})},
        {"tags": frozenset({"vip"})},
    ),
    "without tags": (
        field("tags", "contains_none", values=["blocked", "staff"]),
        {"tags": frozenset()},
        {"tags": frozenset({"staff"})},
    ),
}

PREBUILT: dict[str, tuple[Node, Held, Held]] = {
    "high value": (HIGH_VALUE, {"lifetime_value": 100_000}, {"lifetime_value": 99_999}),
    "frequent visitors": (
        did("visit.recorded", value=3, window={"type": "period", "period": "this_month"}),
        {"did": {"visit.recorded": [0, 1, 14]}},
        {"did": {"visit.recorded": [0, 1, 15]}},
    ),
    "frequent buyers": (
        FREQUENT,
        {"did": {"order.placed": [1, 2, 89]}},
        {"did": {"order.placed": [1, 2, 91]}},
    ),
    "at risk": (
        every(
            field("orders", "at_least", value=1),
            field("last_activity_at", "more_than_ago", amount=30, unit="days"),
        ),
        {"orders": 2, "last_activity_at": ago(30)},
        {"orders": 2, "last_activity_at": ago(29)},
    ),
    "churning": (
        either(
            field("churn_probability", "at_least", value=0.7),
            every(
                did("order.placed", value=2, window=last(365)),
                did("order.placed", "equals", value=0, window=last(90)),
            ),
        ),
        {"did": {"order.placed": [91, 200]}},
        {"did": {"order.placed": [89, 200]}, "churn_probability": 0.69},
    ),
    "inactive": (
        every(
            field("created_at", "more_than_ago", amount=90, unit="days"),
            never(field("last_activity_at", "within_last", amount=90, unit="days")),
        ),
        {"created_at": ago(100)},
        {"created_at": ago(100), "last_activity_at": ago(10)},
    ),
    "VIP": (
        every(HIGH_VALUE, FREQUENT),
        {"lifetime_value": 200_000, "did": {"order.placed": [1, 2, 3]}},
        {"lifetime_value": 200_000, "did": {"order.placed": [1, 2]}},
    ),
    "new": (
        field("created_at", "within_last", amount=30, unit="days"),
        {"created_at": ago(29)},
        {"created_at": ago(30)},
    ),
    "birthday in a date range": (
        field("date_of_birth", "anniversary_between", **{"from": "12-20", "to": "01-05"}),
        {"date_of_birth": day("1990-01-05")},
        {"date_of_birth": day("1990-01-06")},
    ),
    "birthday soon": (
        field("date_of_birth", "anniversary_within", days=14),
        {"date_of_birth": day("1990-06-29")},
        {"date_of_birth": day("1990-06-30")},
    ),
    "wishlist with price drop": (
        did("wishlist.price_dropped", window=last(7)),
        {"did": {"wishlist.price_dropped": [6]}},
        {"did": {"wishlist.price_dropped": [7], "wishlist.item_added": [1]}},
    ),
    "unhappy": (field("csat_last", "at_most", value=2), {"csat_last": 2}, {"csat_last": None}),
    "about to lose tier": (
        field("tier_expires_at", "within_next", amount=30, unit="days"),
        {"tier_expires_at": ago(-30)},
        {"tier_expires_at": ago(-31)},
    ),
}


@pytest.mark.parametrize("criterion", [*CRITERIA, *PREBUILT])
def test_a_criterion_is_expressed_by_a_rule(criterion: str) -> None:
    root, matching, other = (CRITERIA | PREBUILT)[criterion]
    words = (FIELD_OF, KIND_OF)
    assert holds(root, who(**matching), NOW, thresholds=THRESHOLDS, words=words)
    assert not holds(root, who(**other), NOW, thresholds=THRESHOLDS, words=words)
    assert not holds(root, who(), NOW, thresholds=THRESHOLDS, words=words) or _includes_nobodies(criterion)


def _includes_nobodies(criterion: str) -> bool:
    """Criteria that people with no such event meet."""
    return criterion in {"order frequency low", "inactive on the site by days"}
