"""Whom the prebuilt segments hold (SEG-3), each by its first and its last moment or value."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import KIND_OF
from regulars.segments.prebuilt_rules import PREBUILT
from regulars.segments.rules import Vocabulary, compile_rule, parse_rule
from regulars.segments.rules.values import Document, Occurrence
from tests.unit.segments.judging import at, day, holds

NOW = at("2026-06-15T12:00")
DAY = 24 * 3_600_000
THRESHOLDS = {"lifetime_value:top:20": 100_000}
ROOTS = {one.key: one.root(lambda key: f"seg_{key}") for one in PREBUILT}


def ago(days: int) -> int:
    return NOW - days * DAY


def who(
    segments: frozenset[str] = frozenset(), did: dict[str, list[Any]] | None = None, **held: Any
) -> Document:
    """`did` gives, per kind, how many days ago each occurrence was, or pairs of that and its properties."""
    history = {}
    for kind, given in (did or {}).items():
        pairs = [one if isinstance(one, tuple) else (one, {}) for one in given]
        found = [Occurrence(ago(days), f"evt_{index}", more) for index, (days, more) in enumerate(pairs)]
        history[kind] = sorted(found, key=lambda one: (one.at, one.id), reverse=True)
    return Document(dict.fromkeys(FIELD_OF) | held, history, segments)


BUYER = {"orders": 1}
CASES: list[tuple[str, Document, bool]] = [
    ("high_value", who(lifetime_value=100_000), True),
    ("high_value", who(lifetime_value=99_999), False),
    (
        "frequent_visitors",
        who(did={"visit.recorded": [1], "behaviour.login": [2], "order.placed": [29]}),
        True,
    ),
    ("frequent_visitors", who(did={"visit.recorded": [1, 2, 30]}), False),
    ("frequent_buyers", who(did={"order.placed": [1, 2, 89]}), True),
    ("frequent_buyers", who(did={"order.placed": [1, 2, 90]}), False),
    ("vip", who(frozenset({"seg_high_value", "seg_frequent_buyers"})), True),
    ("vip", who(frozenset({"seg_high_value"})), False),
    ("new", who(created_at=ago(29)), True),
    ("new", who(created_at=ago(30)), False),
    ("at_risk", who(**BUYER, last_activity_at=ago(30)), True),
    ("at_risk", who(**BUYER, last_activity_at=ago(29)), False),
    ("at_risk", who(**BUYER, last_activity_at=ago(90)), False),
    ("at_risk", who(orders=0, last_activity_at=ago(30)), False),
    ("churning", who(**BUYER, last_activity_at=ago(90)), True),
    ("churning", who(status="churning"), True),
    ("churning", who(**BUYER, last_activity_at=ago(180)), False),
    ("inactive", who(last_activity_at=ago(180)), True),
    ("inactive", who(last_activity_at=ago(179), created_at=ago(999)), False),
    ("inactive", who(created_at=ago(180)), True),
    ("inactive", who(created_at=ago(179)), False),
    ("birthday", who(date_of_birth=day("1990-07-15")), True),
    ("birthday", who(date_of_birth=day("1990-06-15")), True),
    ("birthday", who(date_of_birth=day("1990-07-16")), False),
    ("birthday", who(date_of_birth=day("1990-06-14")), False),
    ("price_drop", who(did={"wishlist.price_dropped": [6]}), True),
    ("price_drop", who(did={"wishlist.price_dropped": [7]}), False),
    ("unhappy", who(csat_last=2), True),
    ("unhappy", who(csat_last=3), False),
    ("unhappy", who(did={"ticket.rated": [(89, {"score": 1}), (1, {"score": 5})]}), True),
    ("unhappy", who(did={"ticket.rated": [(90, {"score": 1}), (1, {"score": 3}), (2, {})]}), False),
    ("losing_tier", who(tier_expires_at=ago(-30)), True),
    ("losing_tier", who(tier_expires_at=ago(-31)), False),
    ("losing_tier", who(tier_expires_at=NOW), False),
]


@pytest.mark.parametrize(
    ("key", "customer", "inside"), CASES, ids=[f"{key} {inside}" for key, _, inside in CASES]
)
def test_a_prebuilt_segment_holds_whom_it_says(key: str, customer: Document, inside: bool) -> None:
    assert holds(ROOTS[key], customer, NOW, thresholds=THRESHOLDS, words=(FIELD_OF, KIND_OF)) is inside


def test_every_prebuilt_segment_is_tried_both_ways() -> None:
    assert {(key, inside) for key, _, inside in CASES} == {
        (key, inside) for key in ROOTS for inside in (True, False)
    }


@pytest.mark.parametrize("key", sorted(ROOTS))
def test_nobody_is_in_for_what_is_not_known_of_them(key: str) -> None:
    assert not holds(ROOTS[key], who(), NOW, thresholds=THRESHOLDS, words=(FIELD_OF, KIND_OF))


def test_a_silent_buyer_goes_from_at_risk_to_churning_to_inactive_by_time_alone() -> None:
    zone, vocabulary = ZoneInfo("Europe/Warsaw"), Vocabulary(FIELD_OF, KIND_OF)
    silent = who(**BUYER, last_activity_at=at("2026-01-10T18:00"), created_at=at("2025-01-01T00:00"))
    judges = {
        key: compile_rule(parse_rule({"version": 1, "root": ROOTS[key]}, vocabulary), zone)
        for key in ("at_risk", "churning", "inactive")
    }
    now, seen = at("2026-01-10T18:00"), []
    while (
        later := min(
            (then for one in judges.values() if (then := one.next_change(silent, now))), default=None
        )
    ) is not None:
        now = later
        seen.append((now, [key for key, one in judges.items() if one.matches(silent, now)]))
    assert seen == [
        (at("2026-02-09T18:00"), ["at_risk"]),
        (at("2026-04-10T18:00"), ["churning"]),
        (at("2026-07-09T18:00"), ["inactive"]),
    ]
